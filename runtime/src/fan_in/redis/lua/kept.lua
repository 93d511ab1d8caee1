-- How joins are kept: a hash each, and in sorted sets those that have not ended.

local COLUMNS = { 'stage', 'came', 'holder', 'until', 'deadline', 'attempts' }
local ABSENT = { came = 0, holder = NOBODY, ['until'] = 0, deadline = 0, attempts = 0 }
local STAGES = {
    open = true,
    running = true,
    ready = true,
    expiring = true,
    exhausted = true,
    undecodable = true,
    completed = true,
    expired = true,
}
local SETS = { 'unsettled', 'parked', 'sweep', 'passing' }

local function hash_of(key)
    return FUNCTION .. ':join:' .. key
end

local function read(key)
    local hash = hash_of(key)
    local kept = redis.call('HMGET', hash, unpack(COLUMNS))
    local stage = kept[1]
    if not stage then
        return nil
    elseif not STAGES[stage] then
        error('a join is of a stage that this version does not know')
    end
    local came, moment = tonumber(kept[2] or 0), tonumber(kept[4] or 0)
    local deadline, attempts = tonumber(kept[5] or 0), tonumber(kept[6] or 0)
    local join = row(stage, came, kept[3] or NOBODY, moment, deadline, attempts)
    if is_forgotten(join) then
        -- Before the server does, so that the next join's fields do not end with it.
        redis.call('DEL', hash)
        return nil
    end
    return join
end

-- Where among the members of each set the join is.
local function scores(join)
    if not join or has_ended(join) then
        return {}
    end
    return {
        unsettled = 0,
        parked = is_parked(join) and 0 or nil,
        sweep = due(join, 'sweep'),
        passing = due(join, 'passing'),
    }
end

local function place(key, set, score)
    if score then
        redis.call('ZADD', FUNCTION .. ':' .. set, score, key)
    else
        redis.call('ZREM', FUNCTION .. ':' .. set, key)
    end
end

-- `taken` are the fields of an input that has come.
local function write(key, before, after, taken)
    if after == before then
        return
    end
    local hash, fields = hash_of(key), taken or {}
    local has_gone = not after or has_ended(after)
    if has_gone then
        redis.call('DEL', hash)
    elseif before and after.stage ~= 'open' then
        -- It has no effect, but that a full server does not refuse what follows: what has come gets on to its end.
        redis.call('PERSIST', hash)
    end
    if after then
        local was = not has_gone and before or ABSENT
        for _, column in ipairs(COLUMNS) do
            if after[column] ~= was[column] then
                fields[#fields + 1] = column
                fields[#fields + 1] = after[column]
            end
        end
        if was == ABSENT then
            fields[#fields + 1] = 'since'
            fields[#fields + 1] = now
        end
        if #fields > 0 then
            redis.call('HSET', hash, unpack(fields))
        end
        if has_gone then
            redis.call('PEXPIREAT', hash, after['until'])
        end
    end
    local left, right = scores(before), scores(after)
    for _, set in ipairs(SETS) do
        if left[set] ~= right[set] then
            place(key, set, right[set])
        end
    end
end

-- What the caller now holds, with its inputs.
local function claimed(key, join)
    local fields = {}
    for input = 0, rules.inputs - 1 do
        fields[#fields + 1] = 'payload:' .. input
        fields[#fields + 1] = 'came_at:' .. input
    end
    local kept = redis.call('HMGET', hash_of(key), unpack(fields))
    local work = join.stage == 'running' and 'run' or 'hand_over'
    return { key, work, join.attempts, join.came, kept }
end

-- A join that a set says is due, if the caller now holds it.
local function look_after(key, visitor)
    local before = read(key)
    local after, reply = visit(before, visitor)
    write(key, before, after)
    if reply == 'run' or reply == 'hand_over' then
        return claimed(key, after)
    elseif after == before then
        -- It is not, which only another hand can have done to it.
        local right = scores(after)
        for _, set in ipairs(SETS) do
            place(key, set, right[set])
        end
    end
    return false
end

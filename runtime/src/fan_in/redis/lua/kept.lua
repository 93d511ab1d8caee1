-- How joins are kept: a hash each, and in sorted sets those that have not ended. What is zero, or nobody, is not written.

local COLUMNS = { 'stage', 'came', 'holder', 'until', 'deadline', 'attempts' }
local STAGES = ' open running ready expiring exhausted undecodable completed expired '

local function hash_of(key)
    return FUNCTION .. ':join:' .. key
end

-- In full, and in less time than the server takes for one of Lua's numbers; the same is often asked again.
local asked, answer
local function text(number)
    if number ~= asked then
        asked, answer = number, string.format('%d', number)
    end
    return answer
end

local NOW = text(now)

local function read(key)
    local hash = hash_of(key)
    local kept = redis.call('HMGET', hash, unpack(COLUMNS))
    local stage = kept[1]
    if not stage then
        return nil
    elseif not STAGES:find(' ' .. stage .. ' ', 1, true) then
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

-- Where among a set's members the join was, and is; nil or false for nowhere.
local function move(key, set, was, is)
    if is then
        if is ~= was then
            redis.call('ZADD', FUNCTION .. set, is == 0 and '0' or text(is), key)
        end
    elseif was then
        redis.call('ZREM', FUNCTION .. set, key)
    end
end

local function move_all(key, before, after)
    local was = before and not has_ended(before) and before
    local is = after and not has_ended(after) and after
    move(key, ':unsettled', was and 0, is and 0)
    move(key, ':parked', was and is_parked(was) and 0, is and is_parked(is) and 0)
    move(key, ':sweep', was and due(was, 'sweep'), is and due(is, 'sweep'))
    move(key, ':passing', was and due(was, 'passing'), is and due(is, 'passing'))
end

-- The columns in which the join differs, behind other fields. Of one that is new, those that are something.
local function changed(fields, before, after)
    local count = #fields
    for _, column in ipairs(COLUMNS) do
        local is, was = after[column], before and before[column]
        if is ~= was and (before or (is ~= 0 and is ~= NOBODY)) then
            fields[count + 1] = column
            fields[count + 2] = type(is) == 'number' and text(is) or is
            count = count + 2
        end
    end
    return fields
end

-- `taken` are the fields of an input that has come.
local function write(key, before, after, taken)
    if after == before then
        return
    end
    local hash, fields = hash_of(key), taken or {}
    if not after or has_ended(after) then
        redis.call('DEL', hash)
    elseif before and after.stage ~= 'open' then
        -- It has no effect, but that a full server does not refuse what follows: what has come gets on to its end.
        redis.call('PERSIST', hash)
    end
    if after and (not before or has_ended(after)) then
        redis.call('HSET', hash, 'since', NOW, unpack(changed(fields, nil, after)))
        if has_ended(after) then
            redis.call('PEXPIREAT', hash, text(after['until']))
        end
    elseif after and #changed(fields, before, after) > 0 then
        redis.call('HSET', hash, unpack(fields))
    end
    move_all(key, before, after)
end

-- What the caller now holds, with its inputs.
local function claimed(key, join)
    local fields = {}
    for input = 0, rules.inputs - 1 do
        local place = text(input)
        fields[2 * input + 1] = 'payload:' .. place
        fields[2 * input + 2] = 'came_at:' .. place
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
        -- It is not, which only another hand can have done to it: it is put where it belongs.
        for _, set in ipairs({ ':unsettled', ':parked', ':sweep', ':passing' }) do
            redis.call('ZREM', FUNCTION .. set, key)
        end
        move_all(key, nil, after)
    end
    return false
end

-- How joins are kept: a hash each, and in sorted sets those that have not ended. What is zero, or nobody, is not written.
--
-- What is neither ended nor parked stands in `:due` at the moment at which a sweep has something to do. Whoever comes by
-- looks there as well, and may have nothing to do yet: then it is put into `:sweep`, and stands in `:due` at his moment.

local COLUMNS = { 'stage', 'came', 'holder', 'until', 'deadline', 'attempts' }
local STAGES = ' open running ready expiring exhausted undecodable completed expired '

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

-- Whether it was among a set's members, and at what it is; nil or false for not at all.
local function move(key, set, was, is)
    if is then
        redis.call('ZADD', FUNCTION .. set, is == 0 and '0' or text(is), key)
    elseif was then
        redis.call('ZREM', FUNCTION .. set, key)
    end
end

local function move_all(key, before, after)
    local was = before and not has_ended(before) and before
    local is = after and not has_ended(after) and after
    if not (was and is) then
        move(key, ':unsettled', was, is and 0)
    end
    move(key, ':parked', was and is_parked(was), is and is_parked(is) and 0)
    local was_due = was and due(was, 'sweep')
    move(key, ':due', was_due, is and due(is, 'sweep'))
    move(key, ':sweep', was_due and was_due <= now)
end

-- The columns in which the join differs. Of one that has ended, those that are something.
local function changed(before, after)
    local fields = {}
    for _, column in ipairs(COLUMNS) do
        local is, was = after[column], before and before[column]
        if is ~= was and (before or (is ~= 0 and is ~= NOBODY)) then
            fields[#fields + 1] = column
            fields[#fields + 1] = type(is) == 'number' and text(is) or is
        end
    end
    return fields
end

local function write(key, before, after)
    if after == before then
        return
    end
    local hash = hash_of(key)
    if not after then
        redis.call('DEL', hash)
    elseif has_ended(after) then
        redis.call('DEL', hash)
        redis.call('HSET', hash, 'since', NOW, unpack(changed(nil, after)))
        redis.call('PEXPIREAT', hash, text(after['until']))
    else
        -- It has no effect, but that a full server does not refuse what follows: what has come gets on to its end.
        redis.call('PERSIST', hash)
        local fields = changed(before, after)
        if #fields > 0 then
            redis.call('HSET', hash, unpack(fields))
        end
    end
    move_all(key, before, after)
end

-- Of a join that a set says is due to somebody for whom there is nothing to do: a sweep alone has, or another hand has
-- changed it.
local function put_right(key, join)
    for _, set in ipairs({ ':unsettled', ':parked', ':due', ':sweep' }) do
        redis.call('ZREM', FUNCTION .. set, key)
    end
    move_all(key, nil, join)
    local sweep_at = join and due(join, 'sweep')
    if sweep_at and sweep_at <= now then
        redis.call('ZADD', FUNCTION .. ':sweep', text(sweep_at), key)
        redis.call('ZADD', FUNCTION .. ':due', text(due(join, 'passing')), key)
    end
end

-- A join that a set says is due, if the caller now holds it.
local function look_after(key, visitor)
    local before = read(key)
    local after, reply = visit(before, visitor)
    write(key, before, after)
    if reply == 'run' or reply == 'hand_over' then
        return claimed(key, reply, after.attempts, after.came)
    elseif after == before then
        put_right(key, after)
    end
    return false
end

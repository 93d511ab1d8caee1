-- How joins are kept: a hash each, and in sorted sets those that have not ended. `:unsettled` has them all in the order of
-- their keys, for an operator's pages: without it, a page would read the whole of `:due`.
--
-- What is neither ended nor parked stands in `:due` at the moment at which a sweep has something to do. Whoever comes by
-- looks there as well, and may have nothing to do yet: then it is put into `:sweep`, and stands in `:due` at his moment.

local STAGES = ' open running ready expiring exhausted undecodable completed expired '

-- With since when it is: its first input came, or it has ended.
local function read(key)
    local hash = hash_of(key)
    local kept = redis.call('HGET', hash, 'join')
    if not kept then
        return nil
    end
    local stage, came, holder, moment, deadline, attempts, since = kept:match(READ)
    if not stage or not STAGES:find(' ' .. stage .. ' ', 1, true) then
        error('a join is of a stage that this version does not know')
    end
    came, moment = tonumber(came), tonumber(moment)
    local join = row(stage, came, holder, moment, tonumber(deadline), tonumber(attempts))
    if is_forgotten(join) then
        -- Before the server does, so that the next join's fields do not end with it.
        redis.call('DEL', hash)
        return nil
    end
    return join, since
end

-- Whether it was among a set's members, and at what it is; nil or false for not at all.
local function move(key, set, was, is)
    if is then
        redis.call('ZADD', set, text(is), key)
    elseif was then
        redis.call('ZREM', set, key)
    end
end

local function move_all(key, before, after)
    local was = before and not has_ended(before) and before
    local is = after and not has_ended(after) and after
    if not was or not is then
        move(key, UNSETTLED, was, is and 0)
    end
    move(key, PARKED, was and is_parked(was), is and is_parked(is) and 0)
    local was_due = was and due(was, 'sweep')
    move(key, DUE, was_due, is and due(is, 'sweep'))
    move(key, SWEEP, was_due and was_due <= now)
end

local function write(key, before, after, since)
    if after == before then
        return
    end
    local hash = hash_of(key)
    if not after or has_ended(after) then
        redis.call('DEL', hash)
    else
        -- It has no effect, but that a full server does not refuse what follows: what has come gets on to its end.
        redis.call('PERSIST', hash)
        if before and before.stage == 'undecodable' then
            redis.call('HDEL', hash, 'detail')
        end
    end
    if after then
        local stage, came, holder = after.stage, after.came, after.holder
        local moment, deadline, attempts = after['until'], after.deadline, after.attempts
        since = has_ended(after) and now or since
        local columns = { stage, came, holder, moment, deadline, attempts, since }
        redis.call('HSET', hash, 'join', string.format(WRITTEN, unpack(columns)))
        if has_ended(after) then
            redis.call('PEXPIREAT', hash, text(moment))
        end
    end
    move_all(key, before, after)
end

-- Of a join that a set says is due to somebody for whom there is nothing to do: a sweep alone has, or another hand has
-- changed it.
local function put_right(key, join)
    for _, set in ipairs({ PARKED, DUE, SWEEP, UNSETTLED }) do
        redis.call('ZREM', set, key)
    end
    move_all(key, nil, join)
    local sweep_at = join and due(join, 'sweep')
    if sweep_at and sweep_at <= now then
        redis.call('ZADD', SWEEP, text(sweep_at), key)
        redis.call('ZADD', DUE, text(due(join, 'passing')), key)
    end
end

-- A join that a set says is due, if the caller now holds it.
local function look_after(key, mode)
    local before, since = read(key)
    local after, reply = visit(before, mode)
    write(key, before, after, since)
    if reply == 'run' or reply == 'hand_over' then
        return claimed(key, reply, after.attempts, after.came)
    elseif after == before then
        put_right(key, after)
    end
    return false
end

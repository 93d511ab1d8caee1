-- An input that comes in time, to a join that is open or not there yet: what most arrivals are. They need none of the
-- functions that follow, which the server makes anew for each call.

local key, input, payload = ARGV[8], ARGV[9], ARGV[10]
local HASH = hash_of(key)

-- With these columns.
local function keep(...)
    redis.call('HSET', HASH, 'payload:' .. input, payload, 'came_at:' .. input, NOW, ...)
end

local function waiting(came)
    return { now, 'waiting', came, false, false }
end

local function begin(came)
    local deadline = text(now + rules.timeout)
    keep('stage', 'open', 'came', text(came), 'deadline', deadline, 'since', NOW)
    redis.call('ZADD', FUNCTION .. ':unsettled', '0', key)
    redis.call('ZADD', FUNCTION .. ':due', deadline, key)
    return waiting(came)
end

local function complete()
    -- A body has a timeout of its own, however late the last input came.
    local lease, deadline = text(now + rules.lease), text(now + rules.timeout)
    -- It has no effect, but that a full server does not refuse what follows: what has come gets on to its end.
    redis.call('PERSIST', HASH)
    keep('stage', 'running', 'came', text(ALL), 'holder', token, 'attempts', '1')
    redis.call('HSET', HASH, 'until', lease, 'deadline', deadline)
    redis.call('ZADD', FUNCTION .. ':due', lease, key)
    return { now, 'run', 1, claimed(key, 'run', 1, ALL), false }
end

-- Nil if the join is none that takes it.
local function take()
    local this = bit.lshift(1, input)
    local stage, came, deadline = unpack(redis.call('HMGET', HASH, 'stage', 'came', 'deadline'))
    if not stage then
        return begin(this)
    elseif stage ~= 'open' or tonumber(deadline) <= now or bit.band(came, this) ~= 0 then
        return nil
    end
    came = bit.bor(came, this)
    if came == ALL then
        return complete()
    end
    keep('came', text(came))
    return waiting(came)
end

local is_overdue =
    redis.call('ZRANGEBYSCORE', FUNCTION .. ':due', '-inf', NOW, 'LIMIT', '0', '1')[1]
local taken = not is_overdue and take()
if taken then
    return taken
end

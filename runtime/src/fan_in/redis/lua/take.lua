-- Takes an input of an open or absent join of single inputs.

local function keep(...)
    local join = string.format(JOIN_FORMAT, ...)
    redis.call('HSET', HASH, 'join', join, 'input:' .. input, NOW .. ' ' .. ARGV[10])
end

-- open: arrive the last input -> running
local function complete(since)
    -- The body gets a new timeout, even if the last input arrived late.
    local lease, deadline = now + policy.lease, now + policy.timeout
    -- `PERSIST` changes nothing, but after this write a full server accepts the following ones, so that the join can end.
    redis.call('PERSIST', HASH)
    keep('running', ALL, token, lease, deadline, 1, since)
    schedule_at(lease)
    return { now, 'run', 1, claimed(key, 'run', 1, ALL), false }
end

-- Returns nil if the join is neither open nor absent.
local function take()
    local came = bit.lshift(1, input)
    local kept = redis.call('HGET', HASH, 'join')
    -- absent: arrive -> open
    if not kept then
        local deadline = now + policy.timeout
        keep('open', came, NO_HOLDER, 0, deadline, 0, now)
        schedule_at(deadline)
        redis.call('ZADD', FUNCTION .. ':unsettled', '0', key)
        return { now, 'waiting', came, false, false }
    end
    local stage, others, _, _, deadline, _, since = kept:match(JOIN_PATTERN)
    if stage ~= 'open' or tonumber(deadline) <= now or bit.band(others, came) ~= 0 then
        return nil
    end
    -- open: arrive -> open, or running with the last input
    came = bit.bor(others, came)
    if came == ALL then
        return complete(since)
    end
    keep('open', came, NO_HOLDER, 0, deadline, 0, since)
    return { now, 'waiting', came, false, false }
end

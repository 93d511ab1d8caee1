-- The transitions of a join: `state.rs`, function by function. Tests compare this file with `state.rs`.
--
-- A join is a table of columns, nil if it is absent. It is never modified: a step returns a new join, the reply, and the
-- reply's number if it has one. Times are integers of less than 53 bits, which Lua's numbers represent exactly.

local MOST_ATTEMPTS = 4294967295

local function new_join(stage, came, holder, moment, deadline, attempts)
    return {
        stage = stage,
        came = came,
        holder = holder,
        ['until'] = moment,
        deadline = deadline,
        attempts = attempts,
    }
end

local function has_ended(join)
    return join.stage == 'completed' or join.stage == 'expired'
end

local function is_parked(join)
    return join.stage == 'exhausted' or join.stage == 'undecodable'
end

local function is_forgotten(join)
    return has_ended(join) and join['until'] <= now
end

local function is_exhausted(join)
    return join.attempts >= policy.max_attempts
end

-- Returns true if only optional inputs are missing.
local function is_complete(came)
    return bit.bor(came, policy.optional) == ALL
end

-- Returns the time at which a caller in this mode must handle the join; nil for never.
local function due(join, mode)
    local stage = join.stage
    -- An arrival at another join cannot run the body, and leaves a sweep another timeout for it.
    if stage == 'open' and mode == 'opportunistic' and is_complete(join.came) then
        return join.deadline + policy.timeout
    elseif stage == 'open' or (stage == 'ready' and mode == 'opportunistic') then
        return join.deadline
    elseif stage == 'ready' then
        return math.min(join['until'], join.deadline)
    elseif stage == 'running' and mode == 'opportunistic' then
        return math.max(join['until'], join.deadline)
    elseif is_parked(join) then
        return nil
    end
    return join['until']
end

local function run(came, deadline, attempts)
    attempts = math.min(attempts + 1, MOST_ATTEMPTS)
    return new_join('running', came, token, now + policy.lease, deadline, attempts), 'run', attempts
end

local function expire(came, attempts)
    return new_join('expiring', came, token, now + policy.lease, 0, attempts), 'deliver_expired', came
end

local function park(stage, came, attempts)
    return new_join(stage, came, NO_HOLDER, 0, 0, attempts)
end

local function claim_if_due(join, mode)
    -- absent: claim_if_due -> absent
    if not join then
        return nil, 'absent'
    end
    -- any: claim_if_due, before it is due -> the same
    local when = due(join, mode)
    if when and now < when then
        return join, 'not_due', when
    end
    local stage, came, attempts = join.stage, join.came, join.attempts
    -- open: the deadline is over, only optional inputs are missing, sweep -> running
    if stage == 'open' and mode == 'sweep' and is_complete(came) then
        -- A body without the optional inputs has a timeout of its own.
        return run(came, now + policy.timeout, 0)
    -- open: the deadline is over -> expiring
    elseif stage == 'open' then
        return expire(came, 0)
    -- ready: the deadline is over -> expiring, by a sweep only after a first attempt
    elseif stage == 'ready' and join.deadline <= now and (attempts > 0 or mode == 'opportunistic') then
        return expire(came, attempts)
    -- running: the lease is over, after the last attempt -> parked
    elseif stage == 'running' and is_exhausted(join) then
        return park('exhausted', came, attempts), 'parked'
    -- running: lease and deadline are over, opportunistic -> expiring
    elseif stage == 'running' and mode == 'opportunistic' then
        return expire(came, attempts)
    -- ready: sweep, after a backoff -> running; running: the lease is over, sweep -> running, by another
    elseif stage == 'ready' or stage == 'running' then
        return run(came, join.deadline, attempts)
    -- expiring: delivery failed, or the lease is over -> expiring, by another
    elseif stage == 'expiring' then
        return expire(came, attempts)
    -- parked: claim_if_due -> parked
    elseif is_parked(join) then
        return join, 'parked'
    end
    -- completed, expired: the dedup window is over -> absent
    return nil, 'absent'
end

-- The transitions for the steps of a holder and of an operator.

-- Returns the end of the lease if a worker holds the join.
local function held_until(join)
    local is_held = join.stage == 'running' or (join.stage == 'expiring' and join.holder ~= NO_HOLDER)
    return is_held and now < join['until'] and join['until'] or nil
end

local function settle(join, settlement)
    -- any: settle, by another than the holder -> the same
    if not join or join.holder ~= token then
        return join, 'refused'
    end
    local stage, came, attempts = join.stage, join.came, join.attempts
    local retry_at = now + policy.backoff
    local forget_at = now + policy.dedup_window
    local after
    if stage == 'running' then
        -- running: completed -> completed
        if settlement == 'completed' then
            after = new_join('completed', 0, token, forget_at, 0, 0)
        -- running: failed, at the last attempt -> parked
        elseif settlement == 'failed' and is_exhausted(join) then
            after = park('exhausted', came, attempts)
        -- running: failed -> ready
        elseif settlement == 'failed' then
            after = new_join('ready', came, NO_HOLDER, retry_at, join.deadline, attempts)
        -- running: an input cannot be decoded -> parked
        elseif settlement == 'undecodable' then
            after = park('undecodable', came, attempts)
        elseif settlement == 'released' then
            -- running: released -> ready, at once, and no attempt
            after = new_join('ready', came, NO_HOLDER, now, join.deadline, math.max(attempts - 1, 0))
        end
    elseif stage == 'expiring' then
        -- expiring: delivered -> expired
        if settlement == 'expiry_delivered' then
            after = new_join('expired', 0, token, forget_at, 0, 0)
        -- expiring: delivery failed -> expiring, by another
        elseif settlement == 'expiry_failed' then
            after = new_join('expiring', came, NO_HOLDER, retry_at, 0, attempts)
        -- expiring: an input cannot be decoded -> parked
        elseif settlement == 'undecodable' then
            after = park('undecodable', came, attempts)
        -- expiring: released -> expiring, at once
        elseif settlement == 'released' then
            after = new_join('expiring', came, NO_HOLDER, now, 0, attempts)
        end
    elseif
        -- A repeated settlement, whose first reply was lost.
        -- completed, expired: the same settlement, by the holder -> the same
        (stage == 'completed' and settlement == 'completed')
        or (stage == 'expired' and settlement == 'expiry_delivered')
    then
        after = join
    end
    if not after then
        return join, 'refused'
    end
    return after, 'recorded'
end

local function renew(join)
    -- any but running and expiring: renew -> the same
    local is_work = join and (join.stage == 'running' or join.stage == 'expiring')
    if not is_work or join.holder ~= token then
        return join, 'refused'
    end
    -- running, expiring: renew, by the holder -> the same, with a new lease
    local lease = now + policy.lease
    return new_join(join.stage, join.came, token, lease, join.deadline, join.attempts), 'recorded'
end

-- Makes a join due at once with a new timeout: to run its body, or to deliver an incomplete join to `on_expired`.
local function retry(join)
    -- absent: retry -> absent
    if not join then
        return nil, 'absent'
    end
    local held = held_until(join)
    -- running, expiring: retry, while it is held -> the same
    if held then
        return join, 'busy', held
    -- open, completed, expired: retry -> the same
    elseif join.stage == 'open' then
        return join, 'waiting', join.came
    elseif has_ended(join) then
        return join, join.stage
    -- parked, expiring: retry an incomplete join -> expiring
    elseif not is_complete(join.came) then
        return new_join('expiring', join.came, NO_HOLDER, now, 0, join.attempts), 'recorded'
    end
    -- parked, ready, running, expiring: retry -> ready
    return new_join('ready', join.came, NO_HOLDER, now, now + policy.timeout, 0), 'recorded'
end

local function forget(join)
    -- absent: forget -> absent
    if not join then
        return nil, 'absent'
    end
    local held = held_until(join)
    -- running, expiring: forget, while it is held -> the same
    if held then
        return join, 'busy', held
    end
    -- any: forget -> absent
    return nil, 'recorded'
end

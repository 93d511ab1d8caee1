-- What becomes of a join that does not take an input (`arrive_fast.lua`) at its arrival.

local function arrive(join)
    local stage, came, attempts = join.stage, join.came, join.attempts
    local is_holder = join.holder == token
    -- The reply to this delivery was lost.
    -- running, expiring: arrive, by the holder -> the same, with a new lease
    if stage == 'running' and is_holder then
        return run(join.deadline, math.max(attempts - 1, 0))
    elseif stage == 'expiring' and is_holder then
        return expire(came, attempts)
    end
    -- What is due, an arrival does as a sweep would.
    -- open, ready, running, expiring: arrive, once it is due -> as `visit` in `state.lua`
    local when = due(join, 'sweep')
    if when and when <= now then
        return visit(join, 'sweep')
    end
    -- open: arrive an input that came before -> open
    if stage == 'open' then
        return join, 'duplicate', came
    -- ready: arrive -> running
    elseif stage == 'ready' then
        return run(join.deadline, attempts)
    -- running: arrive, within the lease -> running
    elseif stage == 'running' then
        return join, 'busy', join['until']
    -- expiring, expired: arrive -> the same
    elseif stage == 'expiring' or stage == 'expired' then
        return join, 'expired'
    -- completed: arrive -> completed
    elseif stage == 'completed' then
        return join, 'completed'
    end
    -- parked: arrive -> parked
    return join, 'parked'
end

-- Decides an arrival at a join that is not simply open (`arrive_fast.lua`).

local function arrive(join)
    local stage, came, attempts = join.stage, join.came, join.attempts
    local is_holder = join.holder == token
    -- A repeated delivery, whose first reply was lost.
    -- running, expiring: arrive, by the holder -> the same, with a new lease
    if stage == 'running' and is_holder then
        return run(join.deadline, math.max(attempts - 1, 0))
    elseif stage == 'expiring' and is_holder then
        return expire(came, attempts)
    end
    -- An arrival handles a due join as a sweep does.
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

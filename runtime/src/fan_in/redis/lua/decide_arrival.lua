-- Decides an arrival at a join that has not taken it (`take.lua`, `take_lists.lua`).

-- Returns false for an element whose list is full, and for an optional input without which the body runs.
local function may_be_stored(came)
    local place = bit.lshift(1, input)
    return bit.band(came, place) ~= 0 and bit.band(policy.lists, place) == 0
end

local function arrive(join)
    local stage, came, attempts = join.stage, join.came, join.attempts
    local is_holder = join.holder == token
    -- A repeated delivery, whose first reply was lost.
    -- running, expiring: arrive, by the holder -> the same, with a new lease
    if stage == 'running' and is_holder then
        return run(came, join.deadline, math.max(attempts - 1, 0))
    elseif stage == 'expiring' and is_holder then
        return expire(came, attempts)
    end
    -- An arrival handles a due join as a sweep does.
    -- open, ready, running, expiring: arrive, once it is due -> as `claim_if_due` in `state.lua`
    local when = due(join, 'sweep')
    if when and when <= now then
        return claim_if_due(join, 'sweep')
    end
    -- open: arrive an input that came before -> open
    if stage == 'open' then
        return join, 'duplicate', came
    -- running, ready, complete and parked: arrive what the join no longer takes -> the same
    elseif
        not has_ended(join)
        and stage ~= 'expiring'
        and is_complete(came)
        and not may_be_stored(came)
    then
        return join, 'closed'
    -- ready: arrive -> running
    elseif stage == 'ready' then
        return run(came, join.deadline, attempts)
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

-- What becomes of a join that does not take an input (`open.lua`) at its arrival.

local function arrive(join)
    local stage, came, attempts = join.stage, join.came, join.attempts
    local is_holder = join.holder == token
    -- The reply to this delivery was lost.
    if stage == 'running' and is_holder then
        return run(join.deadline, math.max(attempts - 1, 0))
    elseif stage == 'expiring' and is_holder then
        return expire(came, attempts)
    end
    -- What is due, an arrival does as a sweep would.
    local when = due(join, 'sweep')
    if when and when <= now then
        return visit(join, 'sweep')
    end
    if stage == 'open' then
        return join, 'duplicate', came
    elseif stage == 'ready' then
        return run(join.deadline, attempts)
    elseif stage == 'running' then
        return join, 'busy', join['until']
    elseif stage == 'expiring' or stage == 'expired' then
        return join, 'expired'
    elseif stage == 'completed' then
        return join, 'completed'
    end
    return join, 'parked'
end

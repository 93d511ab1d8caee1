-- What becomes of a join when its holder or an operator says something.

-- Until when the join is somebody's, unless he settles or renews before.
local function held_until(join)
    local is_held = join.stage == 'running' or (join.stage == 'expiring' and join.holder ~= NOBODY)
    return is_held and now < join['until'] and join['until'] or nil
end

local function settle(join, settlement)
    if not join or join.holder ~= token then
        return join, 'refused'
    end
    local stage, came, attempts = join.stage, join.came, join.attempts
    local retry_at = now + rules.backoff
    local forget_at = now + rules.dedup_window
    local after
    if stage == 'running' then
        if settlement == 'completed' then
            after = row('completed', 0, token, forget_at, 0, 0)
        elseif settlement == 'failed' and is_exhausted(join) then
            after = park('exhausted', ALL, attempts)
        elseif settlement == 'failed' then
            after = row('ready', ALL, NOBODY, retry_at, join.deadline, attempts)
        elseif settlement == 'undecodable' then
            after = park('undecodable', ALL, attempts)
        elseif settlement == 'not_begun' then
            -- It is due at once, and what was not begun was no attempt.
            after = row('ready', ALL, NOBODY, now, join.deadline, math.max(attempts - 1, 0))
        end
    elseif stage == 'expiring' then
        if settlement == 'handed_over' then
            after = row('expired', 0, token, forget_at, 0, 0)
        elseif settlement == 'not_handed_over' then
            after = row('expiring', came, NOBODY, retry_at, 0, attempts)
        elseif settlement == 'undecodable' then
            after = park('undecodable', came, attempts)
        elseif settlement == 'not_begun' then
            after = row('expiring', came, NOBODY, now, 0, attempts)
        end
    elseif
        -- The reply to this settlement was lost.
        (stage == 'completed' and settlement == 'completed')
        or (stage == 'expired' and settlement == 'handed_over')
    then
        after = join
    end
    if not after then
        return join, 'refused'
    end
    return after, 'recorded'
end

local function renew(join)
    local is_work = join and (join.stage == 'running' or join.stage == 'expiring')
    if not is_work or join.holder ~= token then
        return join, 'refused'
    end
    local lease = now + rules.lease
    return row(join.stage, join.came, token, lease, join.deadline, join.attempts), 'recorded'
end

-- What failed is tried again at once, with all its time: the body, or of an incomplete join the hand-over.
local function retry(join)
    if not join then
        return nil, 'absent'
    end
    local held = held_until(join)
    if held then
        return join, 'busy', held
    elseif join.stage == 'open' then
        return join, 'waiting', join.came
    elseif has_ended(join) then
        return join, join.stage
    elseif join.came ~= ALL then
        return row('expiring', join.came, NOBODY, now, 0, join.attempts), 'recorded'
    end
    return row('ready', ALL, NOBODY, now, now + rules.timeout, 0), 'recorded'
end

local function forget(join)
    if not join then
        return nil, 'absent'
    end
    local held = held_until(join)
    if held then
        return join, 'busy', held
    end
    return nil, 'recorded'
end

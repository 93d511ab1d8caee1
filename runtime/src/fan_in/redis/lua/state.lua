-- What becomes of a join: `state.rs`, function by function. That file is the rule, and this one is compared with it.
--
-- A join is a table of the columns of a row, nil if it is absent; it is not changed, but followed by another. A step
-- returns what comes after, the reply, and the reply's number if it has one. Moments and spans are whole numbers of less
-- than 53 bits, which Lua's numbers hold.

local ALL = bit.lshift(1, rules.inputs) - 1
local NOBODY = ''
local MOST_ATTEMPTS = 4294967295

local function row(stage, came, holder, moment, deadline, attempts)
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
    return join.attempts >= rules.max_attempts
end

local function is_complete(join)
    return join.came == ALL
end

-- When there may be something to do for such a visitor, nil for never.
local function due(join, visitor)
    local stage = join.stage
    if stage == 'open' or (stage == 'ready' and visitor == 'passing') then
        return join.deadline
    elseif stage == 'ready' then
        return math.min(join['until'], join.deadline)
    elseif stage == 'running' and visitor == 'passing' then
        return math.max(join['until'], join.deadline)
    elseif is_parked(join) then
        return nil
    end
    return join['until']
end

-- Until when the join is somebody's, unless he settles or renews before.
local function held_until(join)
    local is_held = join.stage == 'running' or (join.stage == 'expiring' and join.holder ~= NOBODY)
    return is_held and now < join['until'] and join['until'] or nil
end

local function run(deadline, attempts)
    attempts = math.min(attempts + 1, MOST_ATTEMPTS)
    return row('running', ALL, token, now + rules.lease, deadline, attempts), 'run', attempts
end

local function expire(came, attempts)
    return row('expiring', came, token, now + rules.lease, 0, attempts), 'hand_over', came
end

local function park(stage, came, attempts)
    return row(stage, came, NOBODY, 0, 0, attempts)
end

local function visit(join, visitor)
    if not join then
        return nil, 'absent'
    end
    local when = due(join, visitor)
    if when and now < when then
        return join, 'not_due', when
    end
    local stage, attempts = join.stage, join.attempts
    if stage == 'open' then
        return expire(join.came, 0)
    elseif stage == 'ready' and join.deadline <= now and (attempts > 0 or visitor == 'passing') then
        return expire(ALL, attempts)
    elseif stage == 'running' and is_exhausted(join) then
        return park('exhausted', ALL, attempts), 'parked'
    elseif stage == 'running' and visitor == 'passing' then
        return expire(ALL, attempts)
    elseif stage == 'ready' or stage == 'running' then
        return run(join.deadline, attempts)
    elseif stage == 'expiring' then
        return expire(join.came, attempts)
    elseif is_parked(join) then
        return join, 'parked'
    end
    return nil, 'absent'
end

local function arrive(join, input)
    local this = bit.lshift(1, input)
    if not join then
        return row('open', this, NOBODY, 0, now + rules.timeout, 0), 'waiting', this
    end
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
    if stage == 'open' and bit.band(came, this) ~= 0 then
        return join, 'duplicate', came
    elseif stage == 'open' then
        came = bit.bor(came, this)
        if came == ALL then
            return run(now + rules.timeout, 0)
        end
        return row('open', came, NOBODY, 0, join.deadline, 0), 'waiting', came
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
    elseif not is_complete(join) then
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

-- Reads and writes joins. Each join is a hash, and joins that have not ended are also in sorted sets.
--
-- `:unsettled` contains all of them ordered by key. Without it, an operator's page would read all of `:due`.
--
-- `:due` contains joins that have neither ended nor been parked, by the time at which a sweep must handle them. An arrival at
-- another join searches `:due` too, but must handle some joins only later. It then moves such a join to `:sweep`, and sets
-- its time in `:due` to its own later time.

local STAGES = ' open running ready expiring exhausted undecodable completed expired '

-- Returns a join and the start of its stage: the arrival of the first input, or the end.
local function read(key)
    local hash = hash_of(key)
    local kept = redis.call('HGET', hash, 'join')
    if not kept then
        return nil
    end
    local stage, came, holder, moment, deadline, attempts, since = kept:match(JOIN_PATTERN)
    if not stage or not STAGES:find(' ' .. stage .. ' ', 1, true) then
        error('a join is of a stage that this version does not know')
    end
    came, moment = tonumber(came), tonumber(moment)
    local join = new_join(stage, came, holder, moment, tonumber(deadline), tonumber(attempts))
    if is_forgotten(join) then
        -- Delete it now: otherwise the fields of a new join with this key would expire with the old hash.
        redis.call('DEL', hash)
        return nil
    end
    return join, since
end

-- Updates a join's membership in a set. `was` is its old score and `is` the new one; nil or false for no member.
local function update_set(key, set, was, is)
    if is then
        redis.call('ZADD', set, digits(is), key)
    elseif was then
        redis.call('ZREM', set, key)
    end
end

local function update_sets(key, before, after)
    local was = before and not has_ended(before) and before
    local is = after and not has_ended(after) and after
    if not was or not is then
        update_set(key, UNSETTLED, was, is and 0)
    end
    update_set(key, PARKED, was and is_parked(was), is and is_parked(is) and 0)
    local was_due = was and due(was, 'sweep')
    update_set(key, DUE, was_due, is and due(is, 'sweep'))
    update_set(key, SWEEP, was_due and was_due <= now)
end

-- The number of joins that this call has parked, because the worker of their last attempt died.
local parked = 0

local function write(key, before, after, since)
    if after == before then
        return
    end
    if after and after.stage == 'exhausted' then
        parked = parked + 1
    end
    local hash = hash_of(key)
    if not after or has_ended(after) then
        if policy.lists ~= 0 then
            policy.remove_elements(key)
        end
        redis.call('DEL', hash)
    else
        -- `PERSIST` changes nothing, but after this write a full server accepts the following ones, so that the join can
        -- end.
        redis.call('PERSIST', hash)
        if before and before.stage == 'undecodable' then
            redis.call('HDEL', hash, 'detail')
        end
    end
    if after then
        local stage, came, holder = after.stage, after.came, after.holder
        local moment, deadline, attempts = after['until'], after.deadline, after.attempts
        since = has_ended(after) and now or since
        local columns = { stage, came, holder, moment, deadline, attempts, since }
        redis.call('HSET', hash, 'join', string.format(JOIN_FORMAT, unpack(columns)))
        if has_ended(after) then
            redis.call('PEXPIREAT', hash, digits(moment))
        end
    end
    update_sets(key, before, after)
end

-- Repairs the sets for a join that `:due` lists although the caller must not handle it: only a sweep must, or another tool
-- changed the join.
local function repair_sets(key, join)
    for _, set in ipairs({ PARKED, DUE, SWEEP, UNSETTLED }) do
        redis.call('ZREM', set, key)
    end
    update_sets(key, nil, join)
    local sweep_at = join and due(join, 'sweep')
    if sweep_at and sweep_at <= now then
        redis.call('ZADD', SWEEP, digits(sweep_at), key)
        redis.call('ZADD', DUE, digits(due(join, 'opportunistic')), key)
    end
end

-- Handles a join that a set lists as due. Returns the claim if the caller now holds it.
local function claim_due(key, mode)
    local before, since = read(key)
    local after, reply = claim_if_due(before, mode)
    write(key, before, after, since)
    if reply == 'run' or reply == 'deliver_expired' then
        return claimed(key, reply, after.attempts, after.came)
    elseif after == before then
        repair_sets(key, after)
    end
    return false
end

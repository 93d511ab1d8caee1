-- Takes an input of an open or absent join of a function that has lists or optional inputs.

local PLACE = bit.lshift(1, input)
local IS_LIST = bit.band(policy.lists, PLACE) ~= 0

local id, counts = ARGV[11], ARGV[12]

local function keep(lists, ...)
    local input_field, kept = 'input:' .. input, NOW .. ' ' .. ARGV[10]
    local fields = { 'join', string.format(JOIN_FORMAT, ...) }
    if IS_LIST then
        local elements, ids = list_keys(key, lists.instance, input)
        redis.call('SADD', ids, id)
        redis.call('RPUSH', elements, kept)
    else
        fields[3], fields[4] = input_field, kept
    end
    if policy.lists ~= 0 then
        fields[#fields + 1] = 'lists'
        fields[#fields + 1] = write_lists(lists)
    end
    redis.call('HSET', HASH, unpack(fields))
end

-- Returns a reply with what has come. It is one word if the function has no lists.
local function answer(reply, came, lists)
    if policy.lists ~= 0 then
        reply = reply .. ' ' .. write_lists(lists)
    end
    return { now, reply, came, false, false }
end

local function is_known(lists)
    local _, ids = list_keys(key, lists.instance, input)
    return redis.call('SISMEMBER', ids, id) == 1
end

-- Adds an element to its list. Returns the reply if the list does not take it.
local function add(list, lists, came)
    if list.len > 0 and is_known(lists) then
        list.repeated = list.repeated + 1
        -- After this write, which changes nothing, a full server accepts the following one.
        redis.call('PERSIST', HASH)
        redis.call('HSET', HASH, 'lists', write_lists(lists))
        return answer('duplicate', came, lists)
    elseif list.len >= policy.max_elements then
        return answer('closed', 0, lists)
    elseif lists.bytes + #ARGV[10] > policy.max_bytes then
        return answer('over_limit', 0, lists)
    end
    list.len = list.len + 1
    lists.bytes = lists.bytes + #ARGV[10]
    return nil
end

-- Keeps the counts that the input gives, and returns the inputs that have come: those before, and the lists that are full.
local function count(lists, came)
    for place, given in counts:gmatch('(%d+):(%d+)') do
        for _, list in ipairs(lists) do
            if list.place == tonumber(place) and list.count == NO_COUNT then
                list.count = given
            end
        end
    end
    for _, list in ipairs(lists) do
        if list.count ~= NO_COUNT and list.len >= tonumber(list.count) then
            came = bit.bor(came, bit.lshift(1, list.place))
        end
    end
    return came
end

-- Returns nil if the join is neither open nor absent.
local function take()
    local kept = redis.call('HMGET', HASH, 'join', 'lists')
    local is_new = not kept[1]
    local came, deadline, since = 0, now + policy.timeout, now
    if not is_new then
        local stage, others, _, _, ends, _, began = kept[1]:match(JOIN_PATTERN)
        if stage ~= 'open' or tonumber(ends) <= now then
            return nil
        end
        came, deadline, since = tonumber(others), tonumber(ends), began
    end
    local lists = read_lists(not is_new and kept[2])
    -- open: arrive an input that came before, or an element of a full list -> open
    if bit.band(came, PLACE) ~= 0 then
        return answer(IS_LIST and 'closed' or 'duplicate', IS_LIST and 0 or came, lists)
    end
    if IS_LIST then
        for _, list in ipairs(lists) do
            -- open: arrive an element that the list has, or has no room for -> open
            local refused = list.place == tonumber(input) and add(list, lists, came)
            if refused then
                return refused
            end
        end
    else
        came = bit.bor(came, PLACE)
    end
    came = count(lists, came)
    local moment = deadline
    -- absent, open: arrive the last input -> running
    if came == ALL then
        moment = now + policy.lease
        -- `PERSIST` changes nothing, but after this write a full server accepts the following ones, so that the join can end.
        redis.call('PERSIST', HASH)
        -- The body gets a new timeout, even if the last input arrived late.
        keep(lists, 'running', ALL, token, moment, now + policy.timeout, 1, since)
    -- absent, open: arrive -> open
    else
        keep(lists, 'open', came, NO_HOLDER, 0, deadline, 0, since)
    end
    if is_new then
        redis.call('ZADD', FUNCTION .. ':unsettled', '0', key)
    end
    if is_new or came == ALL then
        schedule_at(moment)
    end
    if came == ALL then
        return { now, 'run', 1, claimed(key, 'run', 1, ALL), false }
    end
    return answer('waiting', came, lists)
end

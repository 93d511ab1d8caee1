-- The lists of joins, for a function that has lists or optional inputs: the rest of its policy, and what a join keeps of
-- them beside its state.
--
-- The field `lists` of a join's hash has its instance, the bytes of all elements, and for each list its place, the number of
-- its elements, the number of repeated arrivals, and its count. The elements and their identities have keys of their own.

do
    local columns = '^(%d+) (%d+) (%d+) (%d+)$'
    local lists, optional, max_elements, max_bytes = ARGV[#ARGV - 1]:match(columns)
    policy.lists, policy.optional = tonumber(lists), tonumber(optional)
    policy.max_elements, policy.max_bytes = tonumber(max_elements), tonumber(max_bytes)
end

local NO_COUNT = '-'

-- Returns the lists of a join: of one that has received nothing, if it keeps none.
local function read_lists(kept)
    if not kept then
        -- The token of this call names the join's new life: elements that another tool left of an earlier life have another.
        local lists = { instance = token, bytes = 0 }
        for place = 0, policy.inputs - 1 do
            if bit.band(policy.lists, bit.lshift(1, place)) ~= 0 then
                lists[#lists + 1] = { place = place, len = 0, repeated = 0, count = NO_COUNT }
            end
        end
        return lists
    end
    local instance, bytes, columns = kept:match('^(%S+) (%d+)(.*)$')
    local lists = { instance = instance, bytes = tonumber(bytes) }
    for place, len, repeated, count in columns:gmatch(' (%d+):(%d+):(%d+):(%S+)') do
        lists[#lists + 1] = {
            place = tonumber(place),
            len = tonumber(len),
            repeated = tonumber(repeated),
            count = count,
        }
    end
    return lists
end

local function write_lists(lists)
    local columns = { lists.instance, digits(lists.bytes) }
    for at, list in ipairs(lists) do
        local place, len, repeated, count = list.place, list.len, list.repeated, list.count
        columns[at + 2] = string.format('%d:%d:%d:%s', place, len, repeated, count)
    end
    return table.concat(columns, ' ')
end

-- Returns the keys of a list's elements and of their identities, as `keys.rs` does.
local function list_keys(key, instance, place)
    local list = ':' .. place .. ':' .. instance .. ':' .. key
    return FUNCTION .. ':elements' .. list, FUNCTION .. ':ids' .. list
end

-- Removes the elements of a join. The server frees long lists in the background.
function policy.remove_elements(key)
    local kept = redis.call('HGET', hash_of(key), 'lists')
    if kept then
        local lists = read_lists(kept)
        for _, list in ipairs(lists) do
            if list.len > 0 then
                redis.call('UNLINK', list_keys(key, lists.instance, list.place))
            end
        end
    end
end

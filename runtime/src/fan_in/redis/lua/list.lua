-- Joins as they are kept: the one with a key, or a page of those in a set of which the members' bytes are the order.

local FUNCTION = KEYS[1]
local set, from, limit = ARGV[1], ARGV[2], ARGV[3]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local keys = { from }
if set ~= '' then
    keys = redis.call('ZRANGEBYLEX', FUNCTION .. ':' .. set, from, '+', 'LIMIT', 0, limit)
end

local listed = {}
for _, key in ipairs(keys) do
    local kept = redis.call(
        'HMGET',
        FUNCTION .. ':join:' .. key,
        'stage',
        'came',
        'holder',
        'until',
        'deadline',
        'attempts',
        'since'
    )
    if kept[1] then
        listed[#listed + 1] = { key, kept }
    end
end
return { now, listed }

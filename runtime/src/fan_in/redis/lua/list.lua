-- Lists joins for an operator: one, or a page ordered by key.

local which, from, limit = ARGV[1], ARGV[2], ARGV[3]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local keys
if which == 'key' then
    keys = { from }
else
    local set = which == 'parked' and PARKED or UNSETTLED
    keys = redis.call('ZRANGEBYLEX', set, from, '+', 'LIMIT', '0', limit)
end
local list = {}
for place, key in ipairs(keys) do
    local kept = redis.call('HMGET', hash_of(key), 'join', 'detail', 'lists')
    list[place] = { key, kept[1], kept[2], kept[3] }
end
return { now, list }

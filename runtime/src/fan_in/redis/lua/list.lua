-- Joins as they are kept, each false if there is none.

local FUNCTION = KEYS[1]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local kept = {}
for place, key in ipairs(ARGV) do
    kept[place] = redis.call('HGET', FUNCTION .. ':join:' .. key, 'join')
end
return { now, kept }

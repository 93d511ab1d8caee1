-- Adds a function to the list, with its inputs and the time. A full server accepts this small entry.

local functions, name, inputs = KEYS[1], ARGV[1], ARGV[2]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('PERSIST', functions)
redis.call('HSET', functions, name, string.format('%d %s', now, inputs))

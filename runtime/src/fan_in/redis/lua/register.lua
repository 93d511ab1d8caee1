-- The function and its inputs are noted, and when it was declared. A full server takes this: it is a line per function.

local functions, name, inputs = KEYS[1], ARGV[1], ARGV[2]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('PERSIST', functions)
redis.call('HSET', functions, name, string.format('%d %s', now, inputs))

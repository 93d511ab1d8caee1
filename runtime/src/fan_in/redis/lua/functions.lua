-- Returns the declared functions, each with the time of its last declaration and its inputs.

local time = redis.call('TIME')
return { time[1] * 1000 + math.floor(time[2] / 1000), redis.call('HGETALL', KEYS[1]) }

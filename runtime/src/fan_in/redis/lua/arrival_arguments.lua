-- Reads the arguments of an arrival.

local key, input = ARGV[8], ARGV[9]
local HASH = KEYS[3]

-- The time at which a sweep must handle the join.
local function schedule_at(moment)
    redis.call('ZADD', DUE, digits(moment), key)
end

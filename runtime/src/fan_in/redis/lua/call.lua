-- What each call that changes something says first: the function, its rules, and the caller's token.

local FUNCTION = KEYS[1]
local rules = {
    inputs = tonumber(ARGV[1]),
    timeout = tonumber(ARGV[2]),
    lease = tonumber(ARGV[3]),
    backoff = tonumber(ARGV[4]),
    dedup_window = tonumber(ARGV[5]),
    max_attempts = tonumber(ARGV[6]),
}
local token = ARGV[7]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

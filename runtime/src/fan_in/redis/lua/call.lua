-- What each call that changes something says first: the function, its rules, and the caller's token.

local FUNCTION = KEYS[1]
-- A text of digits is a number wherever it is added; only a limit is compared.
local rules = {
    inputs = ARGV[1],
    timeout = ARGV[2],
    lease = ARGV[3],
    backoff = ARGV[4],
    dedup_window = ARGV[5],
    max_attempts = tonumber(ARGV[6]),
}
local token = ARGV[7]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- What each call that changes something says first: the function, its rules, and the caller's token.

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
local ALL = bit.lshift(1, rules.inputs) - 1

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- In full, and in less time than the server takes for one of Lua's numbers.
local function text(number)
    return string.format('%d', number)
end

local NOW = text(now)

-- Stage, inputs, holder, the end of a lease, a rest or a window, deadline, attempts, and since when. It is one field, of
-- which a server makes less than of seven.
local WRITTEN = '%s %d %s %d %d %d %d'
local READ = '^(%a+) (%d+) (%S+) (%d+) (%d+) (%d+) (%d+)$'
local NOBODY = '-'

-- What the caller now holds, with its inputs.
local function claimed(key, work, attempts, came)
    local fields = {}
    for input = 0, rules.inputs - 1 do
        fields[input + 1] = 'input:' .. input
    end
    return { key, work, attempts, came, redis.call('HMGET', hash_of(key), unpack(fields)) }
end

-- Reads the first arguments of every call that writes: the function, its policy, and the caller's token.

-- Lua converts a string of digits in an addition, but not in a comparison, so only the limits need `tonumber`.
local policy = {
    inputs = ARGV[1],
    timeout = ARGV[2],
    lease = ARGV[3],
    backoff = ARGV[4],
    dedup_window = ARGV[5],
    max_attempts = tonumber(ARGV[6]),
    -- A bit for each list and for each optional input. `lists.lua` sets them, if a function has any.
    lists = 0,
    optional = 0,
}
local token = ARGV[7]
local ALL = bit.lshift(1, policy.inputs) - 1

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Formats a number with all digits, and faster than the server converts one of Lua's numbers.
local function digits(number)
    return string.format('%d', number)
end

local NOW = digits(now)

-- Stage, inputs, holder, the end of the lease, backoff or window, deadline, attempts, and the start of the stage. One field
-- is faster than seven.
local JOIN_FORMAT = '%s %d %s %d %d %d %d'
local JOIN_PATTERN = '^(%a+) (%d+) (%S+) (%d+) (%d+) (%d+) (%d+)$'
local NO_HOLDER = '-'

-- Returns a claim with its inputs. The caller reads the elements of lists itself, in pages.
local function claimed(key, work, attempts, came)
    local fields = {}
    for input = 0, policy.inputs - 1 do
        fields[input + 1] = 'input:' .. input
    end
    if policy.lists ~= 0 then
        fields[#fields + 1] = 'lists'
    end
    return { key, work, attempts, came, redis.call('HMGET', hash_of(key), unpack(fields)) }
end

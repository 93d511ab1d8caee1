-- Releases the claims of a token, as the settlement `released` does. They are the claims of a call whose reply was lost.
-- Their greatest age is an argument.

local age = ARGV[8]

local latest = now + policy.lease
local released = 0
for _, key in ipairs(redis.call('ZRANGEBYSCORE', DUE, digits(latest - age), digits(latest))) do
    local before, since = read(key)
    local after, reply = settle(before, 'released')
    write(key, before, after, since)
    if reply == 'recorded' then
        released = released + 1
    end
end
return released

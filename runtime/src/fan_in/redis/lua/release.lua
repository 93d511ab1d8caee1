-- Releases what the token holds, as `not_begun` does: a call whose reply was lost does not know what it has claimed. The claims
-- are at most so old.

local age = ARGV[8]

local latest = now + rules.lease
local released = 0
for _, key in ipairs(redis.call('ZRANGEBYSCORE', DUE, text(latest - age), text(latest))) do
    local before, since = read(key)
    local after, reply = settle(before, 'not_begun')
    write(key, before, after, since)
    if reply == 'recorded' then
        released = released + 1
    end
end
return released

-- Applies a step of a holder (settle, renew) or of an operator (retry, forget). Returns whether it took effect.

local key, step, settlement, detail = ARGV[8], ARGV[9], ARGV[10], ARGV[11]

local steps = { settle = settle, renew = renew, retry = retry, forget = forget }
local before, since = read(key)
local after, reply = steps[step](before, settlement)
write(key, before, after, since)
if detail ~= '' and reply == 'recorded' then
    redis.call('HSET', hash_of(key), 'detail', detail)
end
return reply == 'recorded' and 1 or 0

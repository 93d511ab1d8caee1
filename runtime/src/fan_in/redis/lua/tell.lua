-- A holder settles or renews, or an operator wants something. Whether it counts.

local key, step, settlement = ARGV[8], ARGV[9], ARGV[10]

local steps = { settle = settle, renew = renew, retry = retry, forget = forget }
local before, since = read(key)
local after, reply = steps[step](before, settlement)
write(key, before, after, since)
return reply == 'recorded' and 1 or 0

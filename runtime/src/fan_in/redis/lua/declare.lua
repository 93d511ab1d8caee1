-- Declares a function, and returns the stored declaration.

local mine = ARGV[1]

local kept = redis.call('GET', DECLARED)
if not kept then
    redis.call('SET', DECLARED, mine)
end
return kept or mine

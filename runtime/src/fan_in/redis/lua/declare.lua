-- A process declares a function, or asks what is declared.

local mine = ARGV[1]

local kept = redis.call('GET', DECLARED)
if not kept then
    redis.call('SET', DECLARED, mine)
end
return kept or mine

-- Migrates the joins of a function to this release. Later versions add their changes here.

local version, lowest = ARGV[1], ARGV[2]

local kept = redis.call('GET', DECLARED)
local newest, others_lowest, inputs = (kept or ''):match('^(%d+) (%d+) (.*)$')
if newest and tonumber(newest) < tonumber(version) then
    lowest = math.max(tonumber(lowest), tonumber(others_lowest))
    redis.call('SET', DECLARED, string.format('%s %d %s', version, lowest, inputs))
end
return kept

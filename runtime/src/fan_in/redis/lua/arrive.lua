-- Stores an input if `arrive_fast.lua` did not: another join is overdue, or the input's own join is not open.

-- The largest number of other joins to examine.
local EXAMINED = 4

-- Claims another join that is overdue.
local function overdue()
    for _ = 1, EXAMINED do
        local found =
            redis.call('ZRANGEBYSCORE', DUE, '-inf', NOW, 'LIMIT', '0', '2')
        local other = found[1] ~= key and found[1] or found[2]
        local claim = other and claim_due(other, 'opportunistic')
        if claim or not other then
            return claim or false
        end
    end
    return false
end

-- Claim the other join first: its write makes a full server accept the input too.
local another = overdue()
local before, since = read(key)
local answer = take()
if not answer then
    local after, reply, number = arrive(before)
    write(key, before, after, since)
    local holds = reply == 'run' or reply == 'deliver_expired'
    local claim = holds and claimed(key, reply, after.attempts, after.came)
    answer = { now, reply, number or 0, claim or false }
end
answer[5] = (another or parked > 0) and { another, parked }
return answer

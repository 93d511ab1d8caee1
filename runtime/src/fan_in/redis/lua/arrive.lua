-- An input arrives, where another join is overdue, or its own does not take it (`arrive_fast.lua`).

-- So many are looked at, at most.
local LOOKED_AT = 4

-- Another join, that can be handed over by whoever comes by.
local function overdue()
    for _ = 1, LOOKED_AT do
        local found =
            redis.call('ZRANGEBYSCORE', DUE, '-inf', NOW, 'LIMIT', '0', '2')
        local other = found[1] ~= key and found[1] or found[2]
        local claim = other and look_after(other, 'passing')
        if claim or not other then
            return claim or false
        end
    end
    return false
end

-- First, since a full server then takes the input as well: with the other join, room is made for it.
local another = overdue()
local before, since = read(key)
local answer = take()
if not answer then
    local after, reply, number = arrive(before)
    write(key, before, after, since)
    local holds = reply == 'run' or reply == 'hand_over'
    local claim = holds and claimed(key, reply, after.attempts, after.came)
    answer = { now, reply, number or 0, claim or false }
end
answer[5] = another
return answer

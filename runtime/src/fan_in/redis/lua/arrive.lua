-- An input arrives.

local key, input, payload = ARGV[8], ARGV[9], ARGV[10]

-- So many are parked in passing, at most.
local LOOKED_AT = 4

-- Another join, that can be handed over by whoever comes by.
local function overdue()
    for _ = 1, LOOKED_AT do
        local found =
            redis.call('ZRANGEBYSCORE', FUNCTION .. ':passing', '-inf', NOW, 'LIMIT', '0', '2')
        local other = found[1] ~= key and found[1] or found[2]
        local claim = other and look_after(other, 'passing')
        if claim or not other then
            return claim or false
        end
    end
    return false
end

local before = read(key)
-- First, since a full server then takes the input as well: with the other join, room is made for it.
local another = overdue()
local after, reply, number = arrive(before, tonumber(input))

local taken
if reply == 'waiting' or (reply == 'run' and before.stage == 'open') then
    taken = { 'payload:' .. input, payload, 'came_at:' .. input, NOW }
end
write(key, before, after, taken)

local claim = (reply == 'run' or reply == 'hand_over') and claimed(key, after)
return { now, reply, number or 0, claim or false, another }

-- A sweep claims what is due, and is told whether it may come again at once.

local max = ARGV[8]

-- So many are parked at once, at most: nobody else is served meanwhile.
local left_to_park = 1000

local claims, is_claimed = {}, {}
local found_another

local function look_through(set)
    local keys = redis.call('ZRANGEBYSCORE', set, '-inf', NOW, 'LIMIT', '0', max)
    for _, key in ipairs(keys) do
        if #claims == tonumber(max) or left_to_park == 0 then
            break
        end
        -- Where leases are of no length, it is due again.
        if not is_claimed[key] then
            found_another = true
            local claim = look_after(key, 'sweep')
            if claim then
                claims[#claims + 1] = claim
                is_claimed[key] = true
            else
                left_to_park = left_to_park - 1
            end
        end
    end
end

repeat
    found_another = false
    look_through(SWEEP)
    look_through(DUE)
until not found_another or left_to_park == 0

return { now, claims, left_to_park == 0 and 1 or 0 }

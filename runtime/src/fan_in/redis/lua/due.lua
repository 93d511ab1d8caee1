-- Claims due joins for a sweep. Returns them, whether more may be due, and the number of joins that it has parked.

local max = ARGV[8]

-- The largest number of joins to park in one call, because the server serves no other client during a script.
local left_to_park = 1000

-- The largest number of elements to claim in one call, because the caller reads them before it returns.
local left_to_read = 10000

local claims, is_claimed = {}, {}
local found_another

local function claim_from(set)
    local keys = redis.call('ZRANGEBYSCORE', set, '-inf', NOW, 'LIMIT', '0', max)
    for _, key in ipairs(keys) do
        if #claims == tonumber(max) or left_to_park == 0 or left_to_read <= 0 then
            break
        end
        -- With a lease of zero, a claimed join is due again at once.
        if not is_claimed[key] then
            found_another = true
            local claim = claim_due(key, 'sweep')
            if claim then
                claims[#claims + 1] = claim
                is_claimed[key] = true
                for len in (claim[5][policy.inputs + 1] or ''):gmatch(' %d+:(%d+):') do
                    left_to_read = left_to_read - len
                end
            else
                left_to_park = left_to_park - 1
            end
        end
    end
end

repeat
    found_another = false
    claim_from(SWEEP)
    claim_from(DUE)
until not found_another or left_to_park == 0 or left_to_read <= 0

return { now, claims, left_to_park == 0 and 1 or 0, parked }

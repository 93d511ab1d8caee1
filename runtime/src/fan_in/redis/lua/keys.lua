-- The function's keys, in the order of `keys.rs`. The first one never exists.
local FUNCTION, DECLARED, DUE, SWEEP, PARKED, UNSETTLED = unpack(KEYS)

local function hash_of(key)
    return FUNCTION .. ':join:' .. key
end


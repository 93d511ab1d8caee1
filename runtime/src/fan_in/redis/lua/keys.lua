-- The function's keys, as `keys.rs` names them. The first does not exist.
local FUNCTION, DECLARED, DUE, SWEEP, PARKED, UNSETTLED = unpack(KEYS)

local function hash_of(key)
    return FUNCTION .. ':join:' .. key
end


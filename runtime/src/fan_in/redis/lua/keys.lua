-- The function's keys. `keys.rs` names the first two; the first one never exists.
local FUNCTION, DECLARED = KEYS[1], KEYS[2]
local DUE = FUNCTION .. ':due'

local function hash_of(key)
    return FUNCTION .. ':join:' .. key
end


-- The function's other keys. `arrive_fast.lua` does without them, because each name costs an arrival 1 %.
local SWEEP, PARKED = FUNCTION .. ':sweep', FUNCTION .. ':parked'
local UNSETTLED = FUNCTION .. ':unsettled'


-- Stores an input of an open or absent join, as most arrivals do. This returns before the server evaluates the functions
-- of the files that follow, which it does at every call.

local is_overdue =
    redis.call('ZRANGEBYSCORE', DUE, '-inf', NOW, 'LIMIT', '0', '1')[1]
local taken = not is_overdue and take()
if taken then
    return taken
end

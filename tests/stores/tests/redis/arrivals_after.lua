-- An arrival at a join as it was before: what stands after what an arrival says. What it is told, and what is kept then.

local FUNCTION, key, input = KEYS[1], ARGV[8], ARGV[9]
local sweep_at, passing_at, is_parked, beside = ARGV[18], ARGV[19], ARGV[20], ARGV[21]
local COLUMNS = { 'stage', 'came', 'holder', 'until', 'deadline', 'attempts' }

local function join(of)
    return FUNCTION .. ':join:' .. of
end

local function has_come(moment)
    return moment ~= '' and tonumber(moment) <= tonumber(NOW)
end

redis.call('DEL', join(key), join('other'))
for _, set in ipairs({ ':unsettled', ':parked', ':due', ':sweep' }) do
    redis.call('DEL', FUNCTION .. set)
end

for place, column in ipairs(COLUMNS) do
    if ARGV[12] ~= '' then
        redis.call('HSET', join(key), column, ARGV[11 + place])
    end
end
for other = 0, ARGV[1] - 1 do
    if bit.band(ARGV[13], bit.lshift(1, other)) ~= 0 then
        redis.call('HSET', join(key), 'payload:' .. other, 'kept')
    end
end
if sweep_at ~= '' or is_parked == '1' then
    redis.call('ZADD', FUNCTION .. ':unsettled', 0, key)
end
if is_parked == '1' then
    redis.call('ZADD', FUNCTION .. ':parked', 0, key)
elseif sweep_at ~= '' then
    redis.call('ZADD', FUNCTION .. ':due', sweep_at, key)
end
if beside == 'overdue' then
    redis.call('HSET', join('other'), 'stage', 'open', 'came', 1, 'deadline', NOW)
    redis.call('ZADD', FUNCTION .. ':due', NOW, 'other')
elseif beside == 'passed' and has_come(sweep_at) and not has_come(passing_at) then
    redis.call('ZADD', FUNCTION .. ':due', passing_at, key)
    redis.call('ZADD', FUNCTION .. ':sweep', sweep_at, key)
end

local _, reply, number, claim, another = unpack(arrival())

local function score(set)
    return tonumber(redis.call('ZSCORE', FUNCTION .. set, key) or nil) or false
end

local kept = redis.call('HMGET', join(key), unpack(COLUMNS))
return {
    reply,
    number,
    claim and claim[1] or false,
    another and another[1] or false,
    kept[1] and {
        kept[1],
        tonumber(kept[2] or 0),
        kept[3] or '',
        tonumber(kept[4] or 0),
        tonumber(kept[5] or 0),
        tonumber(kept[6] or 0),
    },
    redis.call('HGET', join(key), 'payload:' .. input),
    score(':unsettled'),
    score(':parked'),
    score(':due'),
    score(':sweep'),
}

-- An arrival at a join as it was before: what stands after what an arrival says. What it is told, and what is kept then.

local FUNCTION, key, input = KEYS[1], ARGV[8], ARGV[9]
local sweep_at, passing_at, is_parked, beside = ARGV[18], ARGV[19], ARGV[20], ARGV[21]

local function join(of)
    return FUNCTION .. ':join:' .. of
end

local function has_come(moment)
    return moment ~= '' and tonumber(moment) <= tonumber(NOW)
end

redis.call('DEL', join(key), join('other'))
for _, set in ipairs({ ':parked', ':due', ':sweep', ':unsettled' }) do
    redis.call('DEL', FUNCTION .. set)
end

if ARGV[12] ~= '' then
    redis.call('HSET', join(key), 'join', table.concat(ARGV, ' ', 12, 17) .. ' 1')
end
for other = 0, ARGV[1] - 1 do
    if bit.band(ARGV[13], bit.lshift(1, other)) ~= 0 then
        redis.call('HSET', join(key), 'input:' .. other, '1 kept')
    end
end
if is_parked == '1' or sweep_at ~= '' then
    redis.call('ZADD', FUNCTION .. ':unsettled', 0, key)
end
if is_parked == '1' then
    redis.call('ZADD', FUNCTION .. ':parked', 0, key)
elseif sweep_at ~= '' then
    redis.call('ZADD', FUNCTION .. ':due', sweep_at, key)
end
if beside == 'overdue' then
    redis.call('HSET', join('other'), 'join', 'open 1 - 0 ' .. NOW .. ' 0 1')
    redis.call('ZADD', FUNCTION .. ':due', NOW, 'other')
    redis.call('ZADD', FUNCTION .. ':unsettled', 0, 'other')
elseif beside == 'passed' and has_come(sweep_at) and not has_come(passing_at) then
    redis.call('ZADD', FUNCTION .. ':due', passing_at, key)
    redis.call('ZADD', FUNCTION .. ':sweep', sweep_at, key)
end

local _, reply, number, claim, another = unpack(arrival())

local function score(set)
    return tonumber(redis.call('ZSCORE', FUNCTION .. set, key) or nil) or false
end

local kept = redis.call('HGET', join(key), 'join')
local columns = {}
for column in string.gmatch(kept or '', '%S+') do
    columns[#columns + 1] = column
end
return {
    reply,
    number,
    claim and claim[1] or false,
    another and another[1] or false,
    { columns, table.remove(columns) },
    redis.call('HGET', join(key), 'input:' .. input),
    score(':parked'),
    score(':due'),
    score(':sweep'),
    score(':unsettled'),
}

-- An arrival at a join as it was before: what stands after what an arrival says. What it is told, and what is kept then.

local FUNCTION, key, input = KEYS[1], ARGV[8], ARGV[9]
local sweep_at, opportunistic_at, is_parked, beside = ARGV[20], ARGV[21], ARGV[22], ARGV[23]
local lists, len, policy = ARGV[24], tonumber(ARGV[25]), ARGV[26]
local LISTS = tonumber(policy:match('^%d+') or 0)

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

if ARGV[14] ~= '' then
    redis.call('HSET', join(key), 'join', table.concat(ARGV, ' ', 14, 19) .. ' 1')
end
for other = 0, ARGV[1] - 1 do
    local place = bit.lshift(1, other)
    if bit.band(ARGV[15], place) ~= 0 and bit.band(LISTS, place) == 0 then
        redis.call('HSET', join(key), 'input:' .. other, '1 kept')
    end
end

-- Returns the keys of the list at place 1, and of the identities.
local function list_keys(text)
    local list = ':1:' .. text:match('^%S*') .. ':' .. key
    return FUNCTION .. ':elements' .. list, FUNCTION .. ':ids' .. list
end

-- Another life of the join had all identities of this test.
redis.call('DEL', list_keys(lists))
redis.call('DEL', list_keys(ARGV[7]))
redis.call('SADD', FUNCTION .. ':ids:1:earlier:' .. key, '0', 'other')
if lists ~= '' then
    redis.call('HSET', join(key), 'lists', lists)
    local elements, ids = list_keys(lists)
    for id = 0, len - 1 do
        redis.call('SADD', ids, id)
        redis.call('RPUSH', elements, '1 kept')
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
if beside == 'overdue' or beside == 'exhausted' then
    local open = 'open 1 - 0 ' .. NOW .. ' 0 1'
    local exhausted = 'running ' .. bit.lshift(1, ARGV[1]) - 1 .. ' dead ' .. NOW .. ' ' .. NOW .. ' 2 1'
    redis.call('HSET', join('other'), 'join', beside == 'overdue' and open or exhausted)
    redis.call('ZADD', FUNCTION .. ':due', NOW, 'other')
    redis.call('ZADD', FUNCTION .. ':unsettled', 0, 'other')
elseif beside == 'passed' and has_come(sweep_at) and not has_come(opportunistic_at) then
    redis.call('ZADD', FUNCTION .. ':due', opportunistic_at, key)
    redis.call('ZADD', FUNCTION .. ':sweep', sweep_at, key)
end

local _, reply, number, claim, others = unpack(arrival())
local another, parked = unpack(others or { false, 0 })

local function score(set)
    return tonumber(redis.call('ZSCORE', FUNCTION .. set, key) or nil) or false
end

local kept = redis.call('HGET', join(key), 'join')
local columns = {}
for column in string.gmatch(kept or '', '%S+') do
    columns[#columns + 1] = column
end
local kept_lists = redis.call('HGET', join(key), 'lists')
local elements, ids = list_keys(kept_lists or lists)
return {
    reply:match('^%S+'),
    number,
    claim and claim[1] or false,
    { another and another[1] or false, parked },
    { columns, table.remove(columns) },
    redis.call('HGET', join(key), 'input:' .. input),
    score(':parked'),
    score(':due'),
    score(':sweep'),
    score(':unsettled'),
    { kept_lists, redis.call('LLEN', elements), redis.call('SCARD', ids) },
}

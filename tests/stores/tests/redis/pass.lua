-- Moves all stored times into the past, by a number of milliseconds.

local span = tonumber(ARGV[1])

local function moved(moment)
    return string.format('%.0f', math.max(moment - span, 0))
end

local pass = {}

local function join(kept)
    local stage, came, holder, moment, deadline, attempts, since =
        kept:match('^(%a+) (%d+) (%S+) (%d+) (%d+) (%d+) (%d+)$')
    local columns = { stage, came, holder, moved(moment), moved(deadline), attempts, moved(since) }
    return table.concat(columns, ' ')
end

local function input(kept)
    local came_at, payload = kept:match('^(%d+) (.*)$')
    return moved(came_at) .. ' ' .. payload
end

function pass.hash(key)
    if key:find('}:functions$') then
        return
    end
    local fields = redis.call('HGETALL', key)
    for at = 1, #fields, 2 do
        local field, kept = fields[at], fields[at + 1]
        if field ~= 'detail' and field ~= 'lists' then
            redis.call('HSET', key, field, field == 'join' and join(kept) or input(kept))
        end
    end
    local forgotten_at = redis.call('PEXPIRETIME', key)
    if forgotten_at > 0 then
        redis.call('PEXPIREAT', key, moved(forgotten_at))
    end
end

function pass.zset(key)
    if key:find(':due$') or key:find(':sweep$') then
        local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
        for at = 1, #members, 2 do
            redis.call('ZADD', key, moved(members[at + 1]), members[at])
        end
    end
end

function pass.list(key)
    for at, kept in ipairs(redis.call('LRANGE', key, 0, -1)) do
        redis.call('LSET', key, at - 1, input(kept))
    end
end

function pass.set() end

function pass.string() end

for _, key in ipairs(redis.call('KEYS', '*')) do
    pass[redis.call('TYPE', key).ok](key)
end

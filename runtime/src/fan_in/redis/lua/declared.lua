-- Each script first compares the function's declaration with the caller's. Data may have been lost, or be another
-- function's: the caller then declares, and learns what is wrong.
do
    local mine, kept = ARGV[#ARGV], redis.call('GET', DECLARED)
    if kept ~= mine then
        local columns = '^(%d+) (%d+) (.*)$'
        local version, _, inputs = mine:match(columns)
        local newest, lowest, others = (kept or ''):match(columns)
        -- A later release has migrated the joins to what this one can still use.
        local is_shared = inputs == others
            and tonumber(version) <= tonumber(newest)
            and tonumber(lowest) <= tonumber(version)
        if not is_shared then
            return redis.error_reply('UNDECLARED the server does not have this declaration')
        end
    end
end


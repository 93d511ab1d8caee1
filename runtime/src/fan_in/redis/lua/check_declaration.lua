-- Compares the stored declaration of the function with the caller's. If they differ, the caller declares again, and gets a
-- descriptive error.
do
    local mine, kept = ARGV[#ARGV], redis.call('GET', DECLARED)
    if kept ~= mine then
        local columns = '^(%d+) (%d+) (.*)$'
        local version, _, inputs = mine:match(columns)
        local newest, lowest, others = (kept or ''):match(columns)
        -- A later release has migrated the joins, and this release may still use them.
        local is_shared = inputs == others
            and tonumber(version) <= tonumber(newest)
            and tonumber(lowest) <= tonumber(version)
        if not is_shared then
            return redis.error_reply('UNDECLARED the server does not have this declaration')
        end
    end
end


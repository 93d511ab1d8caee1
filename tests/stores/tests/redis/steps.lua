-- Makes a step from a state at a moment, which stand after what a call says first.

now = tonumber(ARGV[8])
local stage, came, holder = ARGV[9], tonumber(ARGV[10]), ARGV[11]
local moment, deadline, attempts = tonumber(ARGV[12]), tonumber(ARGV[13]), tonumber(ARGV[14])
local step, how = ARGV[15], ARGV[16]

local join = stage ~= '' and new_join(stage, came, holder, moment, deadline, attempts) or nil
local sweep_at = join and due(join, 'sweep')
local opportunistic_at = join and due(join, 'opportunistic')
if join and is_forgotten(join) then
    join = nil
end

local steps = {
    settle = settle,
    renew = renew,
    claim_if_due = claim_if_due,
    retry = retry,
    forget = forget,
}
local after, reply, number = steps[step](join, how)

local columns = after
    and {
        after.stage,
        after.came,
        after.holder,
        after['until'],
        after.deadline,
        after.attempts,
    }
return { columns or false, reply, number or 0, sweep_at or false, opportunistic_at or false }

-- A holder goes on: $1 name, $2 key, $3 token, $4 lease.
UPDATE linked_span_joins SET
    until = now + $4,
    sweep_at = now + $4,
    passing_at = CASE stage WHEN 'running' THEN greatest(now + $4, deadline) ELSE now + $4 END
FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
WHERE name = $1 AND key = $2 AND holder = $3 AND stage IN ('running', 'expiring')

-- Releases what a token holds, as `not_begun` in `let_go.sql` does: $1 name, $2 token, $3 lease, $4 how old the claims are at
-- most. A call whose reply was lost does not know what it has claimed.
WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now)
UPDATE linked_span_joins SET
    stage = CASE stage WHEN 'running' THEN 'ready' ELSE 'expiring' END,
    holder = NULL,
    until = now,
    attempts = CASE stage WHEN 'running' THEN attempts - 1 ELSE attempts END,
    sweep_at = CASE stage WHEN 'running' THEN least(now, deadline) ELSE now END,
    passing_at = CASE stage WHEN 'running' THEN greatest(now, deadline) ELSE now END
FROM clock
WHERE name = $1 AND holder = $2 AND stage IN ('running', 'expiring')
    AND sweep_at >= (SELECT now FROM clock) + $3 - $4 AND sweep_at <= (SELECT now FROM clock) + $3

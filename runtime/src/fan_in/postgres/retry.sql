-- An operator wants it tried again: $1 name, $2 key, $3 inputs, $4 timeout. What is incomplete is handed over.
UPDATE linked_span_joins SET
    stage = CASE WHEN came = (1 << $3) - 1 THEN 'ready' ELSE 'expiring' END,
    holder = NULL,
    until = now,
    deadline = now + $4,
    sweep_at = now,
    passing_at = CASE WHEN came = (1 << $3) - 1 THEN now + $4 ELSE now END,
    attempts = CASE WHEN came = (1 << $3) - 1 THEN 0 ELSE attempts END
FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
WHERE name = $1 AND key = $2
    AND (
        stage IN ('ready', 'exhausted', 'undecodable')
        OR stage IN ('running', 'expiring') AND (holder IS NULL OR until <= now)
    )

-- A holder has not succeeded: $1 name, $2 key, $3 token, $4 settlement, $5 backoff, $6 max_attempts. What was not begun is
-- due at once, and was no attempt.
UPDATE linked_span_joins SET
    stage = CASE
        WHEN $4 = 'undecodable' THEN 'undecodable'
        WHEN $4 = 'failed' AND attempts >= $6 THEN 'exhausted'
        WHEN stage = 'running' THEN 'ready'
        ELSE 'expiring'
    END,
    holder = NULL,
    until = due,
    attempts = CASE WHEN $4 = 'not_begun' AND stage = 'running' THEN attempts - 1 ELSE attempts END,
    sweep_at = CASE
        WHEN $4 = 'undecodable' OR $4 = 'failed' AND attempts >= $6 THEN NULL
        WHEN stage = 'running' THEN least(due, deadline)
        ELSE due
    END,
    passing_at = CASE
        WHEN $4 = 'undecodable' OR $4 = 'failed' AND attempts >= $6 THEN NULL
        WHEN stage = 'running' THEN greatest(now, deadline)
        ELSE due
    END
FROM (
    SELECT now, CASE $4 WHEN 'not_begun' THEN now ELSE now + $5 END AS due
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
) AS rest
WHERE name = $1 AND key = $2 AND holder = $3
    AND (stage = 'running' AND $4 <> 'not_handed_over' OR stage = 'expiring' AND $4 <> 'failed')

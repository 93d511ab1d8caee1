-- Whoever comes by looks after joins that are not his own: $1 name, $2 the key of his own, $3 token, $4 lease,
-- $5 max_attempts, $6 how many to forget. One that is overdue he hands over, one that has died at its last attempt is parked.
--
-- He begins where somebody has found nothing before, since what joins that have ended meanwhile leave behind in an index is
-- not cleaned up at once. Every ten seconds one begins at the very beginning, for what was out of sight then, and what need no
-- longer be remembered is forgotten.
--
-- He waits for no row. It is a look at an index, whatever the planner believes of the table: a `CASE` tells it nothing of how
-- rare a row is, for which it would read them all, and a single place is found without an index.
WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now),
thorough AS (
    SELECT FROM linked_span_functions
    WHERE name = $1 AND (SELECT now FROM clock) NOT BETWEEN looked_at AND looked_at + 10000
    FOR UPDATE SKIP LOCKED
),
beginning AS (
    SELECT CASE WHEN EXISTS (SELECT FROM thorough) THEN 0 ELSE looked_at END AS at
    FROM linked_span_functions WHERE name = $1
),
found AS (
    SELECT ctid AS place FROM linked_span_joins
    WHERE name = $1 AND key <> $2 AND passing_at BETWEEN (SELECT at FROM beginning) AND (SELECT now FROM clock)
        AND CASE WHEN stage = 'running' THEN attempts < $5 ELSE true END
    ORDER BY passing_at LIMIT 1
    FOR UPDATE SKIP LOCKED
),
overdue AS (
    UPDATE linked_span_joins SET
        stage = 'expiring',
        holder = $3,
        until = now + $4,
        sweep_at = now + $4,
        passing_at = now + $4
    FROM clock
    WHERE ctid = (SELECT place FROM found)
    RETURNING
        key, 'hand_over' AS reply, now AS at, until, came, attempts, came_at,
        ARRAY[
            payload_0, payload_1, payload_2, payload_3, payload_4, payload_5,
            payload_6, payload_7, payload_8, payload_9, payload_10, payload_11
        ] AS payloads
),
exhausted AS (
    SELECT ctid AS place FROM linked_span_joins
    WHERE name = $1 AND key <> $2 AND passing_at BETWEEN (SELECT at FROM beginning) AND (SELECT now FROM clock)
        AND CASE WHEN stage = 'running' THEN attempts >= $5 ELSE false END
    ORDER BY passing_at LIMIT 1
    FOR UPDATE SKIP LOCKED
),
parked AS (
    UPDATE linked_span_joins SET stage = 'exhausted', holder = NULL, sweep_at = NULL, passing_at = NULL
    WHERE ctid = (SELECT place FROM exhausted)
),
remembered AS (
    SELECT ctid AS place FROM linked_span_joins
    WHERE name = $1 AND stage IN ('completed', 'expired') AND until <= (SELECT now FROM clock)
        AND EXISTS (SELECT FROM thorough)
    ORDER BY until LIMIT $6
    FOR UPDATE SKIP LOCKED
),
forgotten AS (
    DELETE FROM linked_span_joins WHERE ctid = ANY (ARRAY(SELECT place FROM remembered))
),
looked AS (
    -- Whoever was in the midst of his statement a second ago has had time to commit it.
    UPDATE linked_span_functions SET looked_at = now - 1000
    FROM clock
    WHERE name = $1 AND EXISTS (SELECT FROM thorough)
        AND NOT EXISTS (SELECT FROM found) AND NOT EXISTS (SELECT FROM exhausted)
        AND (SELECT count(*) FROM remembered) < $6
)
SELECT key, reply, at, until, came, attempts, came_at, payloads FROM overdue

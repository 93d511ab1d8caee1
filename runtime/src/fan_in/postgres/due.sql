-- What a sweep can claim: $1 name, $2 token, $3 lease, $4 max_attempts, $5 how many to claim, $6 how many to forget or park.
-- A `CASE` tells the planner nothing of how rare a row is, for which it would read them all.
WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now),
found AS (
    SELECT ctid AS place FROM linked_span_joins
    WHERE name = $1 AND sweep_at <= (SELECT now FROM clock)
        AND CASE WHEN stage = 'running' THEN attempts < $4 ELSE true END
    ORDER BY sweep_at LIMIT $5
    FOR UPDATE SKIP LOCKED
),
claimed AS (
    UPDATE linked_span_joins SET
        -- What a body failed at expires; one that was not begun is still to run, and one that has died is run again.
        stage = CASE
            WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0) THEN 'running'
            ELSE 'expiring'
        END,
        attempts = CASE
            WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0) THEN attempts + 1
            ELSE attempts
        END,
        holder = $2,
        until = now + $3,
        sweep_at = now + $3,
        passing_at = CASE
            WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0) THEN greatest(now + $3, deadline)
            ELSE now + $3
        END
    FROM clock
    WHERE ctid = ANY (ARRAY(SELECT place FROM found))
    RETURNING
        key, CASE stage WHEN 'running' THEN 'run' ELSE 'hand_over' END AS reply, now AS at, until, came, attempts,
        came_at,
        ARRAY[
            payload_0, payload_1, payload_2, payload_3, payload_4, payload_5,
            payload_6, payload_7, payload_8, payload_9, payload_10, payload_11
        ] AS payloads
),
exhausted AS (
    SELECT ctid AS place FROM linked_span_joins
    WHERE name = $1 AND sweep_at <= (SELECT now FROM clock)
        AND CASE WHEN stage = 'running' THEN attempts >= $4 ELSE false END
    ORDER BY sweep_at LIMIT $6
    FOR UPDATE SKIP LOCKED
),
parked AS (
    UPDATE linked_span_joins SET stage = 'exhausted', holder = NULL, sweep_at = NULL, passing_at = NULL
    WHERE ctid = ANY (ARRAY(SELECT place FROM exhausted))
),
remembered AS (
    SELECT ctid AS place FROM linked_span_joins
    WHERE name = $1 AND stage IN ('completed', 'expired') AND until <= (SELECT now FROM clock)
    ORDER BY until LIMIT $6
    FOR UPDATE SKIP LOCKED
),
forgotten AS (
    DELETE FROM linked_span_joins WHERE ctid = ANY (ARRAY(SELECT place FROM remembered))
)
SELECT key, reply, at, until, came, attempts, came_at, payloads FROM claimed

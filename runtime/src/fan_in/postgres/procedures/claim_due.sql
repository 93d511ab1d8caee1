-- Claims due joins for a sweep. Returns one array per column, with twelve places per join in `came_at` and `payloads`. A
-- `CASE` hides a condition's selectivity from the planner, which would otherwise read all rows.
WRITE(
    the_token bytea,
    the_lease bigint,
    the_max_attempts bigint,
    the_most bigint,
    the_most_forgotten bigint,
    INOUT reply text DEFAULT NULL,
    INOUT keys text[] DEFAULT NULL,
    INOUT replies text[] DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT attempts bigint[] DEFAULT NULL,
    INOUT came integer[] DEFAULT NULL,
    INOUT came_at bigint[] DEFAULT NULL,
    INOUT payloads text[] DEFAULT NULL
) AS $body$
BEGIN_WRITE
    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now),
    found AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND sweep_at <= (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts < the_max_attempts ELSE true END
        ORDER BY sweep_at LIMIT the_most
        FOR UPDATE SKIP LOCKED
    ),
    claimed AS (
        UPDATE SCHEMA.linked_span_joins SET
            stage = CASE
                -- running: the lease is over: sweep -> running, by another, even past the deadline
                -- ready: sweep, after a backoff -> running; before a first attempt even past the deadline
                WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0) THEN 'running'
                -- open, ready: the deadline is over -> expiring
                -- expiring: delivery failed, or the lease is over -> expiring, by another
                ELSE 'expiring'
            END,
            attempts = CASE
                WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0)
                THEN least(attempts + 1, 4294967295)
                ELSE attempts
            END,
            holder = the_token,
            until = now + the_lease,
            sweep_at = now + the_lease,
            passing_at = CASE
                WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0)
                THEN greatest(now + the_lease, deadline)
                ELSE now + the_lease
            END
        FROM clock
        WHERE ctid = ANY (ARRAY(SELECT place FROM found))
        RETURNING
            key, stage, now, attempts, came, came_at,
            PAYLOADS
    ),
    exhausted AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND sweep_at <= (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts >= the_max_attempts ELSE false END
        ORDER BY sweep_at LIMIT the_most_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    parked AS (
        -- running: the lease is over: sweep, after the last attempt -> parked
        UPDATE SCHEMA.linked_span_joins SET stage = 'exhausted', holder = NULL, sweep_at = NULL, passing_at = NULL
        WHERE ctid = ANY (ARRAY(SELECT place FROM exhausted))
    ),
    remembered AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND stage IN ('completed', 'expired') AND until <= (SELECT now FROM clock)
        ORDER BY until LIMIT the_most_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    forgotten AS (
        -- completed, expired: the dedup window is over -> absent
        DELETE FROM SCHEMA.linked_span_joins WHERE ctid = ANY (ARRAY(SELECT place FROM remembered))
    )
    SELECT
        'claimed',
        array_agg(encode(key, 'hex') ORDER BY key),
        array_agg(CASE stage WHEN 'running' THEN 'run' ELSE 'hand_over' END ORDER BY key),
        max(now),
        array_agg(attempts ORDER BY key),
        array_agg(came ORDER BY key),
        (
            SELECT array_agg(one.came_at[place] ORDER BY one.key, place)
            FROM claimed AS one, generate_series(1, 12) AS place
        ),
        (
            SELECT array_agg(payload ORDER BY one.key, place)
            FROM claimed AS one, unnest(ARRAY[PAYLOADS]) WITH ORDINALITY AS kept (payload, place)
        )
    FROM claimed
    INTO reply, keys, replies, at, attempts, came, came_at, payloads;
END $body$;

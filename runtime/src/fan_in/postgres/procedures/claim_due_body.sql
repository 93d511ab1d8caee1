    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now),
    found AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND sweep_at <= (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts < the_max_attempts ELSE true END
        ORDER BY sweep_at LIMIT the_limit
        FOR UPDATE SKIP LOCKED
    ),
    claimed AS (
        UPDATE SCHEMA.linked_span_joins SET
            stage = CASE
                -- running: the lease is over: sweep -> running, by another, even past the deadline
                -- ready: sweep, after a backoff -> running; before a first attempt even past the deadline
                -- open: the deadline is over, and only optional inputs are missing -> running
                WHEN RUNS THEN 'running'
                -- open, ready: the deadline is over -> expiring
                -- expiring: delivery failed, or the lease is over -> expiring, by another
                ELSE 'expiring'
            END,
            attempts = CASE
                WHEN RUNS THEN least(attempts + 1, 4294967295)
                ELSE attempts
            END,
            holder = the_token,
            until = now + the_lease,
            -- The body gets a new timeout.
            deadline = CASE WHEN stage = 'open' AND RUNS THEN now + the_timeout ELSE deadline END,
            sweep_at = now + the_lease,
            opportunistic_at = CASE
                WHEN RUNS THEN greatest(now + the_lease, CASE stage WHEN 'open' THEN now + the_timeout ELSE deadline END)
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
        ORDER BY sweep_at LIMIT the_max_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    parked AS (
        -- running: the lease is over: sweep, after the last attempt -> parked
        UPDATE SCHEMA.linked_span_joins SET stage = 'exhausted', holder = NULL, sweep_at = NULL, opportunistic_at = NULL
        WHERE ctid = ANY (ARRAY(SELECT place FROM exhausted))
        RETURNING key
    ),
    remembered AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND stage IN ('completed', 'expired') AND until <= (SELECT now FROM clock)
        ORDER BY until LIMIT the_max_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    forgotten AS (
        -- completed, expired: the dedup window is over -> absent
        DELETE FROM SCHEMA.linked_span_joins WHERE ctid = ANY (ARRAY(SELECT place FROM remembered))
    )
    SELECT
        'claimed',
        array_agg(encode(key, 'hex') ORDER BY key),
        array_agg(CASE stage WHEN 'running' THEN 'run' ELSE 'deliver_expired' END ORDER BY key),
        max(now),
        array_agg(attempts ORDER BY key),
        array_agg(came ORDER BY key),
        (
            SELECT array_agg(one.came_at[place] ORDER BY one.key, place)
            FROM claimed AS one, generate_series(1, 12) AS place
        ),
        (SELECT count(*) FROM parked), -- SINCE 2
        (
            SELECT array_agg(payload ORDER BY one.key, place)
            FROM claimed AS one, unnest(ARRAY[PAYLOADS]) WITH ORDINALITY AS kept (payload, place)
        )
    FROM claimed
    INTO
        reply, keys, replies, at, attempts, came, came_at,
        parked, -- SINCE 2
        payloads;

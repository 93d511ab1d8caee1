-- Claims one overdue join for an arrival at another one, or parks one whose last attempt died.
--
-- The search starts where an earlier call found nothing, because ended joins stay in an index for some time. Every ten
-- seconds, a call searches from the start, and removes joins whose dedup window is over.
--
-- It waits for no row lock. It reads one entry of an index, even if the planner's statistics are outdated: a `CASE` hides
-- the selectivity of a condition, for which the planner would otherwise read all rows. `= ANY` of row ids needs no scan.
WRITE(
    the_own_key bytea,
    the_token bytea,
    the_lease bigint,
    the_max_attempts bigint,
    the_max_forgotten bigint,
    INOUT reply text DEFAULT NULL,
    INOUT key text DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT until bigint DEFAULT NULL,
    INOUT came integer DEFAULT NULL,
    INOUT attempts bigint DEFAULT NULL,
    INOUT came_at bigint[] DEFAULT NULL,
    INOUT parked bigint DEFAULT NULL, -- SINCE 2
    INOUT payloads text[] DEFAULT NULL
) AS $body$
BEGIN_WRITE
    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now),
    thorough AS (
        SELECT FROM SCHEMA.linked_span_functions
        WHERE name = the_function AND (SELECT now FROM clock) NOT BETWEEN searched_at AND searched_at + 10000
        FOR UPDATE SKIP LOCKED
    ),
    beginning AS (
        SELECT CASE WHEN EXISTS (SELECT FROM thorough) THEN 0 ELSE searched_at END AS at
        FROM SCHEMA.linked_span_functions WHERE name = the_function
    ),
    found AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND key <> the_own_key
            AND opportunistic_at BETWEEN (SELECT at FROM beginning) AND (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts < the_max_attempts ELSE true END
        ORDER BY opportunistic_at LIMIT 1
        FOR UPDATE SKIP LOCKED
    ),
    overdue AS (
        UPDATE SCHEMA.linked_span_joins SET
            -- open, ready: the deadline is over -> expiring
            -- running: lease and deadline are over: opportunistic -> expiring
            -- expiring: delivery failed, or the lease is over -> expiring, by another
            stage = 'expiring',
            holder = the_token,
            until = now + the_lease,
            sweep_at = now + the_lease,
            opportunistic_at = now + the_lease
        FROM clock
        WHERE ctid = (SELECT place FROM found)
        RETURNING
            encode(key, 'hex') AS key, now AS at, until, came, attempts, came_at,
            ARRAY[PAYLOADS] AS payloads
    ),
    exhausted AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND key <> the_own_key
            AND opportunistic_at BETWEEN (SELECT at FROM beginning) AND (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts >= the_max_attempts ELSE false END
        ORDER BY opportunistic_at LIMIT 1
        FOR UPDATE SKIP LOCKED
    ),
    parked AS (
        -- running: lease and deadline are over: opportunistic, after the last attempt -> parked
        UPDATE SCHEMA.linked_span_joins SET stage = 'exhausted', holder = NULL, sweep_at = NULL, opportunistic_at = NULL
        WHERE ctid = (SELECT place FROM exhausted)
        RETURNING key
    ),
    remembered AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND stage IN ('completed', 'expired') AND until <= (SELECT now FROM clock)
            AND EXISTS (SELECT FROM thorough)
        ORDER BY until LIMIT the_max_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    forgotten AS (
        -- completed, expired: the dedup window is over -> absent
        DELETE FROM SCHEMA.linked_span_joins WHERE ctid = ANY (ARRAY(SELECT place FROM remembered))
    ),
    looked AS (
        -- One second back, so that statements in progress can commit first.
        UPDATE SCHEMA.linked_span_functions SET searched_at = now - 1000
        FROM clock
        WHERE name = the_function AND EXISTS (SELECT FROM thorough)
            AND NOT EXISTS (SELECT FROM found) AND NOT EXISTS (SELECT FROM exhausted)
            AND (SELECT count(*) FROM remembered) < the_max_forgotten
    )
    SELECT
        CASE WHEN key IS NOT NULL THEN 'deliver_expired' END, key, at, until, came, attempts, came_at,
        (SELECT count(*) FROM parked), -- SINCE 2
        payloads
    FROM clock LEFT JOIN overdue ON true
    INTO
        reply, key, at, until, came, attempts, came_at,
        parked, -- SINCE 2
        payloads;
END $body$;

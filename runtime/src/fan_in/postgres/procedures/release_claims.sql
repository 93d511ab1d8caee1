-- Releases the claims of a token: the claims of a call whose reply was lost. Their greatest age bounds `sweep_at`, so that
-- its index finds them.
WRITE(
    the_token bytea,
    the_lease bigint,
    the_age bigint,
    INOUT reply text DEFAULT NULL,
    INOUT count bigint DEFAULT NULL
) AS $body$
BEGIN_WRITE
    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now)
    -- running, expiring: released -> ready, expiring; at once, and no attempt
    UPDATE SCHEMA.linked_span_joins SET
        stage = CASE stage WHEN 'running' THEN 'ready' ELSE 'expiring' END,
        holder = NULL,
        until = now,
        attempts = CASE stage WHEN 'running' THEN greatest(attempts - 1, 0) ELSE attempts END,
        sweep_at = CASE stage WHEN 'running' THEN least(now, deadline) ELSE now END,
        opportunistic_at = CASE stage WHEN 'running' THEN greatest(now, deadline) ELSE now END
    FROM clock
    WHERE name = the_function AND holder = the_token AND stage IN ('running', 'expiring')
        AND sweep_at BETWEEN (SELECT now FROM clock) + the_lease - the_age AND (SELECT now FROM clock) + the_lease;
    GET DIAGNOSTICS count = ROW_COUNT;
    reply := 'released';
END $body$;

-- Releases the claims of a token: the claims of a call whose reply was lost. Their greatest age bounds `sweep_at`, so that
-- its index finds them.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_release_claims_v1(
    the_procedure text,
    the_patience text,
    the_function text,
    the_inputs text,
    the_token bytea,
    the_lease bigint,
    the_age bigint,
    INOUT reply text DEFAULT NULL,
    INOUT count bigint DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'release_claims' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    PERFORM set_config('lock_timeout', the_patience, true);
    IF NOT EXISTS (
        SELECT FROM SCHEMA.linked_span_functions AS functions
        WHERE functions.name = the_function AND functions.inputs = the_inputs
    ) THEN
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
        passing_at = CASE stage WHEN 'running' THEN greatest(now, deadline) ELSE now END
    FROM clock
    WHERE name = the_function AND holder = the_token AND stage IN ('running', 'expiring')
        AND sweep_at BETWEEN (SELECT now FROM clock) + the_lease - the_age AND (SELECT now FROM clock) + the_lease;
    GET DIAGNOSTICS count = ROW_COUNT;
    reply := 'released';
END $body$;

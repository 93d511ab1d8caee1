-- Retries a join for an operator. An incomplete one is delivered to `on_expired`.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_retry_v1(
    the_procedure text,
    the_patience text,
    the_function text,
    the_inputs text,
    the_key bytea,
    the_count integer, -- number of the function's inputs
    the_timeout bigint,
    INOUT reply text DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'retry' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    PERFORM set_config('lock_timeout', the_patience, true);
    -- parked, ready, running, expiring: retry -> ready; expiring, if it is incomplete
    UPDATE SCHEMA.linked_span_joins SET
        stage = CASE WHEN came = (1 << the_count) - 1 THEN 'ready' ELSE 'expiring' END,
        detail = NULL,
        holder = NULL,
        until = now,
        deadline = now + the_timeout,
        sweep_at = now,
        passing_at = CASE WHEN came = (1 << the_count) - 1 THEN now + the_timeout ELSE now END,
        attempts = CASE WHEN came = (1 << the_count) - 1 THEN 0 ELSE attempts END
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key
        AND (
            stage IN ('ready', 'exhausted', 'undecodable')
            OR stage IN ('running', 'expiring') AND (holder IS NULL OR until <= now)
        )
        AND EXISTS (
            SELECT FROM SCHEMA.linked_span_functions AS functions
            WHERE functions.name = the_function AND functions.inputs = the_inputs
        );
    reply := CASE
        WHEN FOUND THEN 'recorded'
        WHEN EXISTS (
            SELECT FROM SCHEMA.linked_span_functions AS functions
            WHERE functions.name = the_function AND functions.inputs = the_inputs
        ) THEN 'refused'
        ELSE 'undeclared'
    END;
END $body$;

-- Renews the lease of a holder.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_renew_v1(
    the_procedure text,
    the_patience text,
    the_function text,
    the_inputs text,
    the_key bytea,
    the_token bytea,
    the_lease bigint,
    INOUT reply text DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'renew' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    PERFORM set_config('lock_timeout', the_patience, true);
    -- running, expiring: renew, by the holder -> the same, with another lease
    UPDATE SCHEMA.linked_span_joins SET
        until = now + the_lease,
        sweep_at = now + the_lease,
        passing_at = CASE stage WHEN 'running' THEN greatest(now + the_lease, deadline) ELSE now + the_lease END
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key AND holder = the_token AND stage IN ('running', 'expiring')
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

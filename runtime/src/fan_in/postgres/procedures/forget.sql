-- Removes a join for an operator.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_forget_v1(
    the_procedure text,
    the_patience text,
    the_function text,
    the_inputs text,
    the_key bytea,
    INOUT reply text DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'forget' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    PERFORM set_config('lock_timeout', the_patience, true);
    -- any: forget -> absent
    DELETE FROM SCHEMA.linked_span_joins
    USING (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key
        AND CASE
            WHEN stage IN ('running', 'expiring') THEN holder IS NULL OR until <= now
            WHEN stage IN ('completed', 'expired') THEN until > now
            ELSE true
        END
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

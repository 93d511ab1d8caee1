-- Stores the inputs of a function, unless others are stored under its name. Returns the stored ones.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_declare_v1(
    the_procedure text,
    the_patience text,
    the_function text,
    the_inputs text,
    INOUT inputs text DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'declare' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    PERFORM set_config('lock_timeout', the_patience, true);
    INSERT INTO SCHEMA.linked_span_functions AS functions (name, inputs, looked_at, declared_at)
    SELECT the_function, the_inputs, now, now
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    ON CONFLICT (name) DO UPDATE SET
        declared_at = CASE
            WHEN functions.inputs = excluded.inputs THEN excluded.declared_at
            ELSE functions.declared_at
        END
    RETURNING inputs INTO inputs;
END $body$;

-- Stores the inputs of a function, unless others are stored under its name. Returns the stored ones.
WRITE(
    INOUT inputs text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    INSERT INTO SCHEMA.linked_span_functions AS functions (name, inputs, searched_at, declared_at)
    SELECT the_function, the_inputs, now, now
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    ON CONFLICT (name) DO UPDATE SET
        declared_at = CASE
            WHEN functions.inputs = excluded.inputs THEN excluded.declared_at
            ELSE functions.declared_at
        END
    RETURNING inputs INTO inputs;
END $body$;

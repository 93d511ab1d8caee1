-- Counts the joins that have neither completed nor expired.
READ(
    the_function text,
    INOUT count bigint DEFAULT NULL
) AS $body$
BEGIN_READ
    -- Two halves, because each has its own index without ended joins.
    SELECT
        (SELECT count(*) FROM SCHEMA.linked_span_joins WHERE name = the_function AND sweep_at IS NOT NULL) + (
            SELECT count(*) FROM SCHEMA.linked_span_joins
            WHERE name = the_function AND stage IN ('exhausted', 'undecodable')
        )
    INTO count;
END $body$;

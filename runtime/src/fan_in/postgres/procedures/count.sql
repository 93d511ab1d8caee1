-- Counts the joins that have neither completed nor expired.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_count_v1(
    the_procedure text,
    the_function text,
    INOUT count bigint DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    IF the_procedure IS DISTINCT FROM 'count' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    -- Two halves, because each has its own index without ended joins.
    SELECT
        (SELECT count(*) FROM SCHEMA.linked_span_joins WHERE name = the_function AND sweep_at IS NOT NULL) + (
            SELECT count(*) FROM SCHEMA.linked_span_joins
            WHERE name = the_function AND stage IN ('exhausted', 'undecodable')
        )
    INTO count;
END $body$;

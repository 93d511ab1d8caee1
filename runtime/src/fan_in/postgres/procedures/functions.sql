-- Lists the functions, each with the number of its unsettled joins. Returns one array per column.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_functions_v1(
    the_procedure text,
    INOUT at bigint DEFAULT NULL,
    INOUT names text[] DEFAULT NULL,
    INOUT inputs text[] DEFAULT NULL,
    INOUT declared_at bigint[] DEFAULT NULL,
    INOUT unsettled bigint[] DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    IF the_procedure IS DISTINCT FROM 'functions' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    SELECT
        floor(date_part('epoch', statement_timestamp()) * 1000)::bigint,
        array_agg(name ORDER BY name),
        array_agg(functions.inputs ORDER BY name),
        array_agg(functions.declared_at ORDER BY name),
        array_agg(
            (SELECT count(*) FROM SCHEMA.linked_span_joins AS joined WHERE joined.name = functions.name AND sweep_at IS NOT NULL)
            + (
                SELECT count(*) FROM SCHEMA.linked_span_joins AS joined
                WHERE joined.name = functions.name AND stage IN ('exhausted', 'undecodable')
            )
            ORDER BY name
        )
    INTO at, names, inputs, declared_at, unsettled
    FROM SCHEMA.linked_span_functions AS functions;
END $body$;

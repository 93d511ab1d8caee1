-- Lists the functions, each with the number of its unsettled joins. Returns one array per column.
READ(
    INOUT at bigint DEFAULT NULL,
    INOUT names text[] DEFAULT NULL,
    INOUT inputs text[] DEFAULT NULL,
    INOUT declared_at bigint[] DEFAULT NULL,
    INOUT unsettled bigint[] DEFAULT NULL
) AS $body$
BEGIN_READ
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

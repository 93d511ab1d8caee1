-- Reads a page of the inputs of a claimed join, for its holder. Returns one array per column.
READ(
    the_function text,
    the_key bytea,
    the_token bytea,
    the_input integer, -- the last place of the previous page: the input's, and the element's in its list
    the_place integer,
    the_limit bigint,
    INOUT reply text DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT counts integer[] DEFAULT NULL,
    INOUT inputs integer[] DEFAULT NULL,
    INOUT places integer[] DEFAULT NULL,
    INOUT came_at bigint[] DEFAULT NULL,
    INOUT payloads text[] DEFAULT NULL
) AS $body$
DECLARE
    the_instance uuid;
BEGIN_READ
    at := floor(date_part('epoch', statement_timestamp()) * 1000)::bigint;
    SELECT 'read', instance, counts FROM SCHEMA.linked_span_joins
    WHERE name = the_function AND key = the_key AND holder = the_token AND stage IN ('running', 'expiring')
    INTO reply, the_instance, counts;
    SELECT
        array_agg(input ORDER BY input, place),
        array_agg(place ORDER BY input, place),
        array_agg(at ORDER BY input, place),
        array_agg(payload ORDER BY input, place)
    FROM (
        SELECT * FROM SCHEMA.linked_span_inputs
        WHERE instance = the_instance AND (input, place) > (the_input, the_place)
        ORDER BY input, place LIMIT the_limit
    ) AS page
    INTO inputs, places, came_at, payloads;
END $body$;

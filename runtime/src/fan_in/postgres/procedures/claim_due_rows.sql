-- Claims due joins of a function with lists or optional inputs for a sweep, which then reads their inputs.
WRITE(
    the_token bytea,
    the_lease bigint,
    the_max_attempts bigint,
    the_limit bigint,
    the_max_forgotten bigint,
    the_all integer, -- a bit for each input of the function
    the_optional integer,
    the_timeout bigint,
    INOUT reply text DEFAULT NULL,
    INOUT keys text[] DEFAULT NULL,
    INOUT replies text[] DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT attempts bigint[] DEFAULT NULL,
    INOUT came integer[] DEFAULT NULL,
    INOUT came_at bigint[] DEFAULT NULL,
    INOUT parked bigint DEFAULT NULL,
    INOUT payloads text[] DEFAULT NULL,
    INOUT has_leftovers boolean DEFAULT NULL
) AS $body$
BEGIN_WRITE
    CLAIM_DUE
    has_leftovers := EXISTS (SELECT FROM SCHEMA.linked_span_leftovers);
END $body$;

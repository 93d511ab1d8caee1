-- Lists joins of a function with lists or optional inputs, as `list` does. A text has the numbers of a join's lists.
READ(
    the_function text,
    the_inputs text,
    the_query text,
    the_key bytea, -- the join's key, or the last key of the previous page
    the_limit bigint,
    INOUT reply text DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT keys text[] DEFAULT NULL,
    INOUT stages text[] DEFAULT NULL,
    INOUT since bigint[] DEFAULT NULL,
    INOUT holders text[] DEFAULT NULL,
    INOUT until bigint[] DEFAULT NULL,
    INOUT deadlines bigint[] DEFAULT NULL,
    INOUT attempts bigint[] DEFAULT NULL,
    INOUT came integer[] DEFAULT NULL,
    INOUT details text[] DEFAULT NULL,
    INOUT lens text[] DEFAULT NULL,
    INOUT counts text[] DEFAULT NULL,
    INOUT repeated text[] DEFAULT NULL
) AS $body$
DECLARE
    page record;
BEGIN_READ
    LIST_PAGE
    lens := page.lens;
    counts := page.counts;
    repeated := page.repeated;
END $body$;

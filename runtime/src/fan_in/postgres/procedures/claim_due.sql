-- Claims due joins for a sweep. Returns one array per column, with twelve places per join in `came_at` and `payloads`. A
-- `CASE` hides a condition's selectivity from the planner, which would otherwise read all rows.
WRITE(
    the_token bytea,
    the_lease bigint,
    the_max_attempts bigint,
    the_limit bigint,
    the_max_forgotten bigint,
    INOUT reply text DEFAULT NULL,
    INOUT keys text[] DEFAULT NULL,
    INOUT replies text[] DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT attempts bigint[] DEFAULT NULL,
    INOUT came integer[] DEFAULT NULL,
    INOUT came_at bigint[] DEFAULT NULL,
    INOUT parked bigint DEFAULT NULL, -- SINCE 2
    INOUT payloads text[] DEFAULT NULL
) AS $body$
DECLARE
    -- NULL: an open join of single inputs is never complete.
    the_all CONSTANT integer := NULL;
    the_optional CONSTANT integer := NULL;
    the_timeout CONSTANT bigint := NULL;
BEGIN_WRITE
    CLAIM_DUE
END $body$;

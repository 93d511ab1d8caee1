    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    reply := 'listed';
    at := floor(date_part('epoch', statement_timestamp()) * 1000)::bigint;
    -- Each query has its own statement and index.
    IF the_query = 'key' THEN
        SELECT LISTED INTO page FROM (
            SELECT * FROM SCHEMA.linked_span_joins
            WHERE name = the_function AND key = the_key AND (
                stage NOT IN ('completed', 'expired')
                OR until > floor(date_part('epoch', statement_timestamp()) * 1000)
            )
        ) AS joined;
    ELSIF the_query = 'parked' THEN
        SELECT LISTED INTO page FROM (
            SELECT * FROM SCHEMA.linked_span_joins
            WHERE name = the_function AND key > the_key AND stage IN ('exhausted', 'undecodable')
            ORDER BY key LIMIT the_limit
        ) AS joined;
    ELSE
        SELECT LISTED INTO page FROM (
            SELECT * FROM SCHEMA.linked_span_joins
            WHERE name = the_function AND key > the_key AND stage NOT IN ('completed', 'expired')
            ORDER BY key LIMIT the_limit
        ) AS joined;
    END IF;
    keys := page.keys;
    stages := page.stages;
    since := page.since;
    holders := page.holders;
    until := page.until;
    deadlines := page.deadlines;
    attempts := page.attempts;
    came := page.came;
    details := page.details;

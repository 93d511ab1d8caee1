-- Stores an input as a row, in a join that is absent or open. Without a row as its result, it has changed nothing.
--
-- It does not see a copy of an element that arrives at the same time. Then the second copy fails with 23505, and the store
-- repeats its call.
WITH joined AS (
    INSERT INTO SCHEMA.linked_span_joins AS joined (
        name, key, at, stage, since, holder, until, deadline, attempts, came, came_at, sweep_at, opportunistic_at,
        instance, lens, counts, bytes
    )
    -- absent: arrive -> open; running, if that completes the join
    SELECT
        the_function, the_key, now,
        CASE WHEN the_came = the_all THEN 'running' ELSE 'open' END,
        now,
        CASE WHEN the_came = the_all THEN the_token END,
        CASE WHEN the_came = the_all THEN now + the_lease ELSE 0 END,
        now + the_timeout,
        CASE WHEN the_came = the_all THEN 1 ELSE 0 END,
        the_came, '{}',
        now + CASE WHEN the_came = the_all THEN the_lease ELSE the_timeout END,
        now + CASE
            WHEN the_came = the_all THEN greatest(the_lease, the_timeout)
            -- An arrival cannot run the body, and leaves a sweep one more timeout for it.
            WHEN the_came | the_optional = the_all THEN the_timeout * 2
            ELSE the_timeout
        END,
        -- In order of time, so that the inputs of one join are near each other.
        encode(substr(int8send(now), 3) || substr(sha256(the_key || the_token), 1, 10), 'hex')::uuid,
        the_lens, the_counts, the_bytes
    FROM
        (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock,
        SCHEMA.linked_span_functions AS functions
    WHERE the_procedure = 'NAME' AND functions.name = the_function AND functions.inputs = the_inputs
        AND functions.v2 IS NULL AND the_bytes <= the_max_bytes
    -- From here on, the row is locked and `joined` is its newest version.
    ON CONFLICT (name, key) DO UPDATE SET (
        at, stage, holder, until, deadline, attempts, came, sweep_at, opportunistic_at, lens, counts, bytes
    ) = (
        -- open: arrive the last input -> running; another input -> open
        SELECT
            now,
            CASE WHEN tallied.came = the_all THEN 'running' ELSE 'open' END,
            CASE WHEN tallied.came = the_all THEN the_token END,
            CASE WHEN tallied.came = the_all THEN now + the_lease ELSE 0 END,
            -- The body gets a new timeout, even if the last input arrived late.
            CASE WHEN tallied.came = the_all THEN now + the_timeout ELSE joined.deadline END,
            CASE WHEN tallied.came = the_all THEN 1 ELSE 0 END,
            tallied.came,
            CASE WHEN tallied.came = the_all THEN now + the_lease ELSE joined.deadline END,
            CASE
                WHEN tallied.came = the_all THEN now + greatest(the_lease, the_timeout)
                WHEN tallied.came | the_optional = the_all THEN joined.deadline + the_timeout
                ELSE joined.deadline
            END,
            tallied.lens, tallied.counts,
            joined.bytes + the_bytes
        FROM (
            SELECT
                array_agg(len ORDER BY place) AS lens,
                array_agg(known ORDER BY place) AS counts,
                coalesce(bit_or(CASE WHEN len >= known THEN 1 << (place::integer - 1) END), 0) AS came
            FROM (
                SELECT place, had + comes AS len, coalesce(known, given) AS known
                FROM unnest(joined.lens, excluded.lens, joined.counts, excluded.counts)
                WITH ORDINALITY AS list (had, comes, known, given, place)
            ) AS list
        ) AS tallied, (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    )
    WHERE joined.stage = 'open' AND joined.came & (1 << the_input) = 0
        -- Read the clock again, because the statement may have waited for the row.
        AND joined.deadline > floor(date_part('epoch', clock_timestamp()) * 1000)
        AND joined.lens[the_input + 1] < the_max_elements AND joined.bytes + the_bytes <= the_max_bytes
        AND NOT EXISTS (
            SELECT FROM SCHEMA.linked_span_inputs AS inputs
            WHERE inputs.instance = joined.instance AND inputs.input = the_input AND inputs.id = the_id
        )
    RETURNING instance, at, came, lens, counts
),
stored AS (
    INSERT INTO SCHEMA.linked_span_inputs (instance, input, place, id, at, payload)
    SELECT instance, the_input, lens[the_input + 1], the_id, at, the_payload FROM joined
)
SELECT at, came, lens, counts

-- Stores an input in a join that is absent or open. Without a row as its result, it has changed nothing.
--
-- It names only `payload_NTH`, and returns few columns, because each column costs time.
INSERT INTO SCHEMA.linked_span_joins AS joined (
    name, key, at, stage, since, until, deadline, attempts, came, came_at, sweep_at, opportunistic_at, payload_NTH
)
-- absent: arrive -> open
SELECT
    the_function, the_key, now, 'open', now, 0, now + the_timeout, 0, 1 << NTH, array_fill(now, ARRAY[the_count]),
    now + the_timeout, now + the_timeout, the_payload
FROM
    (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock,
    SCHEMA.linked_span_functions AS functions
WHERE the_procedure = 'NAME' AND functions.name = the_function AND functions.inputs = the_inputs
    AND functions.v2 IS NULL
-- From here on, the row is locked and `joined` is its newest version.
ON CONFLICT (name, key) DO UPDATE SET
    -- open: arrive the last input -> running; another input -> open
    at = excluded.at,
    stage = CASE WHEN joined.came = the_others THEN 'running' ELSE 'open' END,
    holder = CASE WHEN joined.came = the_others THEN the_token END,
    until = CASE WHEN joined.came = the_others THEN excluded.at + the_lease ELSE 0 END,
    -- The body gets a new timeout, even if the last input arrived late.
    deadline = CASE WHEN joined.came = the_others THEN excluded.deadline ELSE joined.deadline END,
    attempts = CASE WHEN joined.came = the_others THEN 1 ELSE 0 END,
    came = joined.came | excluded.came,
    came_at[NTH + 1] = excluded.at,
    sweep_at = CASE WHEN joined.came = the_others THEN excluded.at + the_lease ELSE joined.sweep_at END,
    opportunistic_at = CASE
        WHEN joined.came = the_others THEN greatest(excluded.at + the_lease, excluded.deadline)
        ELSE joined.opportunistic_at
    END,
    payload_NTH = excluded.payload_NTH
WHERE joined.stage = 'open' AND joined.came & excluded.came = 0
    -- Read the clock again, because the statement may have waited for the row.
    AND least(joined.deadline, excluded.at + 100) > floor(date_part('epoch', clock_timestamp()) * 1000)
RETURNING
    at, came,
    CASE WHEN stage = 'running' THEN came_at END AS came_at,
    CASE WHEN stage = 'running' THEN ARRAY[PAYLOADS] END AS payloads

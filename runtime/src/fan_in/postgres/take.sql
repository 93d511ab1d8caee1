-- An input is taken: in time, by a join that is absent or open, and that has not had it yet. The join then waits for others,
-- or is complete and the caller's. $1 name, $2 key, $3 input, $4 payload, $5 token, $6 inputs, $7 timeout, $8 lease,
-- $9 the bits of the other inputs.
--
-- Without a row as its answer it is another case, and nothing has changed: `arrive.sql` knows them all. This one is so
-- frequent that it has a statement of its own, which is less to begin. For the same reason it returns no more than what is
-- not known already, and `LOOK`, which is `look.sql`, is `false` most of the time.
--
-- `payload_N` is the column of the input's place: what a statement does not name costs it nothing.
INSERT INTO linked_span_joins AS joined (
    name, key, at, stage, since, until, deadline, attempts, came, came_at, sweep_at, passing_at, payload_N
)
SELECT $1, $2, now, 'open', now, 0, now + $7, 0, 1 << $3, array_fill(now, ARRAY[$6]), now + $7, now + $7, $4
FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
-- From here on the row is locked, and `joined` is what has become of it by then.
ON CONFLICT (name, key) DO UPDATE SET
    at = excluded.at,
    stage = CASE WHEN joined.came = $9 THEN 'running' ELSE 'open' END,
    holder = CASE WHEN joined.came = $9 THEN $5 END,
    until = CASE WHEN joined.came = $9 THEN excluded.at + $8 ELSE 0 END,
    -- A body has a timeout of its own, however late the last input came.
    deadline = CASE WHEN joined.came = $9 THEN excluded.deadline ELSE joined.deadline END,
    attempts = CASE WHEN joined.came = $9 THEN 1 ELSE 0 END,
    came = joined.came | excluded.came,
    came_at[$3 + 1] = excluded.at,
    sweep_at = CASE WHEN joined.came = $9 THEN excluded.at + $8 ELSE joined.sweep_at END,
    passing_at = CASE
        WHEN joined.came = $9 THEN greatest(excluded.at + $8, excluded.deadline)
        ELSE joined.passing_at
    END,
    payload_N = excluded.payload_N
WHERE joined.stage = 'open' AND joined.came & excluded.came = 0
    -- Who has waited for the row for more than a moment has to look at the clock again.
    AND least(joined.deadline, excluded.at + 100) > floor(date_part('epoch', clock_timestamp()) * 1000)
RETURNING
    came, came_at,
    CASE WHEN stage = 'running' THEN ARRAY[
        payload_0, payload_1, payload_2, payload_3, payload_4, payload_5,
        payload_6, payload_7, payload_8, payload_9, payload_10, payload_11
    ] END AS payloads,
    LOOK AS others_are_due

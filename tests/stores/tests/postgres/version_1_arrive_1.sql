INSERT INTO linked_span_joins AS joined ( name, key, at, stage, since, until, deadline, attempts, came, came_at,
sweep_at, opportunistic_at, payload_1 ) SELECT $1, $2, now, 'open', now, 0, now + $3, 0, 1 << 1, array_fill(now, ARRAY[$4]),
now + $3, now + $3, $5 FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock,
linked_span_functions AS functions WHERE $6 = 'arrive_1' AND functions.name = $1 AND functions.inputs = $7 AND
functions.v1 IS NULL ON CONFLICT (name, key) DO UPDATE SET at = excluded.at, stage = CASE WHEN joined.came = $8 THEN
'running' ELSE 'open' END, holder = CASE WHEN joined.came = $8 THEN $9 END, until = CASE WHEN joined.came = $8 THEN
excluded.at + $10 ELSE 0 END, deadline = CASE WHEN joined.came = $8 THEN excluded.deadline ELSE joined.deadline END,
attempts = CASE WHEN joined.came = $8 THEN 1 ELSE 0 END, came = joined.came | excluded.came, came_at[1 + 1] =
excluded.at, sweep_at = CASE WHEN joined.came = $8 THEN excluded.at + $10 ELSE joined.sweep_at END, opportunistic_at = CASE
WHEN joined.came = $8 THEN greatest(excluded.at + $10, excluded.deadline) ELSE joined.opportunistic_at END, payload_1 =
excluded.payload_1 WHERE joined.stage = 'open' AND joined.came & excluded.came = 0 AND least(joined.deadline,
excluded.at + 100) > floor(date_part('epoch', clock_timestamp()) * 1000) RETURNING at, came, CASE WHEN stage = 'running'
THEN came_at END AS came_at, CASE WHEN stage = 'running' THEN ARRAY[payload_0, payload_1, payload_2, payload_3,
payload_4, payload_5, payload_6, payload_7, payload_8, payload_9, payload_10, payload_11] END AS payloads

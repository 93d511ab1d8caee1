-- A holder has succeeded: $1 name, $2 key, $3 token, $4 the stage before, $5 the stage after, $6 dedup_window. If the
-- reply to that was lost, it is as it was.
UPDATE linked_span_joins SET
    stage = $5,
    since = CASE stage WHEN $5 THEN since ELSE now END,
    until = CASE stage WHEN $5 THEN until ELSE now + $6 END,
    attempts = 0,
    sweep_at = NULL,
    passing_at = NULL,
    came = 0,
    came_at = '{}',
    payload_0 = NULL,
    payload_1 = NULL,
    payload_2 = NULL,
    payload_3 = NULL,
    payload_4 = NULL,
    payload_5 = NULL,
    payload_6 = NULL,
    payload_7 = NULL,
    payload_8 = NULL,
    payload_9 = NULL,
    payload_10 = NULL,
    payload_11 = NULL
FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
WHERE name = $1 AND key = $2 AND holder = $3 AND (stage = $4 OR stage = $5 AND until > now)

-- An input arrives, whatever the join is: $1 name, $2 key, $3 input, $4 payload, $5 token, $6 inputs, $7 timeout, $8 lease,
-- $9 max_attempts.
--
-- `payload_N` is the column of the input's place: what a statement does not name costs it nothing. `LOOK` is `look.sql`.
-- `OFFSET 0` keeps what stands above it from being computed once more wherever it is named.
INSERT INTO linked_span_joins AS joined (
    name, key, reply, at, stage, since, holder, until, deadline, attempts, came, came_at, sweep_at, passing_at,
    payload_N
)
SELECT
    $1, $2, 'waiting', now, 'open', now, NULL, 0, now + $7, 0, 1 << $3, array_fill(now, ARRAY[$6]),
    now + $7, now + $7, $4
FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
-- From here on the row is locked, and `joined` is what has become of it by then.
ON CONFLICT (name, key) DO UPDATE SET (
    reply, at, stage, since, holder, until, deadline, attempts, came, came_at, sweep_at, passing_at,
    payload_N
) = (
    SELECT
        reply,
        now,
        CASE
            WHEN reply = 'waiting' THEN 'open'
            WHEN reply = 'run' THEN 'running'
            WHEN reply = 'hand_over' THEN 'expiring'
            WHEN reply = 'parked' AND joined.stage = 'running' THEN 'exhausted'
            ELSE joined.stage
        END,
        CASE WHEN is_first THEN now ELSE joined.since END,
        CASE WHEN claims THEN $5 WHEN reply IN ('waiting', 'parked') THEN NULL ELSE joined.holder END,
        CASE WHEN claims THEN now + $8 ELSE joined.until END,
        -- A body has a timeout of its own, however late the last input came.
        CASE WHEN is_first OR reply = 'run' AND joined.stage = 'open' THEN now + $7 ELSE joined.deadline END,
        CASE WHEN reply = 'run' AND joined.holder IS DISTINCT FROM $5 THEN joined.attempts + 1 ELSE joined.attempts END,
        CASE WHEN takes THEN joined.came | bit ELSE joined.came END,
        CASE
            WHEN is_first THEN array_fill(now, ARRAY[$6])
            WHEN takes THEN joined.came_at[:$3] || now || joined.came_at[$3 + 2:]
            ELSE joined.came_at
        END,
        CASE
            WHEN claims THEN now + $8
            WHEN is_first THEN now + $7
            WHEN reply = 'parked' THEN NULL
            ELSE joined.sweep_at
        END,
        CASE
            WHEN reply = 'run' THEN greatest(now + $8, CASE joined.stage WHEN 'open' THEN now + $7 ELSE joined.deadline END)
            WHEN reply = 'hand_over' THEN now + $8
            WHEN is_first THEN now + $7
            WHEN reply = 'parked' THEN NULL
            ELSE joined.passing_at
        END,
        CASE WHEN takes THEN excluded.payload_N ELSE joined.payload_N END
    FROM (
        SELECT
            *,
            reply IN ('run', 'hand_over') AS claims,
            reply IN ('waiting', 'run') AND joined.came & bit = 0 AS takes,
            reply = 'waiting' AND joined.stage <> 'open' AS is_first
        FROM (
            SELECT
                now,
                bit,
                CASE joined.stage
                    WHEN 'open' THEN CASE
                        WHEN joined.deadline <= now THEN 'hand_over'
                        WHEN joined.came & bit <> 0 THEN 'duplicate'
                        WHEN joined.came | bit = (1 << $6) - 1 THEN 'run'
                        ELSE 'waiting'
                    END
                    -- What a body failed at expires; one that was not begun is still to run.
                    WHEN 'ready' THEN CASE
                        WHEN joined.deadline <= now AND joined.attempts > 0 THEN 'hand_over'
                        ELSE 'run'
                    END
                    WHEN 'running' THEN CASE
                        WHEN joined.holder = $5 THEN 'run'
                        WHEN joined.until > now THEN 'busy'
                        WHEN joined.attempts >= $9 THEN 'parked'
                        ELSE 'run'
                    END
                    WHEN 'expiring' THEN CASE
                        WHEN joined.holder = $5 OR joined.until <= now THEN 'hand_over'
                        ELSE 'expired'
                    END
                    WHEN 'completed' THEN CASE WHEN joined.until <= now THEN 'waiting' ELSE 'completed' END
                    WHEN 'expired' THEN CASE WHEN joined.until <= now THEN 'waiting' ELSE 'expired' END
                    ELSE 'parked'
                END AS reply
            FROM (
                SELECT
                    floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now,
                    1 << $3 AS bit
            ) AS clock
            OFFSET 0
        ) AS told
        OFFSET 0
    ) AS after
)
RETURNING
    key, reply, at, until, came, attempts, came_at,
    CASE WHEN reply IN ('run', 'hand_over') THEN ARRAY[
        payload_0, payload_1, payload_2, payload_3, payload_4, payload_5,
        payload_6, payload_7, payload_8, payload_9, payload_10, payload_11
    ] END AS payloads,
    LOOK AS others_are_due

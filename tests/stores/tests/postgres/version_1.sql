CREATE TABLE IF NOT EXISTS linked_span_versions (
    version    integer PRIMARY KEY,
    lowest     integer NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS linked_span_functions (
    name      text COLLATE "C" PRIMARY KEY,
    inputs    text NOT NULL,
    searched_at bigint NOT NULL
);
ALTER TABLE linked_span_functions ADD COLUMN IF NOT EXISTS declared_at bigint;
ALTER TABLE linked_span_functions ADD COLUMN IF NOT EXISTS v1 boolean;
CREATE TABLE IF NOT EXISTS linked_span_joins (
    name       text COLLATE "C" NOT NULL,
    key        bytea NOT NULL,
    reply      text,
    at         bigint NOT NULL,
    stage      text NOT NULL,
    since      bigint NOT NULL,
    holder     bytea,
    until      bigint NOT NULL,
    deadline   bigint NOT NULL,
    attempts   bigint NOT NULL,
    came       integer NOT NULL,
    came_at    bigint[] NOT NULL,
    sweep_at   bigint,
    opportunistic_at bigint,
    payload_0  text,
    payload_1  text,
    payload_2  text,
    payload_3  text,
    payload_4  text,
    payload_5  text,
    payload_6  text,
    payload_7  text,
    payload_8  text,
    payload_9  text,
    payload_10 text,
    payload_11 text,
    PRIMARY KEY (name, key)
) WITH (fillfactor = 70);
ALTER TABLE linked_span_joins ADD COLUMN IF NOT EXISTS detail text;
CREATE INDEX IF NOT EXISTS linked_span_joins_sweep ON linked_span_joins (name, sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_opportunistic ON linked_span_joins (name, opportunistic_at)
    WHERE opportunistic_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_forget ON linked_span_joins (name, until) WHERE stage IN ('completed', 'expired');
CREATE INDEX IF NOT EXISTS linked_span_joins_parked ON linked_span_joins (name, key) WHERE stage IN ('exhausted', 'undecodable');
DO $linked_span$
DECLARE
    meanings CONSTANT text[] := ARRAY[
        ['ARRIVE_FAST', $text$
INSERT INTO SCHEMA.linked_span_joins AS joined (
    name, key, at, stage, since, until, deadline, attempts, came, came_at, sweep_at, opportunistic_at, payload_NTH
)
SELECT
    the_function, the_key, now, 'open', now, 0, now + the_timeout, 0, 1 << NTH, array_fill(now, ARRAY[the_count]),
    now + the_timeout, now + the_timeout, the_payload
FROM
    (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock,
    SCHEMA.linked_span_functions AS functions
WHERE the_procedure = 'NAME' AND functions.name = the_function AND functions.inputs = the_inputs
    AND functions.v1 IS NULL
ON CONFLICT (name, key) DO UPDATE SET
    at = excluded.at,
    stage = CASE WHEN joined.came = the_others THEN 'running' ELSE 'open' END,
    holder = CASE WHEN joined.came = the_others THEN the_token END,
    until = CASE WHEN joined.came = the_others THEN excluded.at + the_lease ELSE 0 END,
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
    AND least(joined.deadline, excluded.at + 100) > floor(date_part('epoch', clock_timestamp()) * 1000)
RETURNING
    at, came,
    CASE WHEN stage = 'running' THEN came_at END AS came_at,
    CASE WHEN stage = 'running' THEN ARRAY[PAYLOADS] END AS payloads
$text$],
        ['OTHERS_ARE_DUE', $text$
SELECT the_time NOT BETWEEN searched_at AND searched_at + 10000 OR (
    SELECT true FROM SCHEMA.linked_span_joins AS other
    WHERE other.name = the_function AND other.opportunistic_at BETWEEN searched_at AND the_time
    ORDER BY other.opportunistic_at LIMIT 1
) IS NOT NULL
FROM SCHEMA.linked_span_functions AS functions WHERE functions.name = the_function
$text$],
        ['LISTED', $text$            array_agg(encode(key, 'hex') ORDER BY key) AS keys,
            array_agg(stage ORDER BY key) AS stages,
            array_agg(since ORDER BY key) AS since,
            array_agg(encode(holder, 'hex') ORDER BY key) AS holders,
            array_agg(until ORDER BY key) AS until,
            array_agg(deadline ORDER BY key) AS deadlines,
            array_agg(attempts ORDER BY key) AS attempts,
            array_agg(came ORDER BY key) AS came,
            array_agg(detail ORDER BY key) AS details
$text$],
        [
            'WRITE(',
            'CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_NAME_v1(
    the_procedure text, the_lock_timeout text, the_function text, the_inputs text,'
        ],
        ['READ(', 'CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_NAME_v1(the_procedure text,'],
        [
            'AS $body$', 'LANGUAGE plpgsql AS $body$
#variable_conflict use_column'
        ],
        [
            'BEGIN_WRITE',
            $begin$BEGIN
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'NAME' OR set_config('lock_timeout', the_lock_timeout, true) IS NULL THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;$begin$
        ],
        [
            'BEGIN_READ',
            $begin$BEGIN
    COMMIT;
    IF the_procedure IS DISTINCT FROM 'NAME' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;$begin$
        ],
        ['RECORDED', $reply$CASE WHEN FOUND THEN 'recorded' WHEN IS_DECLARED THEN 'refused' ELSE 'undeclared' END$reply$],
        [
            'IS_DECLARED',
            'EXISTS (
        SELECT FROM SCHEMA.linked_span_functions AS functions
        WHERE functions.name = the_function AND functions.inputs = the_inputs
    )'
        ],
        [
            'PAYLOADS',
            'payload_0, payload_1, payload_2, payload_3, payload_4, payload_5,
        payload_6, payload_7, payload_8, payload_9, payload_10, payload_11'
        ]
    ];
    meaning text[];
    the_name text;
    the_place text;
    the_body text;
BEGIN
    FOR the_name, the_place, the_body IN
        SELECT
            CASE procedures.places WHEN 1 THEN procedures.name ELSE procedures.name || '_' || nth END,
            nth::text,
            procedures.body
        FROM (
            VALUES
('arrive', 12, $procedure$
WRITE(
    the_key bytea,
    the_payload text,
    the_token bytea,
    the_count integer,
    the_others integer,
    the_timeout bigint,
    the_lease bigint,
    the_max_attempts bigint,
    searches_others boolean,
    INOUT reply text DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT until bigint DEFAULT NULL,
    INOUT came integer DEFAULT NULL,
    INOUT attempts bigint DEFAULT NULL,
    INOUT came_at bigint[] DEFAULT NULL,
    INOUT payloads text[] DEFAULT NULL,
    INOUT others_are_due boolean DEFAULT NULL
) AS $body$
DECLARE
    the_time bigint;
BEGIN_WRITE
    ARRIVE_FAST
    INTO at, came, came_at, payloads;
    IF FOUND THEN
        reply := CASE WHEN payloads IS NULL THEN 'waiting' ELSE 'run' END;
        until := CASE WHEN payloads IS NULL THEN 0 ELSE at + the_lease END;
        attempts := CASE WHEN payloads IS NULL THEN 0 ELSE 1 END;
        IF NOT searches_others THEN
            RETURN;
        END IF;
    ELSE
        INSERT INTO SCHEMA.linked_span_joins AS joined (
            name, key, reply, at, stage, since, holder, until, deadline, attempts, came, came_at, sweep_at,
            opportunistic_at, payload_NTH
        )
        SELECT
            the_function, the_key, 'waiting', now, 'open', now, NULL, 0, now + the_timeout, 0, (1 << NTH),
            array_fill(now, ARRAY[the_count]), now + the_timeout, now + the_timeout, the_payload
        FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
        WHERE IS_DECLARED
        ON CONFLICT (name, key) DO UPDATE SET (
            reply, at, stage, since, holder, until, deadline, attempts, came, came_at, sweep_at, opportunistic_at,
            payload_NTH
        ) = (
            SELECT
                reply,
                now,
                CASE
                    WHEN reply = 'waiting' THEN 'open'
                    WHEN reply = 'run' THEN 'running'
                    WHEN reply = 'deliver_expired' THEN 'expiring'
                    WHEN reply = 'parked' AND joined.stage = 'running' THEN 'exhausted'
                    ELSE joined.stage
                END,
                CASE WHEN is_first THEN now ELSE joined.since END,
                CASE WHEN claims THEN the_token WHEN reply IN ('waiting', 'parked') THEN NULL ELSE joined.holder END,
                CASE WHEN claims THEN now + the_lease ELSE joined.until END,
                CASE
                    WHEN is_first OR reply = 'run' AND joined.stage = 'open' THEN now + the_timeout
                    ELSE joined.deadline
                END,
                CASE
                    WHEN reply = 'run' AND joined.holder IS DISTINCT FROM the_token
                    THEN least(joined.attempts + 1, 4294967295)
                    WHEN reply = 'run' THEN greatest(joined.attempts, 1)
                    ELSE joined.attempts
                END,
                CASE WHEN takes THEN joined.came | (1 << NTH) ELSE joined.came END,
                CASE
                    WHEN is_first THEN array_fill(now, ARRAY[the_count])
                    WHEN takes THEN joined.came_at[:NTH] || now || joined.came_at[NTH + 2:]
                    ELSE joined.came_at
                END,
                CASE
                    WHEN claims THEN now + the_lease
                    WHEN is_first THEN now + the_timeout
                    WHEN reply = 'parked' THEN NULL
                    ELSE joined.sweep_at
                END,
                CASE
                    WHEN reply = 'run' THEN greatest(
                        now + the_lease,
                        CASE joined.stage WHEN 'open' THEN now + the_timeout ELSE joined.deadline END
                    )
                    WHEN reply = 'deliver_expired' THEN now + the_lease
                    WHEN is_first THEN now + the_timeout
                    WHEN reply = 'parked' THEN NULL
                    ELSE joined.opportunistic_at
                END,
                CASE WHEN takes THEN excluded.payload_NTH ELSE joined.payload_NTH END
            FROM (
                SELECT
                    *,
                    reply IN ('run', 'deliver_expired') AS claims,
                    reply IN ('waiting', 'run') AND joined.came & (1 << NTH) = 0 AS takes,
                    reply = 'waiting' AND joined.stage <> 'open' AS is_first
                FROM (
                    SELECT
                        now,
                        CASE joined.stage
                            WHEN 'open' THEN CASE
                                WHEN joined.deadline <= now THEN 'deliver_expired'
                                WHEN joined.came & (1 << NTH) <> 0 THEN 'duplicate'
                                WHEN joined.came | (1 << NTH) = (1 << the_count) - 1 THEN 'run'
                                ELSE 'waiting'
                            END
                            WHEN 'ready' THEN CASE
                                WHEN joined.deadline <= now AND joined.attempts > 0 THEN 'deliver_expired'
                                ELSE 'run'
                            END
                            WHEN 'running' THEN CASE
                                WHEN joined.holder = the_token THEN 'run'
                                WHEN joined.until > now THEN 'busy'
                                WHEN joined.attempts >= the_max_attempts THEN 'parked'
                                ELSE 'run'
                            END
                            WHEN 'expiring' THEN CASE
                                WHEN joined.holder = the_token OR joined.until <= now THEN 'deliver_expired'
                                ELSE 'expired'
                            END
                            WHEN 'completed' THEN CASE WHEN joined.until <= now THEN 'waiting' ELSE 'completed' END
                            WHEN 'expired' THEN CASE WHEN joined.until <= now THEN 'waiting' ELSE 'expired' END
                            ELSE 'parked'
                        END AS reply
                    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
                    OFFSET 0
                ) AS told
                OFFSET 0
            ) AS after
        )
        RETURNING
            reply, at, until, came, attempts, came_at,
            CASE WHEN reply IN ('run', 'deliver_expired') THEN ARRAY[PAYLOADS] END
        INTO reply, at, until, came, attempts, came_at, payloads;
        IF NOT FOUND THEN
            reply := 'undeclared';
            RETURN;
        END IF;
    END IF;
    the_time := at;
    others_are_due := (OTHERS_ARE_DUE);
END $body$;
$procedure$),('claim_due', 1, $procedure$
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
    INOUT payloads text[] DEFAULT NULL
) AS $body$
BEGIN_WRITE
    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now),
    found AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND sweep_at <= (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts < the_max_attempts ELSE true END
        ORDER BY sweep_at LIMIT the_limit
        FOR UPDATE SKIP LOCKED
    ),
    claimed AS (
        UPDATE SCHEMA.linked_span_joins SET
            stage = CASE
                WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0) THEN 'running'
                ELSE 'expiring'
            END,
            attempts = CASE
                WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0)
                THEN least(attempts + 1, 4294967295)
                ELSE attempts
            END,
            holder = the_token,
            until = now + the_lease,
            sweep_at = now + the_lease,
            opportunistic_at = CASE
                WHEN stage = 'running' OR stage = 'ready' AND NOT (deadline <= now AND attempts > 0)
                THEN greatest(now + the_lease, deadline)
                ELSE now + the_lease
            END
        FROM clock
        WHERE ctid = ANY (ARRAY(SELECT place FROM found))
        RETURNING
            key, stage, now, attempts, came, came_at,
            PAYLOADS
    ),
    exhausted AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND sweep_at <= (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts >= the_max_attempts ELSE false END
        ORDER BY sweep_at LIMIT the_max_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    parked AS (
        UPDATE SCHEMA.linked_span_joins SET stage = 'exhausted', holder = NULL, sweep_at = NULL, opportunistic_at = NULL
        WHERE ctid = ANY (ARRAY(SELECT place FROM exhausted))
    ),
    remembered AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND stage IN ('completed', 'expired') AND until <= (SELECT now FROM clock)
        ORDER BY until LIMIT the_max_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    forgotten AS (
        DELETE FROM SCHEMA.linked_span_joins WHERE ctid = ANY (ARRAY(SELECT place FROM remembered))
    )
    SELECT
        'claimed',
        array_agg(encode(key, 'hex') ORDER BY key),
        array_agg(CASE stage WHEN 'running' THEN 'run' ELSE 'deliver_expired' END ORDER BY key),
        max(now),
        array_agg(attempts ORDER BY key),
        array_agg(came ORDER BY key),
        (
            SELECT array_agg(one.came_at[place] ORDER BY one.key, place)
            FROM claimed AS one, generate_series(1, 12) AS place
        ),
        (
            SELECT array_agg(payload ORDER BY one.key, place)
            FROM claimed AS one, unnest(ARRAY[PAYLOADS]) WITH ORDINALITY AS kept (payload, place)
        )
    FROM claimed
    INTO reply, keys, replies, at, attempts, came, came_at, payloads;
END $body$;
$procedure$),('claim_expired', 1, $procedure$
WRITE(
    the_own_key bytea,
    the_token bytea,
    the_lease bigint,
    the_max_attempts bigint,
    the_max_forgotten bigint,
    INOUT reply text DEFAULT NULL,
    INOUT key text DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT until bigint DEFAULT NULL,
    INOUT came integer DEFAULT NULL,
    INOUT attempts bigint DEFAULT NULL,
    INOUT came_at bigint[] DEFAULT NULL,
    INOUT payloads text[] DEFAULT NULL
) AS $body$
BEGIN_WRITE
    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now),
    thorough AS (
        SELECT FROM SCHEMA.linked_span_functions
        WHERE name = the_function AND (SELECT now FROM clock) NOT BETWEEN searched_at AND searched_at + 10000
        FOR UPDATE SKIP LOCKED
    ),
    beginning AS (
        SELECT CASE WHEN EXISTS (SELECT FROM thorough) THEN 0 ELSE searched_at END AS at
        FROM SCHEMA.linked_span_functions WHERE name = the_function
    ),
    found AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND key <> the_own_key
            AND opportunistic_at BETWEEN (SELECT at FROM beginning) AND (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts < the_max_attempts ELSE true END
        ORDER BY opportunistic_at LIMIT 1
        FOR UPDATE SKIP LOCKED
    ),
    overdue AS (
        UPDATE SCHEMA.linked_span_joins SET
            stage = 'expiring',
            holder = the_token,
            until = now + the_lease,
            sweep_at = now + the_lease,
            opportunistic_at = now + the_lease
        FROM clock
        WHERE ctid = (SELECT place FROM found)
        RETURNING
            encode(key, 'hex') AS key, now AS at, until, came, attempts, came_at,
            ARRAY[PAYLOADS] AS payloads
    ),
    exhausted AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND key <> the_own_key
            AND opportunistic_at BETWEEN (SELECT at FROM beginning) AND (SELECT now FROM clock)
            AND CASE WHEN stage = 'running' THEN attempts >= the_max_attempts ELSE false END
        ORDER BY opportunistic_at LIMIT 1
        FOR UPDATE SKIP LOCKED
    ),
    parked AS (
        UPDATE SCHEMA.linked_span_joins SET stage = 'exhausted', holder = NULL, sweep_at = NULL, opportunistic_at = NULL
        WHERE ctid = (SELECT place FROM exhausted)
    ),
    remembered AS (
        SELECT ctid AS place FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND stage IN ('completed', 'expired') AND until <= (SELECT now FROM clock)
            AND EXISTS (SELECT FROM thorough)
        ORDER BY until LIMIT the_max_forgotten
        FOR UPDATE SKIP LOCKED
    ),
    forgotten AS (
        DELETE FROM SCHEMA.linked_span_joins WHERE ctid = ANY (ARRAY(SELECT place FROM remembered))
    ),
    looked AS (
        UPDATE SCHEMA.linked_span_functions SET searched_at = now - 1000
        FROM clock
        WHERE name = the_function AND EXISTS (SELECT FROM thorough)
            AND NOT EXISTS (SELECT FROM found) AND NOT EXISTS (SELECT FROM exhausted)
            AND (SELECT count(*) FROM remembered) < the_max_forgotten
    )
    SELECT 'deliver_expired', key, at, until, came, attempts, came_at, payloads FROM overdue
    INTO reply, key, at, until, came, attempts, came_at, payloads;
END $body$;
$procedure$),('count', 1, $procedure$
READ(
    the_function text,
    INOUT count bigint DEFAULT NULL
) AS $body$
BEGIN_READ
    SELECT
        (SELECT count(*) FROM SCHEMA.linked_span_joins WHERE name = the_function AND sweep_at IS NOT NULL) + (
            SELECT count(*) FROM SCHEMA.linked_span_joins
            WHERE name = the_function AND stage IN ('exhausted', 'undecodable')
        )
    INTO count;
END $body$;
$procedure$),('declare', 1, $procedure$
WRITE(
    INOUT inputs text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    INSERT INTO SCHEMA.linked_span_functions AS functions (name, inputs, searched_at, declared_at)
    SELECT the_function, the_inputs, now, now
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    ON CONFLICT (name) DO UPDATE SET
        declared_at = CASE
            WHEN functions.inputs = excluded.inputs THEN excluded.declared_at
            ELSE functions.declared_at
        END
    RETURNING inputs INTO inputs;
END $body$;
$procedure$),('finish', 1, $procedure$
WRITE(
    the_key bytea,
    the_token bytea,
    the_stage_before text,
    the_stage_after text,
    the_dedup_window bigint,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    UPDATE SCHEMA.linked_span_joins SET
        stage = the_stage_after,
        since = CASE stage WHEN the_stage_after THEN since ELSE now END,
        until = CASE stage WHEN the_stage_after THEN until ELSE now + the_dedup_window END,
        attempts = 0,
        sweep_at = NULL,
        opportunistic_at = NULL,
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
    WHERE name = the_function AND key = the_key AND holder = the_token
        AND (stage = the_stage_before OR stage = the_stage_after AND until > now)
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;
$procedure$),('forget', 1, $procedure$
WRITE(
    the_key bytea,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    DELETE FROM SCHEMA.linked_span_joins
    USING (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key
        AND CASE
            WHEN stage IN ('running', 'expiring') THEN holder IS NULL OR until <= now
            WHEN stage IN ('completed', 'expired') THEN until > now
            ELSE true
        END
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;
$procedure$),('functions', 1, $procedure$
READ(
    INOUT at bigint DEFAULT NULL,
    INOUT names text[] DEFAULT NULL,
    INOUT inputs text[] DEFAULT NULL,
    INOUT declared_at bigint[] DEFAULT NULL,
    INOUT unsettled bigint[] DEFAULT NULL
) AS $body$
BEGIN_READ
    SELECT
        floor(date_part('epoch', statement_timestamp()) * 1000)::bigint,
        array_agg(name ORDER BY name),
        array_agg(functions.inputs ORDER BY name),
        array_agg(functions.declared_at ORDER BY name),
        array_agg(
            (SELECT count(*) FROM SCHEMA.linked_span_joins AS joined WHERE joined.name = functions.name AND sweep_at IS NOT NULL)
            + (
                SELECT count(*) FROM SCHEMA.linked_span_joins AS joined
                WHERE joined.name = functions.name AND stage IN ('exhausted', 'undecodable')
            )
            ORDER BY name
        )
    INTO at, names, inputs, declared_at, unsettled
    FROM SCHEMA.linked_span_functions AS functions;
END $body$;
$procedure$),('list', 1, $procedure$
READ(
    the_function text,
    the_inputs text,
    the_query text,
    the_key bytea,
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
    INOUT details text[] DEFAULT NULL
) AS $body$
DECLARE
    page record;
BEGIN_READ
    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    reply := 'listed';
    at := floor(date_part('epoch', statement_timestamp()) * 1000)::bigint;
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
END $body$;
$procedure$),('release', 1, $procedure$
WRITE(
    the_key bytea,
    the_token bytea,
    the_settlement text,
    the_backoff bigint,
    the_max_attempts bigint,
    the_detail text,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    UPDATE SCHEMA.linked_span_joins SET
        stage = CASE
            WHEN the_settlement = 'undecodable' THEN 'undecodable'
            WHEN the_settlement = 'failed' AND attempts >= the_max_attempts THEN 'exhausted'
            WHEN stage = 'running' THEN 'ready'
            ELSE 'expiring'
        END,
        detail = CASE WHEN the_settlement = 'undecodable' THEN the_detail END,
        holder = NULL,
        until = due,
        attempts = CASE
            WHEN the_settlement = 'released' AND stage = 'running' THEN greatest(attempts - 1, 0)
            ELSE attempts
        END,
        sweep_at = CASE
            WHEN the_settlement = 'undecodable' OR the_settlement = 'failed' AND attempts >= the_max_attempts THEN NULL
            WHEN stage = 'running' THEN least(due, deadline)
            ELSE due
        END,
        opportunistic_at = CASE
            WHEN the_settlement = 'undecodable' OR the_settlement = 'failed' AND attempts >= the_max_attempts THEN NULL
            WHEN stage = 'running' THEN greatest(now, deadline)
            ELSE due
        END
    FROM (
        SELECT now, CASE the_settlement WHEN 'released' THEN now ELSE now + the_backoff END AS due
        FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    ) AS rest
    WHERE name = the_function AND key = the_key AND holder = the_token
        AND (stage = 'running' AND the_settlement <> 'expiry_failed' OR stage = 'expiring' AND the_settlement <> 'failed')
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;
$procedure$),('release_claims', 1, $procedure$
WRITE(
    the_token bytea,
    the_lease bigint,
    the_age bigint,
    INOUT reply text DEFAULT NULL,
    INOUT count bigint DEFAULT NULL
) AS $body$
BEGIN_WRITE
    IF NOT IS_DECLARED THEN
        reply := 'undeclared';
        RETURN;
    END IF;
    WITH clock AS (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now)
    UPDATE SCHEMA.linked_span_joins SET
        stage = CASE stage WHEN 'running' THEN 'ready' ELSE 'expiring' END,
        holder = NULL,
        until = now,
        attempts = CASE stage WHEN 'running' THEN greatest(attempts - 1, 0) ELSE attempts END,
        sweep_at = CASE stage WHEN 'running' THEN least(now, deadline) ELSE now END,
        opportunistic_at = CASE stage WHEN 'running' THEN greatest(now, deadline) ELSE now END
    FROM clock
    WHERE name = the_function AND holder = the_token AND stage IN ('running', 'expiring')
        AND sweep_at BETWEEN (SELECT now FROM clock) + the_lease - the_age AND (SELECT now FROM clock) + the_lease;
    GET DIAGNOSTICS count = ROW_COUNT;
    reply := 'released';
END $body$;
$procedure$),('renew', 1, $procedure$
WRITE(
    the_key bytea,
    the_token bytea,
    the_lease bigint,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    UPDATE SCHEMA.linked_span_joins SET
        until = now + the_lease,
        sweep_at = now + the_lease,
        opportunistic_at = CASE stage WHEN 'running' THEN greatest(now + the_lease, deadline) ELSE now + the_lease END
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key AND holder = the_token AND stage IN ('running', 'expiring')
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;
$procedure$),('retry', 1, $procedure$
WRITE(
    the_key bytea,
    the_count integer,
    the_timeout bigint,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    UPDATE SCHEMA.linked_span_joins SET
        stage = CASE WHEN came = (1 << the_count) - 1 THEN 'ready' ELSE 'expiring' END,
        detail = NULL,
        holder = NULL,
        until = now,
        deadline = now + the_timeout,
        sweep_at = now,
        opportunistic_at = CASE WHEN came = (1 << the_count) - 1 THEN now + the_timeout ELSE now END,
        attempts = CASE WHEN came = (1 << the_count) - 1 THEN 0 ELSE attempts END
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key
        AND (
            stage IN ('ready', 'exhausted', 'undecodable')
            OR stage IN ('running', 'expiring') AND (holder IS NULL OR until <= now)
        )
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;
$procedure$)        ) AS procedures (name, places, body), generate_series(0, procedures.places - 1) AS nth
    LOOP
        FOREACH meaning SLICE 1 IN ARRAY meanings LOOP
            the_body := replace(the_body, meaning[1], meaning[2]);
        END LOOP;
        the_body := replace(replace(the_body, 'NAME', the_name), 'NTH', the_place);
        EXECUTE replace(the_body, 'SCHEMA.', quote_ident(current_schema()) || '.');
    END LOOP;
END $linked_span$;
INSERT INTO linked_span_versions (version, lowest) VALUES (1, 1) ON CONFLICT (version) DO NOTHING;

-- Stores the input at place NTH of the declaration.
WRITE(
    the_key bytea,
    the_payload text,
    the_token bytea,
    the_count integer, -- number of the function's inputs
    the_others integer, -- a bit for each other input
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
    -- The frequent cases, with a short statement.
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
        -- All cases. `OFFSET 0` prevents the planner from repeating an expression at each use of its name.
        INSERT INTO SCHEMA.linked_span_joins AS joined (
            name, key, reply, at, stage, since, holder, until, deadline, attempts, came, came_at, sweep_at,
            opportunistic_at, payload_NTH
        )
        -- absent: arrive -> open
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
                    WHEN reply = 'exhausted' THEN 'exhausted'
                    ELSE joined.stage
                END,
                CASE WHEN is_first THEN now ELSE joined.since END,
                CASE WHEN claims THEN the_token WHEN reply IN ('waiting', 'exhausted') THEN NULL ELSE joined.holder END,
                CASE WHEN claims THEN now + the_lease ELSE joined.until END,
                -- The body gets a new timeout, even if the last input arrived late.
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
                    WHEN reply = 'exhausted' THEN NULL
                    ELSE joined.sweep_at
                END,
                CASE
                    WHEN reply = 'run' THEN greatest(
                        now + the_lease,
                        CASE joined.stage WHEN 'open' THEN now + the_timeout ELSE joined.deadline END
                    )
                    WHEN reply = 'deliver_expired' THEN now + the_lease
                    WHEN is_first THEN now + the_timeout
                    WHEN reply = 'exhausted' THEN NULL
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
                                -- open: the deadline is over -> expiring
                                WHEN joined.deadline <= now THEN 'deliver_expired'
                                -- open: arrive, an input that came before -> open
                                WHEN joined.came & (1 << NTH) <> 0 THEN 'duplicate'
                                -- open: arrive the last input -> running
                                WHEN joined.came | (1 << NTH) = (1 << the_count) - 1 THEN 'run'
                                -- open: arrive, another input -> open
                                ELSE 'waiting'
                            END
                            WHEN 'ready' THEN CASE
                                -- ready: the deadline is over, after an attempt -> expiring
                                WHEN joined.deadline <= now AND joined.attempts > 0 THEN 'deliver_expired'
                                -- ready: arrive -> running; before a first attempt even past the deadline
                                ELSE 'run'
                            END
                            WHEN 'running' THEN CASE
                                -- running: arrive, of the holder, whose reply was lost -> running
                                WHEN joined.holder = the_token THEN 'run'
                                -- running: arrive -> running
                                WHEN joined.until > now THEN 'busy'
                                -- running: the lease is over, after the last attempt -> parked
                                WHEN joined.attempts >= the_max_attempts THEN 'exhausted'
                                -- running: the lease is over: arrive -> running, by another
                                ELSE 'run'
                            END
                            WHEN 'expiring' THEN CASE
                                -- expiring: delivery failed, or the lease is over -> expiring, by another; or arrive, of
                                -- the holder, whose reply was lost -> expiring
                                WHEN joined.holder = the_token OR joined.until <= now THEN 'deliver_expired'
                                -- expiring: arrive -> expiring
                                ELSE 'expired'
                            END
                            -- completed: the dedup window is over -> absent, then arrive -> open; else arrive -> completed
                            WHEN 'completed' THEN CASE WHEN joined.until <= now THEN 'waiting' ELSE 'completed' END
                            -- expired: the dedup window is over -> absent, then arrive -> open; else arrive -> expired
                            WHEN 'expired' THEN CASE WHEN joined.until <= now THEN 'waiting' ELSE 'expired' END
                            -- parked: arrive -> parked
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
        IF reply = 'exhausted' THEN reply := 'parked'; END IF; -- UNTIL 1, which does not know the word
    END IF;

    the_time := at;
    others_are_due := (OTHERS_ARE_DUE);
END $body$;

-- Stores an input of a function with lists or optional inputs.
WRITE(
    the_key bytea,
    the_payload text,
    the_token bytea,
    the_input integer,
    the_id bytea, -- the identity of an element; empty for an input that is no list
    the_lens integer[], -- one at the input's place, and zero at all others
    the_counts integer[], -- the counts that the input gives, by place; one at its own place if it is no list
    the_came integer, -- a bit for each place that is full if no other input has come
    the_all integer, -- a bit for each input of the function
    the_lists integer,
    the_optional integer,
    the_timeout bigint,
    the_lease bigint,
    the_max_attempts bigint,
    the_max_elements integer,
    the_bytes bigint, -- of an element's payload
    the_max_bytes bigint,
    searches_others boolean,
    INOUT reply text DEFAULT NULL,
    INOUT at bigint DEFAULT NULL,
    INOUT until bigint DEFAULT NULL,
    INOUT came integer DEFAULT NULL,
    INOUT attempts bigint DEFAULT NULL,
    INOUT lens integer[] DEFAULT NULL,
    INOUT counts integer[] DEFAULT NULL,
    INOUT others_are_due boolean DEFAULT NULL
) AS $body$
DECLARE
    before record;
    the_time bigint;
    the_deadline bigint;
    the_attempts bigint;
    is_complete boolean;
    is_stored boolean;
BEGIN_WRITE
    LOOP
        -- The frequent cases, with one statement.
        ARRIVE_ROWS_FAST FROM joined
        INTO at, came, lens, counts;
        IF FOUND THEN
            reply := CASE WHEN came = the_all THEN 'run' ELSE 'waiting' END;
            until := at + the_lease;
            attempts := 1;
            EXIT;
        END IF;

        -- All other cases, under the lock of the row.
        SELECT * FROM SCHEMA.linked_span_joins
        WHERE name = the_function AND key = the_key AND IS_DECLARED
        FOR UPDATE
        INTO before;
        IF NOT FOUND THEN
            IF NOT IS_DECLARED THEN
                reply := 'undeclared';
                RETURN;
            ELSIF the_bytes > the_max_bytes THEN
                reply := 'over_limit';
                RETURN;
            END IF;
            -- The join has ended in between.
            CONTINUE;
        END IF;
        the_time := floor(date_part('epoch', clock_timestamp()) * 1000)::bigint;
        is_complete := before.came | the_optional = the_all;
        -- A body that has begun has this input. An element of a full list may be none of the join's.
        is_stored := before.came & ~the_lists & (1 << the_input) <> 0;
        reply := CASE
            -- running, expiring: arrive, of the holder, whose reply was lost -> the same
            WHEN before.stage = 'running' AND before.holder = the_token THEN 'run'
            WHEN before.stage = 'expiring' AND before.holder = the_token THEN 'deliver_expired'
            -- completed, expired: the dedup window is over -> absent, then arrive; else arrive -> the same
            WHEN before.stage IN ('completed', 'expired') THEN
                CASE WHEN before.until <= the_time THEN 'absent' ELSE before.stage END
            -- open: the deadline is over -> running, if only optional inputs are missing; else expiring
            WHEN before.stage = 'open' AND before.deadline <= the_time THEN
                CASE WHEN is_complete THEN 'run' ELSE 'deliver_expired' END
            -- ready: the deadline is over, after an attempt -> expiring
            WHEN before.stage = 'ready' AND before.deadline <= the_time AND before.attempts > 0 THEN 'deliver_expired'
            -- ready: sweep, after the backoff -> running; before a first attempt even past the deadline
            WHEN before.stage = 'ready' AND least(before.until, before.deadline) <= the_time THEN 'run'
            -- running: the lease is over -> running, by another; after the last attempt -> parked
            WHEN before.stage = 'running' AND before.until <= the_time THEN
                CASE WHEN before.attempts >= the_max_attempts THEN 'exhausted' ELSE 'run' END
            -- expiring: delivery failed, or the lease is over -> expiring, by another; else arrive -> expiring
            WHEN before.stage = 'expiring' THEN
                CASE WHEN before.until <= the_time THEN 'deliver_expired' ELSE 'expired' END
            WHEN before.stage = 'open' THEN CASE
                -- open: arrive, an input that came before, or an element of a full list -> open
                WHEN before.came & (1 << the_input) <> 0 THEN
                    CASE WHEN is_stored THEN 'duplicate' ELSE 'closed' END
                -- open: arrive, an element that came before -> open
                WHEN EXISTS (
                    SELECT FROM SCHEMA.linked_span_inputs AS inputs
                    WHERE inputs.instance = before.instance AND inputs.input = the_input AND inputs.id = the_id
                ) THEN 'repeated'
                -- open: arrive, an element for which there is no room -> open
                WHEN before.lens[the_input + 1] >= the_max_elements THEN 'closed'
                WHEN before.bytes + the_bytes > the_max_bytes THEN 'over_limit'
                -- The join has changed in between.
                ELSE 'open'
            END
            -- ready, running, parked: arrive, an element or an optional input that is missing -> the same
            WHEN NOT is_stored AND is_complete THEN 'closed'
            -- ready: arrive -> running
            WHEN before.stage = 'ready' THEN 'run'
            -- running: arrive -> running
            WHEN before.stage = 'running' THEN 'busy'
            -- parked: arrive -> parked
            ELSE 'parked'
        END;
        IF reply = 'open' THEN
            CONTINUE;
        ELSIF reply = 'absent' THEN
            DELETE FROM SCHEMA.linked_span_joins WHERE name = the_function AND key = the_key;
            CONTINUE;
        END IF;

        the_attempts := before.attempts;
        the_deadline := CASE before.stage WHEN 'open' THEN the_time + the_timeout ELSE before.deadline END;
        IF reply = 'run' THEN
            the_attempts := CASE
                WHEN before.holder = the_token THEN greatest(before.attempts, 1)
                ELSE least(before.attempts + 1, 4294967295)
            END;
            UPDATE SCHEMA.linked_span_joins SET
                stage = 'running', holder = the_token, until = the_time + the_lease, deadline = the_deadline,
                attempts = the_attempts, sweep_at = the_time + the_lease,
                opportunistic_at = greatest(the_time + the_lease, the_deadline)
            WHERE name = the_function AND key = the_key;
        ELSIF reply = 'deliver_expired' THEN
            UPDATE SCHEMA.linked_span_joins SET
                stage = 'expiring', holder = the_token, until = the_time + the_lease,
                sweep_at = the_time + the_lease, opportunistic_at = the_time + the_lease
            WHERE name = the_function AND key = the_key;
        ELSIF reply = 'exhausted' THEN
            UPDATE SCHEMA.linked_span_joins SET
                stage = 'exhausted', holder = NULL, sweep_at = NULL, opportunistic_at = NULL
            WHERE name = the_function AND key = the_key;
        ELSIF reply = 'repeated' THEN
            UPDATE SCHEMA.linked_span_joins SET
                repeated = ARRAY(
                    SELECT least(coalesce(times, 0), 2147483646) + comes
                    FROM unnest(repeated, the_lens) WITH ORDINALITY AS list (times, comes, place)
                    ORDER BY place
                )
            WHERE name = the_function AND key = the_key;
            reply := 'duplicate';
        END IF;
        at := the_time;
        until := before.until;
        came := before.came;
        attempts := the_attempts;
        lens := before.lens;
        counts := before.counts;
        EXIT;
    END LOOP;

    the_time := at;
    others_are_due := searches_others AND (OTHERS_ARE_DUE);
END $body$;

-- Settles a join without success. A claim whose body did not start is due at once, and does not count as an attempt.
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
            -- running, expiring: an input cannot be decoded -> parked
            WHEN the_settlement = 'undecodable' THEN 'undecodable'
            -- running: failed, if that was the last attempt -> parked
            WHEN the_settlement = 'failed' AND attempts >= the_max_attempts THEN 'exhausted'
            -- running: failed, or released -> ready
            WHEN stage = 'running' THEN 'ready'
            -- expiring: delivery failed, or released -> expiring
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
        AND (
            stage = 'running' AND the_settlement <> 'expiry_failed'
            OR stage = 'expiring' AND the_settlement <> 'failed'
        )
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;

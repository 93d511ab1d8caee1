-- Settles a join without success. A claim whose body did not start is due at once, and does not count as an attempt.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_release_v1(
    the_procedure text,
    the_patience text,
    the_function text,
    the_inputs text,
    the_key bytea,
    the_token bytea,
    the_settlement text,
    the_backoff bigint,
    the_max_attempts bigint,
    the_detail text,
    INOUT reply text DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'release' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    PERFORM set_config('lock_timeout', the_patience, true);
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
            WHEN the_settlement = 'not_begun' AND stage = 'running' THEN greatest(attempts - 1, 0)
            ELSE attempts
        END,
        sweep_at = CASE
            WHEN the_settlement = 'undecodable' OR the_settlement = 'failed' AND attempts >= the_max_attempts THEN NULL
            WHEN stage = 'running' THEN least(due, deadline)
            ELSE due
        END,
        passing_at = CASE
            WHEN the_settlement = 'undecodable' OR the_settlement = 'failed' AND attempts >= the_max_attempts THEN NULL
            WHEN stage = 'running' THEN greatest(now, deadline)
            ELSE due
        END
    FROM (
        SELECT now, CASE the_settlement WHEN 'not_begun' THEN now ELSE now + the_backoff END AS due
        FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    ) AS rest
    WHERE name = the_function AND key = the_key AND holder = the_token
        AND (stage = 'running' AND the_settlement <> 'not_handed_over' OR stage = 'expiring' AND the_settlement <> 'failed')
        AND EXISTS (
            SELECT FROM SCHEMA.linked_span_functions AS functions
            WHERE functions.name = the_function AND functions.inputs = the_inputs
        );
    reply := CASE
        WHEN FOUND THEN 'recorded'
        WHEN EXISTS (
            SELECT FROM SCHEMA.linked_span_functions AS functions
            WHERE functions.name = the_function AND functions.inputs = the_inputs
        ) THEN 'refused'
        ELSE 'undeclared'
    END;
END $body$;

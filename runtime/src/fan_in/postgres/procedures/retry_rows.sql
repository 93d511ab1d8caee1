-- Retries a join for an operator. An incomplete one is delivered to `on_expired`.
WRITE(
    the_key bytea,
    the_all integer, -- a bit for each input of the function
    the_optional integer,
    the_timeout bigint,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    -- parked, ready, running, expiring: retry -> ready; expiring, if it is incomplete
    UPDATE SCHEMA.linked_span_joins SET
        stage = CASE WHEN came | the_optional = the_all THEN 'ready' ELSE 'expiring' END,
        detail = NULL,
        holder = NULL,
        until = now,
        deadline = now + the_timeout,
        sweep_at = now,
        opportunistic_at = CASE WHEN came | the_optional = the_all THEN now + the_timeout ELSE now END,
        attempts = CASE WHEN came | the_optional = the_all THEN 0 ELSE attempts END
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key
        AND (
            stage IN ('ready', 'exhausted', 'undecodable')
            OR stage IN ('running', 'expiring') AND (holder IS NULL OR until <= now)
        )
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;

-- Renews the lease of a holder.
WRITE(
    the_key bytea,
    the_token bytea,
    the_lease bigint,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    -- running, expiring: renew, by the holder -> the same, with another lease
    UPDATE SCHEMA.linked_span_joins SET
        until = now + the_lease,
        sweep_at = now + the_lease,
        opportunistic_at = CASE stage WHEN 'running' THEN greatest(now + the_lease, deadline) ELSE now + the_lease END
    FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
    WHERE name = the_function AND key = the_key AND holder = the_token AND stage IN ('running', 'expiring')
        AND IS_DECLARED;
    reply := RECORDED;
END $body$;

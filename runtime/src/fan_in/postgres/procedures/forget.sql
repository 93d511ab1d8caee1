-- Removes a join for an operator.
WRITE(
    the_key bytea,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
    -- any: forget -> absent
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

-- Removes a join with its inputs for an operator.
WRITE(
    the_key bytea,
    INOUT reply text DEFAULT NULL,
    INOUT has_leftovers boolean DEFAULT NULL
) AS $body$
BEGIN_WRITE
    -- A statement that waits for the row does not see what an arrival stores meanwhile. The next one does, and does not wait.
    PERFORM FROM SCHEMA.linked_span_joins WHERE name = the_function AND key = the_key FOR UPDATE;
    IF FOUND THEN
        WITH ended AS (
            -- any: forget -> absent
            DELETE FROM SCHEMA.linked_span_joins
            USING (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
            WHERE name = the_function AND key = the_key
                AND CASE
                    WHEN stage IN ('running', 'expiring') THEN holder IS NULL OR until <= now
                    WHEN stage IN ('completed', 'expired') THEN until > now
                    ELSE true
                END
                AND IS_DECLARED
            RETURNING instance
        ),
        REMOVE_ROWS_OF_ENDED
        INTO reply, has_leftovers;
    END IF;
    reply := RECORDED;
END $body$;

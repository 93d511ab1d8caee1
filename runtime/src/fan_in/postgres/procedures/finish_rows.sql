-- Records a success or a delivery, and removes the inputs. Repeated with the token of the last holder, it changes nothing.
WRITE(
    the_key bytea,
    the_token bytea,
    the_stage_before text,
    the_stage_after text,
    the_dedup_window bigint,
    INOUT reply text DEFAULT NULL,
    INOUT has_leftovers boolean DEFAULT NULL
) AS $body$
BEGIN_WRITE
    WITH ended AS (
        -- running: completed -> completed
        -- expiring: delivered -> expired
        -- completed: completed, by its holder, whose reply was lost -> completed
        -- expired: delivered, by its holder, whose reply was lost -> expired
        UPDATE SCHEMA.linked_span_joins SET
            stage = the_stage_after,
            since = CASE stage WHEN the_stage_after THEN since ELSE now END,
            until = CASE stage WHEN the_stage_after THEN until ELSE now + the_dedup_window END,
            attempts = 0,
            sweep_at = NULL,
            opportunistic_at = NULL,
            came = 0,
            lens = NULL,
            counts = NULL,
            repeated = NULL,
            bytes = NULL
        FROM (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock
        WHERE name = the_function AND key = the_key AND holder = the_token
            AND (stage = the_stage_before OR stage = the_stage_after AND until > now)
            AND IS_DECLARED
        RETURNING instance
    ),
    REMOVE_ROWS_OF_ENDED
    INTO reply, has_leftovers;
    reply := RECORDED;
END $body$;

-- Records the success of a holder. A repeated call, whose first reply was lost, changes nothing.
WRITE(
    the_key bytea,
    the_token bytea,
    the_stage_before text,
    the_stage_after text,
    the_dedup_window bigint,
    INOUT reply text DEFAULT NULL
) AS $body$
BEGIN_WRITE
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

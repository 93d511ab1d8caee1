-- Records the success of a holder. A repeated call, whose first reply was lost, changes nothing.
CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_finish_v1(
    the_procedure text,
    the_patience text,
    the_function text,
    the_inputs text,
    the_key bytea,
    the_token bytea,
    the_stage_before text,
    the_stage_after text,
    the_dedup_window bigint,
    INOUT reply text DEFAULT NULL
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
BEGIN
    COMMIT; -- see `arrive`
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'finish' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;
    PERFORM set_config('lock_timeout', the_patience, true);
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
        passing_at = NULL,
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

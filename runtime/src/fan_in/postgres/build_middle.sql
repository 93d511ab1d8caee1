        -- The head of a procedure that writes, and of one that reads.
        [
            'WRITE(',
            'CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_NAME_vNUMBER(
    the_procedure text, the_lock_timeout text, the_function text, the_inputs text,'
        ],
        ['READ(', 'CREATE OR REPLACE PROCEDURE SCHEMA.linked_span_NAME_vNUMBER(the_procedure text,'],
        [
            'AS $body$', 'LANGUAGE plpgsql AS $body$
#variable_conflict use_column'
        ],
        -- If the connection is inside a transaction, `COMMIT` fails with 2D000. `PERFORM set_config` would be a statement of
        -- its own, and cost an arrival 2 % more.
        [
            'BEGIN_WRITE',
            $begin$BEGIN
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    IF the_procedure IS DISTINCT FROM 'NAME' OR set_config('lock_timeout', the_lock_timeout, true) IS NULL THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;$begin$
        ],
        [
            'BEGIN_READ',
            $begin$BEGIN
    COMMIT;
    IF the_procedure IS DISTINCT FROM 'NAME' THEN
        RAISE 'another statement has the name of this one' USING ERRCODE = '26000';
    END IF;$begin$
        ],
        -- The reply of a procedure that changes one row.
        ['RECORDED', $reply$CASE WHEN FOUND THEN 'recorded' WHEN IS_DECLARED THEN 'refused' ELSE 'undeclared' END$reply$],
        [
            'IS_DECLARED',
            'EXISTS (
        SELECT FROM SCHEMA.linked_span_functions AS functions
        WHERE functions.name = the_function AND functions.inputs = the_inputs
    )'
        ],
        -- Whether a sweep runs the body of a due join.
        [
            'RUNS',
            '(stage = ''running'' OR stage = ''ready'' AND NOT (deadline <= now AND attempts > 0)
                    OR stage = ''open'' AND came | the_optional = the_all)'
        ],
        [
            'PAYLOADS',
            'payload_0, payload_1, payload_2, payload_3, payload_4, payload_5,
        payload_6, payload_7, payload_8, payload_9, payload_10, payload_11'
        ]
    ];
    meaning text[];
    the_name text;
    the_place text;
    the_number text;
    the_body text;
    the_mark text;
BEGIN
    FOR the_name, the_place, the_number, the_body IN
        SELECT
            CASE procedures.places WHEN 1 THEN procedures.name ELSE procedures.name || '_' || nth END,
            nth::text,
            number::text,
            procedures.body
        FROM (
            VALUES

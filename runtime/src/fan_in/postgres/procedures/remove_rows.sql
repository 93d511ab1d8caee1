-- Removes a piece of the inputs that an ended or removed join has left. Returns whether there may be more.
WRITE(
    the_limit bigint,
    INOUT reply text DEFAULT NULL,
    INOUT has_leftovers boolean DEFAULT NULL
) AS $body$
DECLARE
    the_instance uuid;
BEGIN_WRITE
    SELECT instance FROM SCHEMA.linked_span_leftovers LIMIT 1 FOR UPDATE SKIP LOCKED
    INTO the_instance;
    reply := 'removed';
    has_leftovers := FOUND;
    DELETE FROM SCHEMA.linked_span_inputs
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM SCHEMA.linked_span_inputs
        WHERE instance = the_instance ORDER BY input, place LIMIT the_limit
    ));
    IF NOT FOUND THEN
        DELETE FROM SCHEMA.linked_span_leftovers WHERE instance = the_instance;
    END IF;
END $body$;

-- Removes the inputs of the join that a statement before has `ended`. Many inputs are left to `remove_rows`.
removed AS (
    DELETE FROM SCHEMA.linked_span_inputs
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM SCHEMA.linked_span_inputs
        WHERE instance = (SELECT instance FROM ended) ORDER BY input, place LIMIT 500
    ))
    RETURNING true
),
left_over AS (
    INSERT INTO SCHEMA.linked_span_leftovers (instance)
    SELECT instance FROM ended WHERE (SELECT count(*) FROM removed) = 500
    ON CONFLICT DO NOTHING
)
SELECT 'recorded' AS reply, (SELECT count(*) FROM removed) = 500 AS has_leftovers FROM ended

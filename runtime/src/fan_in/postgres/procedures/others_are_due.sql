-- Returns whether `claim_expired` could find a join: one that no call has seen, or any, if no call has searched all of
-- them for ten seconds. The query reads one entry of an index, even if the planner's statistics are outdated.
SELECT the_moment NOT BETWEEN looked_at AND looked_at + 10000 OR (
    SELECT true FROM SCHEMA.linked_span_joins AS other
    WHERE other.name = the_function AND other.passing_at BETWEEN looked_at AND the_moment
    ORDER BY other.passing_at LIMIT 1
) IS NOT NULL
FROM SCHEMA.linked_span_functions AS functions WHERE functions.name = the_function

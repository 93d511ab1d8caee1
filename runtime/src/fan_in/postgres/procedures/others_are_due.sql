-- Returns whether `claim_expired` could find a join: one that no call has seen, or any, if no call has searched all of
-- them for ten seconds. The query reads one entry of an index, even if the planner's statistics are outdated.
SELECT the_time NOT BETWEEN searched_at AND searched_at + 10000 OR (
    SELECT true FROM SCHEMA.linked_span_joins AS other
    WHERE other.name = the_function AND other.opportunistic_at BETWEEN searched_at AND the_time
    ORDER BY other.opportunistic_at LIMIT 1
) IS NOT NULL
FROM SCHEMA.linked_span_functions AS functions WHERE functions.name = the_function

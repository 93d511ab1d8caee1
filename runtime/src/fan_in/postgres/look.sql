-- Whether there is something to do at other joins, for `passing.sql`: at any that nobody has looked at, or since nobody has
-- looked at them all for ten seconds. It is a look at one place in an index, whatever the planner believes of the table.
    (
        SELECT joined.at NOT BETWEEN looked_at AND looked_at + 10000 OR (
            SELECT true FROM linked_span_joins AS other
            WHERE other.name = $1 AND other.passing_at BETWEEN looked_at AND joined.at
            ORDER BY other.passing_at LIMIT 1
        ) IS NOT NULL
        FROM linked_span_functions WHERE name = $1
    )


-- Version 2: functions with lists or optional inputs, each input of which is a row.

-- What `v1` is for the plain statements of version 1.
ALTER TABLE linked_span_functions ADD COLUMN IF NOT EXISTS v2 boolean;

-- Each column is NULL for a join of single inputs, so that no row is rewritten.
ALTER TABLE linked_span_joins
    ADD COLUMN IF NOT EXISTS instance uuid,      -- this life of the join: a removed one may have left inputs
    ADD COLUMN IF NOT EXISTS lens     integer[], -- the number of elements that each list has, by place; 1 for another input
    ADD COLUMN IF NOT EXISTS counts   integer[], -- the number that makes it full, if it is known
    ADD COLUMN IF NOT EXISTS repeated integer[], -- the number of elements that came again
    ADD COLUMN IF NOT EXISTS bytes    bigint;    -- the length of all elements

-- An input of an unsettled join. An arrival adds a row, and rewrites none.
CREATE TABLE IF NOT EXISTS linked_span_inputs (
    instance uuid NOT NULL,
    input    integer NOT NULL, -- its place in the declaration
    place    integer NOT NULL, -- the element's place in its list, in order of arrival
    id       bytea NOT NULL,   -- the element's identity, any UTF-8; empty for an input that is no list
    at       bigint NOT NULL,
    payload  text NOT NULL,
    PRIMARY KEY (instance, input, place),
    UNIQUE (instance, input, id)
);

-- The lives of joins that have ended or were removed with too many inputs for one statement.
CREATE TABLE IF NOT EXISTS linked_span_leftovers (
    instance uuid PRIMARY KEY
);

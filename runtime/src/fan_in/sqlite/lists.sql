-- Version 2: lists. Functions without lists do not use it, so a release of version 1 can go on with them.
INSERT INTO linked_span_versions (version, lowest) VALUES (2, 1);

-- NULL before the first element, and after the end of the join.
ALTER TABLE linked_span_joins ADD COLUMN instance INTEGER; -- whose elements belong to this life of the join
ALTER TABLE linked_span_joins ADD COLUMN lists TEXT;       -- JSON: how many elements have arrived, and how many will

-- An element of a list. A key of a join can have another life before the elements of the last one are removed.
CREATE TABLE linked_span_elements (
    position INTEGER NOT NULL PRIMARY KEY, -- the order of arrival
    instance INTEGER NOT NULL,
    input    INTEGER NOT NULL, -- the place of the list in the declaration
    id       TEXT NOT NULL,    -- the identity of the element in its list
    came_at  INTEGER NOT NULL,
    payload  TEXT NOT NULL
);
CREATE UNIQUE INDEX linked_span_elements_id ON linked_span_elements (instance, input, id);

-- Instances that have ended with more elements than one call removes. Later calls remove the others.
CREATE TABLE linked_span_leftovers (
    instance INTEGER NOT NULL PRIMARY KEY
);

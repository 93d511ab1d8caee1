-- Builds the procedures from texts, in which words in capital letters are replaced.
--
-- A line marked `SINCE 2` is left out of the procedures of version 1, and a line marked `UNTIL 1` out of the later ones:
-- the parameters and the replies of a version stay the same.
--
-- Procedures qualify their tables with the schema, because a connection's `search_path` can differ. They cannot use
-- `SET search_path`: a procedure with its own setting cannot commit.
DO $linked_span$
DECLARE
    meanings CONSTANT text[] := ARRAY[
        -- Texts that the client also sends as statements.

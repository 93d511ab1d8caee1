-- The applied migrations, each with the lowest version of a release that may use the tables afterwards.
CREATE TABLE IF NOT EXISTS linked_span_versions (
    version    integer PRIMARY KEY,
    lowest     integer NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The functions with joins in this database, and their inputs in the order of the declaration.
CREATE TABLE IF NOT EXISTS linked_span_functions (
    name        text COLLATE "C" PRIMARY KEY,
    inputs      text NOT NULL,
    searched_at bigint NOT NULL -- when an arrival last searched all due joins
);
-- Tables from before version 1 lack this column. Adding a column that may be NULL rewrites no row.
ALTER TABLE linked_span_functions ADD COLUMN IF NOT EXISTS declared_at bigint; -- when a process last declared the function
-- Plain statements of version 1 name this column, which is always NULL. A migration that excludes version 1 drops it, as it
-- drops the procedures: then the statements fail in processes that are still running.
ALTER TABLE linked_span_functions ADD COLUMN IF NOT EXISTS v1 boolean;

-- A join. Times are milliseconds of the Unix epoch. A join must be one row: a statement that waited for a row lock sees the new
-- version of that row, but no other change that was committed in between.
CREATE TABLE IF NOT EXISTS linked_span_joins (
    name             text COLLATE "C" NOT NULL,
    key              bytea NOT NULL,       -- any UTF-8
    reply            text,                 -- the reply to the last arrival, if it did not only store its input
    at               bigint NOT NULL,      -- when the last input arrived
    stage            text NOT NULL,
    since            bigint NOT NULL,      -- arrival of the first input; for an ended join, its end
    holder           bytea,                -- the token of the holder; for an ended join, of its last holder
    until            bigint NOT NULL,      -- the end of the lease, of the backoff, or of the dedup window
    deadline         bigint NOT NULL,
    attempts         bigint NOT NULL,
    came             integer NOT NULL,     -- a bit for each stored input
    came_at          bigint[] NOT NULL,    -- arrival of each input, by its place in the declaration
    sweep_at         bigint,               -- when a sweep must handle the join; NULL if it has ended or is parked
    opportunistic_at bigint,               -- when an arrival at another join must handle it
    -- One column per payload: a large value is stored outside of the row, and an update does not rewrite an unchanged one.
    payload_0        text,
    payload_1        text,
    payload_2        text,
    payload_3        text,
    payload_4        text,
    payload_5        text,
    payload_6        text,
    payload_7        text,
    payload_8        text,
    payload_9        text,
    payload_10       text,
    payload_11       text,
    PRIMARY KEY (name, key)
) WITH (fillfactor = 70);
ALTER TABLE linked_span_joins ADD COLUMN IF NOT EXISTS detail text; -- why an input cannot be decoded
CREATE INDEX IF NOT EXISTS linked_span_joins_sweep ON linked_span_joins (name, sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_opportunistic ON linked_span_joins (name, opportunistic_at)
    WHERE opportunistic_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_forget ON linked_span_joins (name, until) WHERE stage IN ('completed', 'expired');
CREATE INDEX IF NOT EXISTS linked_span_joins_parked ON linked_span_joins (name, key) WHERE stage IN ('exhausted', 'undecodable');

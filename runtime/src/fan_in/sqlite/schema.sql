-- Version 1. Later migrations only add to it.

-- The applied migrations, each with the lowest version of a release that may use the data afterwards.
CREATE TABLE IF NOT EXISTS linked_span_versions (
    version INTEGER NOT NULL PRIMARY KEY,
    lowest  INTEGER NOT NULL
) STRICT;
INSERT INTO linked_span_versions (version, lowest) VALUES (1, 1) ON CONFLICT DO NOTHING;

-- The functions with joins in this database.
CREATE TABLE IF NOT EXISTS linked_span_functions (
    name        TEXT NOT NULL PRIMARY KEY,
    inputs      TEXT NOT NULL,   -- one per line, in the order of the declaration: `payment: PaymentConfirmed` or `payment`
    declared_at INTEGER NOT NULL -- when a process last declared the function; updated once per minute
) WITHOUT ROWID;

-- These tables are not STRICT: when a later version adds a column, SQLite would read every row of a strict table under a
-- lock, which takes 4 s at a million rows.

-- A join. Times are milliseconds of the Unix epoch.
CREATE TABLE IF NOT EXISTS linked_span_joins (
    name             TEXT NOT NULL,
    key              TEXT NOT NULL,
    stage            TEXT NOT NULL,
    since            INTEGER NOT NULL,     -- arrival of the first input; for an ended join, its end
    holder           TEXT,                 -- the token of the holder; for an ended join, of its last holder
    until            INTEGER NOT NULL,     -- the end of the lease, of the backoff, or of the dedup window
    deadline         INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    sweep_at         INTEGER,              -- when a sweep must handle the join; NULL if it has ended or is parked
    opportunistic_at INTEGER,              -- when an arrival at another join must handle it
    detail           TEXT,                 -- why an input cannot be decoded
    PRIMARY KEY (name, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS linked_span_joins_sweep ON linked_span_joins (name, sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_opportunistic ON linked_span_joins (name, opportunistic_at)
    WHERE opportunistic_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_forget ON linked_span_joins (name, until) WHERE stage IN ('completed', 'expired');
CREATE INDEX IF NOT EXISTS linked_span_joins_unsettled ON linked_span_joins (name, key) WHERE stage NOT IN ('completed', 'expired');
CREATE INDEX IF NOT EXISTS linked_span_joins_parked ON linked_span_joins (name, key) WHERE stage IN ('exhausted', 'undecodable');

-- An input of a join that has not ended.
CREATE TABLE IF NOT EXISTS linked_span_inputs (
    name    TEXT NOT NULL,
    key     TEXT NOT NULL,
    input   INTEGER NOT NULL, -- the input's place in the declaration
    came_at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (name, key, input)
) WITHOUT ROWID;

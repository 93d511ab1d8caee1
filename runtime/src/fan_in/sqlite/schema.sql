-- Version 1. Later versions only add to it, with migrations of their own.

-- The versions whose migrations were applied, and the lowest version of a release that may use the data as it then is.
CREATE TABLE IF NOT EXISTS linked_span_versions (
    version INTEGER NOT NULL PRIMARY KEY,
    lowest  INTEGER NOT NULL
) STRICT;
INSERT INTO linked_span_versions (version, lowest) VALUES (1, 1) ON CONFLICT DO NOTHING;

-- The functions whose joins are kept here.
CREATE TABLE IF NOT EXISTS linked_span_functions (
    name        TEXT NOT NULL PRIMARY KEY,
    inputs      TEXT NOT NULL,   -- one a line, in the order of the declaration: `payment: PaymentConfirmed` or `payment`
    declared_at INTEGER NOT NULL -- when a process that calls the function last declared it, to a minute
) WITHOUT ROWID;

-- None of these is STRICT: SQLite would read each row of a strict table, under a lock, when a later version adds a column
-- (4 s at a million rows, and none otherwise).

-- A join. Moments are milliseconds of the Unix epoch.
CREATE TABLE IF NOT EXISTS linked_span_joins (
    name       TEXT NOT NULL,
    key        TEXT NOT NULL,
    stage      TEXT NOT NULL,
    since      INTEGER NOT NULL, -- when its first input came; when it ended, once it has
    holder     TEXT,             -- whose it is, or was when it ended
    until      INTEGER NOT NULL, -- the end of a lease, of the rest after a failure, or of the dedup window
    deadline   INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    sweep_at   INTEGER,          -- when a sweep has something to do; never, once it has ended or is parked
    passing_at INTEGER,          -- when an arrival at another join has
    detail     TEXT,             -- why an input of it cannot be decoded
    PRIMARY KEY (name, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS linked_span_joins_sweep ON linked_span_joins (name, sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_passing ON linked_span_joins (name, passing_at) WHERE passing_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_forget ON linked_span_joins (name, until) WHERE stage IN ('completed', 'expired');
CREATE INDEX IF NOT EXISTS linked_span_joins_unsettled ON linked_span_joins (name, key) WHERE stage NOT IN ('completed', 'expired');
CREATE INDEX IF NOT EXISTS linked_span_joins_parked ON linked_span_joins (name, key) WHERE stage IN ('exhausted', 'undecodable');

-- An input of a join that has not ended.
CREATE TABLE IF NOT EXISTS linked_span_inputs (
    name    TEXT NOT NULL,
    key     TEXT NOT NULL,
    input   INTEGER NOT NULL, -- its place in the declaration
    came_at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (name, key, input)
) WITHOUT ROWID;

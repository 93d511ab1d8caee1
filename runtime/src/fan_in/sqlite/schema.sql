-- The functions whose joins are kept here, and the names of their inputs in the order of the declaration.
CREATE TABLE IF NOT EXISTS linked_span_functions (
    name   TEXT NOT NULL PRIMARY KEY,
    inputs TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
    passing_at INTEGER,          -- when whoever comes by has
    PRIMARY KEY (name, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS linked_span_joins_sweep ON linked_span_joins (name, sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_passing ON linked_span_joins (name, passing_at) WHERE passing_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_forget ON linked_span_joins (name, until) WHERE stage IN ('completed', 'expired');

-- An input of a join that has not ended.
CREATE TABLE IF NOT EXISTS linked_span_inputs (
    name    TEXT NOT NULL,
    key     TEXT NOT NULL,
    input   INTEGER NOT NULL, -- its place in the declaration
    came_at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (name, key, input)
) STRICT, WITHOUT ROWID;

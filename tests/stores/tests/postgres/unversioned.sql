-- The functions whose joins are kept here, and the names of their inputs in the order of the declaration.
CREATE TABLE IF NOT EXISTS linked_span_functions (
    name      text COLLATE "C" PRIMARY KEY,
    inputs    text NOT NULL,
    searched_at bigint NOT NULL -- when an arrival last searched all due joins
);

-- A join. Moments are milliseconds of the Unix epoch. It is one row, since a statement that has waited for a row sees it
-- as it has become, but nothing else that was committed meanwhile.
CREATE TABLE IF NOT EXISTS linked_span_joins (
    name       text COLLATE "C" NOT NULL,
    key        bytea NOT NULL,    -- UTF-8, of which any is a key
    reply      text,              -- what an arrival was told whose input was not simply taken
    at         bigint NOT NULL,   -- when the last input arrived
    stage      text NOT NULL,
    since      bigint NOT NULL,   -- when its first input came; when it ended, once it has
    holder     bytea,             -- whose it is, or was when it ended
    until      bigint NOT NULL,   -- the end of a lease, of the rest after a failure, or of the dedup window
    deadline   bigint NOT NULL,
    attempts   bigint NOT NULL,
    came       integer NOT NULL,  -- a bit for each input that is kept
    came_at    bigint[] NOT NULL, -- when it came, by its place in the declaration
    sweep_at   bigint,            -- when a sweep has something to do; never, once it has ended or is parked
    opportunistic_at bigint,            -- when an arrival at another join must handle it
    -- A column each: a large value is kept apart from its row, and is not written again as long as it does not change.
    payload_0  text,
    payload_1  text,
    payload_2  text,
    payload_3  text,
    payload_4  text,
    payload_5  text,
    payload_6  text,
    payload_7  text,
    payload_8  text,
    payload_9  text,
    payload_10 text,
    payload_11 text,
    PRIMARY KEY (name, key)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS linked_span_joins_sweep ON linked_span_joins (name, sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_opportunistic ON linked_span_joins (name, opportunistic_at)
    WHERE opportunistic_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS linked_span_joins_forget ON linked_span_joins (name, until) WHERE stage IN ('completed', 'expired');
CREATE INDEX IF NOT EXISTS linked_span_joins_parked ON linked_span_joins (name, key) WHERE stage IN ('exhausted', 'undecodable');

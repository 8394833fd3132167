-- Sums per stretch of time, kept by the transaction that changes what they sum up (docs/adr/0008-rollups.md). `span` is
-- the length of the stretch in hours, `hour` its beginning in hours since 1970, `scope` a country, '-' for none, or
-- nothing. `sums` is a list of keys and numbers; crates/storage/src/rollup.rs reads it.
CREATE TABLE rollups (
    ledger INTEGER NOT NULL,
    span INTEGER NOT NULL,
    hour BIGINT NOT NULL,
    scope TEXT NOT NULL,
    sums BYTEA NOT NULL,
    PRIMARY KEY (ledger, span, hour, scope)
) WITH (fillfactor = 70);

-- Which definition of the sums the rows follow. Another one than the program's, and all is counted anew when migrating.
CREATE TABLE rollup_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
);
INSERT INTO rollup_version (id, version) VALUES (1, 0);

-- The Merkle tree over the audit log (RFC 9162): the roots of its full subtrees of 16 leaves (level 4) and more.
CREATE TABLE audit_nodes (
    level INTEGER NOT NULL,
    place BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, place)
);

-- For reading the log by what happened, by whom, and when.
CREATE INDEX audit_by_action ON audit (action, seq);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_at ON audit (at, seq);

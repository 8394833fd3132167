-- Reports to authorities. What a report says is fixed when it is asked for: `frozen` has it (JSON, kept as text), as far as
-- it is not append-only anyway. `wake_at` is when somebody has to look at it: the next attempt, or the end of a claim.
CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    seq INTEGER NOT NULL,
    regime TEXT NOT NULL,
    phase TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    incident_version BIGINT NOT NULL,
    facts_version INTEGER,
    rule_version TEXT NOT NULL,
    missing TEXT NOT NULL,
    bundle TEXT,
    submitted_at BIGINT,
    reference TEXT,
    received_at BIGINT,
    receipts TEXT NOT NULL,
    failure TEXT,
    tries INTEGER NOT NULL,
    claim BIGINT NOT NULL,
    wake_at BIGINT,
    version BIGINT NOT NULL,
    frozen TEXT NOT NULL,
    UNIQUE (incident_id, seq)
);
CREATE INDEX reports_to_wake ON reports (wake_at) WHERE wake_at IS NOT NULL;

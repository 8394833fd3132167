-- Deliveries to the intake, whatever their kind: one row per request, written before it is answered. `wake_at` is when
-- somebody has to look at it: the time it came in, then the end of a claim; none once it is settled. `steps` is how far
-- its processing has come, so that a crash resumes and counts nothing twice. JSON is kept as text.
CREATE TABLE intake (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    sender TEXT NOT NULL,
    received_by TEXT NOT NULL,
    request_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    finished_at BIGINT,
    media_type TEXT,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    storage_key TEXT,
    command TEXT,
    event_count INTEGER NOT NULL CHECK (event_count >= 0),
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    faults TEXT NOT NULL,
    reason TEXT,
    duplicate_of BLOB,
    steps INTEGER NOT NULL,
    incident_count INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    wake_at BIGINT
);
-- The queue, and how long it is.
CREATE INDEX intake_queue ON intake (wake_at, size) WHERE wake_at IS NOT NULL;
-- The same content by the same sender.
CREATE INDEX intake_by_content ON intake (sender, sha256, id) WHERE duplicate_of IS NULL;
-- Content the queue still refers to.
CREATE INDEX intake_by_storage_key ON intake (storage_key) WHERE storage_key IS NOT NULL;

-- Which incidents a delivery opened or joined, and with how many events.
CREATE TABLE intake_incidents (
    intake_id BLOB NOT NULL REFERENCES intake (id) ON DELETE CASCADE,
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    event_count INTEGER NOT NULL,
    opened BOOLEAN NOT NULL,
    PRIMARY KEY (intake_id, incident_id)
);
CREATE INDEX intake_incidents_by_incident ON intake_incidents (incident_id);

-- What the events of an incident have in common, how many there are, and when the first and the last were seen.
CREATE TABLE correlations (
    incident_id BLOB NOT NULL PRIMARY KEY REFERENCES incidents (id) ON DELETE CASCADE,
    correlation_key TEXT NOT NULL,
    event_count BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    batches INTEGER NOT NULL
);
CREATE INDEX correlations_by_key ON correlations (correlation_key, incident_id);

-- Content may belong to several items now: it goes with the last of them.
CREATE INDEX evidence_by_stored_key ON evidence (stored_key) WHERE stored_key IS NOT NULL;

-- What is known of an incident beyond its record, from which reports are filled. A version is never changed, a change is
-- a new one. Sheet and circumstances are JSON, kept as text.
CREATE TABLE facts (
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    sheet TEXT NOT NULL,
    circumstances TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (incident_id, version)
);
-- Decisions of people that a duty to report does not apply; a withdrawn one stays.
CREATE TABLE waivers (
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    regime TEXT NOT NULL,
    step TEXT,
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at BIGINT,
    withdrawn_reason TEXT,
    PRIMARY KEY (incident_id, number)
);
-- The clocks of incidents that have any, as they stood when last computed. `place` orders them: the milliseconds of the
-- due time, or of the end of 9999 if there is none, times 1024, and the number of the duty. `pending` is the same as long
-- as something is due. At `wake_at` time alone changes the state.
CREATE TABLE clocks (
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    regime TEXT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT,
    place BIGINT NOT NULL,
    pending BIGINT,
    wake_at BIGINT,
    snapshot TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, regime, step)
);
CREATE INDEX clocks_by_state ON clocks (state, place, incident_id);
CREATE INDEX clocks_pending ON clocks (pending, incident_id) WHERE pending IS NOT NULL;
CREATE INDEX clocks_to_wake ON clocks (wake_at) WHERE wake_at IS NOT NULL;
-- How the clocks of an incident moved. Rows are only added.
CREATE TABLE clock_changes (
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    regime TEXT NOT NULL,
    step TEXT NOT NULL,
    kind TEXT NOT NULL,
    snapshot_before TEXT,
    snapshot_after TEXT,
    PRIMARY KEY (incident_id, number)
);
-- The rules all clocks follow, or are on the way to: how far the incidents were computed anew since they were others.
CREATE TABLE deadline_rules (
    name TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL,
    version TEXT NOT NULL,
    since BIGINT NOT NULL,
    swept_to BLOB,
    done BOOLEAN NOT NULL
);

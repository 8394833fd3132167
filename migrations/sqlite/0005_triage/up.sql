-- Triage runs: what was asked, what came of it, and for a language model what was said. A row changes once, when its run
-- ends; verdict and recommended actions are JSON, kept as text.
CREATE TABLE triage_runs (
    id BLOB NOT NULL PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    status TEXT NOT NULL,
    engine TEXT NOT NULL,
    model TEXT,
    playbook TEXT NOT NULL,
    verdict TEXT,
    recommended_actions TEXT NOT NULL,
    fallback TEXT,
    failure TEXT,
    requested_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    finished_at BIGINT,
    duration_ms BIGINT,
    prompt TEXT,
    answer TEXT,
    prompt_tokens BIGINT,
    completion_tokens BIGINT,
    cost DOUBLE PRECISION,
    UNIQUE (incident_id, seq)
);
-- One run at a time of an incident.
CREATE UNIQUE INDEX triage_runs_under_way ON triage_runs (incident_id) WHERE status = 'running';

-- What quarantine, restoring and lists of agents need. New columns have defaults: a replica of the version before,
-- which only ever registers unverified agents, may still be serving.

-- Lists go by id; the order is that of SQLite and of no country.
ALTER TABLE agents ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE agents ADD COLUMN registered BOOLEAN NOT NULL DEFAULT FALSE;
-- Follows from the other columns; here for lists that filter by it.
ALTER TABLE agents ADD COLUMN status TEXT NOT NULL DEFAULT 'unverified';
ALTER TABLE agents ADD COLUMN quarantined_at TIMESTAMPTZ;
ALTER TABLE agents ADD COLUMN quarantined_by TEXT;
ALTER TABLE agents ADD COLUMN quarantined_by_principal TEXT;
ALTER TABLE agents ADD COLUMN quarantine_approved_by TEXT;
ALTER TABLE agents ADD COLUMN quarantine_reason TEXT;
ALTER TABLE agents ADD COLUMN quarantine_incident UUID REFERENCES incidents (id) ON DELETE SET NULL;
UPDATE agents SET registered = NOT unverified, status = CASE
    WHEN quarantined THEN 'quarantined'
    WHEN unverified THEN 'unverified'
    WHEN current_score - baseline_score <= -10 THEN 'degraded'
    ELSE 'active' END;
CREATE INDEX agents_by_status ON agents (status, id);
CREATE INDEX agents_by_quarantine_incident ON agents (quarantine_incident) WHERE quarantine_incident IS NOT NULL;

-- Append-only; one entry per version of the agent. No reference to incidents and evidence: it outlives them.
CREATE TABLE agent_history (
    agent_id TEXT COLLATE "C" NOT NULL REFERENCES agents (id),
    seq BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    what TEXT NOT NULL,
    event TEXT,
    score_before INTEGER,
    score_after INTEGER NOT NULL,
    status_after TEXT NOT NULL,
    by_actor TEXT NOT NULL,
    approved_by TEXT,
    incident_id UUID,
    evidence_id UUID,
    note TEXT,
    PRIMARY KEY (agent_id, seq)
);

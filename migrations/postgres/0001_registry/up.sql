-- The registry's first tables. Times are timestamptz. JSON is kept as text,
-- so that what was hashed comes back byte for byte (docs/adr/0002-storage.md).

CREATE TABLE incidents (
    id UUID NOT NULL PRIMARY KEY,
    public_year INTEGER NOT NULL,
    public_number BIGINT NOT NULL CHECK (public_number > 0),
    title TEXT NOT NULL,
    summary TEXT,
    source_type TEXT NOT NULL,
    source TEXT,
    level TEXT NOT NULL,
    category TEXT NOT NULL,
    severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 10),
    band TEXT NOT NULL,
    priority_rank INTEGER NOT NULL CHECK (priority_rank BETWEEN 0 AND 4),
    evidence_status TEXT NOT NULL,
    status_rank INTEGER NOT NULL CHECK (status_rank BETWEEN 0 AND 2),
    lifecycle TEXT NOT NULL,
    disposition TEXT,
    resolution TEXT,
    flags INTEGER NOT NULL,
    lowered_flags INTEGER NOT NULL,
    agent_id TEXT,
    asset TEXT,
    country TEXT,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    sector TEXT,
    impact_confidentiality INTEGER NOT NULL,
    impact_integrity INTEGER NOT NULL,
    impact_availability INTEGER NOT NULL,
    occurred_at TIMESTAMPTZ,
    detected_at TIMESTAMPTZ,
    aware_at TIMESTAMPTZ,
    sla_due_at TIMESTAMPTZ,
    verdict TEXT,
    recommended_actions TEXT NOT NULL,
    raw_data TEXT,
    tags TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    triaged_at TIMESTAMPTZ,
    contained_at TIMESTAMPTZ,
    resolved_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    reopened_at TIMESTAMPTZ,
    created_by TEXT NOT NULL,
    legal_hold BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    facets BIGINT NOT NULL,
    search_text TEXT NOT NULL,
    search TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED,
    UNIQUE (public_year, public_number),
    -- A claim never stronger than its proof, also against a hand at the database.
    CHECK (priority_rank = 0 OR evidence_status <> 'gap')
);

-- One index per filter, each in the order of ids (which is the order of creation) and each with `facets` (all small
-- filters packed into one number) and the SLA, so that further filters and counts need no table look-up. Partial ones
-- name bits of `facets` for the same reason: one per flag, and (facets & 28 <> 20) for what is not closed.
CREATE INDEX incidents_by_id ON incidents (id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_status_rank ON incidents (status_rank, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_lifecycle ON incidents (lifecycle, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_band ON incidents (band, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_priority_rank ON incidents (priority_rank, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_level ON incidents (level, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_evidence_status ON incidents (evidence_status, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_category ON incidents (category, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_agent_id ON incidents (agent_id, id) INCLUDE (facets, sla_due_at) WHERE agent_id IS NOT NULL;
CREATE INDEX incidents_by_country ON incidents (country, id) INCLUDE (facets, sla_due_at) WHERE country IS NOT NULL;
CREATE INDEX incidents_by_sector ON incidents (sector, id) INCLUDE (facets, sla_due_at) WHERE sector IS NOT NULL;
CREATE INDEX incidents_by_ai_act_relevant ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 34359738368 <> 0;
CREATE INDEX incidents_by_ai_high_risk ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 68719476736 <> 0;
CREATE INDEX incidents_by_ai_serious_incident ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 137438953472 <> 0;
CREATE INDEX incidents_by_gdpr_personal_data ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 274877906944 <> 0;
CREATE INDEX incidents_by_gdpr_breach ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 549755813888 <> 0;
CREATE INDEX incidents_by_nis2_relevant ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 1099511627776 <> 0;
CREATE INDEX incidents_by_ksc_relevant ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 2199023255552 <> 0;
CREATE INDEX incidents_by_dora_relevant ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 4398046511104 <> 0;
CREATE INDEX incidents_by_critical_infra ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 8796093022208 <> 0;
CREATE INDEX incidents_by_law_enforcement ON incidents (id) INCLUDE (facets, sla_due_at) WHERE facets & 17592186044416 <> 0;
CREATE INDEX incidents_by_severity ON incidents (severity, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_updated_at ON incidents (updated_at, id) INCLUDE (facets, sla_due_at);
CREATE INDEX incidents_by_due ON incidents (sla_due_at, id) INCLUDE (facets) WHERE sla_due_at IS NOT NULL AND facets & 28 <> 20;
CREATE INDEX incidents_by_sla ON incidents (id) INCLUDE (facets, sla_due_at) WHERE sla_due_at IS NOT NULL AND facets & 28 <> 20;

CREATE INDEX incidents_by_text ON incidents USING GIN (search);

-- How many incidents have which value of which filter; a list needs no count, and knows its best index.
CREATE TABLE facet_counts (
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (facet, value)
);

-- The last incident number of each year. Locked by whoever takes one until the transaction ends: no gap, no repeat.
CREATE TABLE incident_numbers (
    year INTEGER PRIMARY KEY,
    last BIGINT NOT NULL
);

CREATE TABLE evidence (
    id UUID NOT NULL PRIMARY KEY,
    incident_id UUID NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    content_ref TEXT,
    hash_sha256 TEXT,
    confidence INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
    visibility TEXT NOT NULL,
    description TEXT,
    contradicts UUID,
    tlp TEXT,
    status TEXT NOT NULL,
    stored_size BIGINT,
    stored_media_type TEXT,
    stored_file_name TEXT,
    stored_key TEXT,
    broken BOOLEAN NOT NULL,
    custody_entries INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX evidence_by_incident ON evidence (incident_id, id);

-- Append-only; each entry carries the hash of the one before.
CREATE TABLE custody (
    evidence_id UUID NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    ts TIMESTAMPTZ NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    hash_after TEXT,
    intact BOOLEAN,
    note TEXT,
    prev_hash TEXT NOT NULL,
    entry_hash TEXT NOT NULL,
    PRIMARY KEY (evidence_id, seq)
);

CREATE TABLE actions (
    id UUID NOT NULL PRIMARY KEY,
    incident_id UUID NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    action_type TEXT NOT NULL,
    owner TEXT,
    due_at TIMESTAMPTZ,
    status TEXT NOT NULL,
    validation_ref UUID,
    comment TEXT,
    requested_by TEXT NOT NULL,
    requested_at TIMESTAMPTZ NOT NULL,
    executed_by TEXT,
    executed_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX actions_by_incident ON actions (incident_id, id);

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    owner TEXT,
    tier TEXT,
    baseline_score INTEGER NOT NULL CHECK (baseline_score BETWEEN 0 AND 100),
    current_score INTEGER NOT NULL CHECK (current_score BETWEEN 0 AND 100),
    quarantined BOOLEAN NOT NULL,
    unverified BOOLEAN NOT NULL,
    allowed_tools TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL
);

-- Append-only and hash-chained. No reference to incidents: the log outlives them.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    incident_id UUID,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_incident ON audit (incident_id, seq) WHERE incident_id IS NOT NULL;

-- The end of the log, kept apart from it: a log cut short shows. Every writer takes this row last.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- What happened and may have to be told to others; the audit entry of the same number has the words.
CREATE TABLE outbox (
    seq BIGINT NOT NULL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    topic TEXT NOT NULL
);

-- Content nobody refers to any more, to be deleted from the blob store.
CREATE TABLE discarded_blobs (
    storage_key TEXT NOT NULL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL
);

-- Work that takes time, claimed with a lease.
CREATE TABLE jobs (
    name TEXT NOT NULL PRIMARY KEY,
    run_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    attempts INTEGER NOT NULL,
    last_error TEXT
);
CREATE INDEX jobs_by_run_at ON jobs (run_at);

CREATE TABLE idempotency (
    principal TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (principal, request_key)
);
CREATE INDEX idempotency_by_created_at ON idempotency (created_at);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);

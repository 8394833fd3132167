-- The registry's first tables. Times are milliseconds since 1970, UUIDs 16-byte blobs. JSON is kept as text,
-- so that what was hashed comes back byte for byte (docs/adr/0002-storage.md).

CREATE TABLE incidents (
    -- The rowid, by name, so that it stays the same: full text refers to it.
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
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
    occurred_at BIGINT,
    detected_at BIGINT,
    aware_at BIGINT,
    sla_due_at BIGINT,
    verdict TEXT,
    recommended_actions TEXT NOT NULL,
    raw_data TEXT,
    tags TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    triaged_at BIGINT,
    contained_at BIGINT,
    resolved_at BIGINT,
    closed_at BIGINT,
    reopened_at BIGINT,
    created_by TEXT NOT NULL,
    legal_hold BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    facets BIGINT NOT NULL,
    search_text TEXT NOT NULL,
    UNIQUE (public_year, public_number),
    -- A claim never stronger than its proof, also against a hand at the database.
    CHECK (priority_rank = 0 OR evidence_status <> 'gap')
);

-- One index per filter, each in the order of ids (which is the order of creation) and each with `facets` (all small
-- filters packed into one number) and the SLA, so that further filters and counts need no table look-up. Partial ones
-- name bits of `facets` for the same reason: one per flag, and (facets & 28 <> 20) for what is not closed.
CREATE INDEX incidents_by_id ON incidents (id, facets, sla_due_at);
CREATE INDEX incidents_by_status_rank ON incidents (status_rank, id, facets, sla_due_at);
CREATE INDEX incidents_by_lifecycle ON incidents (lifecycle, id, facets, sla_due_at);
CREATE INDEX incidents_by_band ON incidents (band, id, facets, sla_due_at);
CREATE INDEX incidents_by_priority_rank ON incidents (priority_rank, id, facets, sla_due_at);
CREATE INDEX incidents_by_level ON incidents (level, id, facets, sla_due_at);
CREATE INDEX incidents_by_evidence_status ON incidents (evidence_status, id, facets, sla_due_at);
CREATE INDEX incidents_by_category ON incidents (category, id, facets, sla_due_at);
CREATE INDEX incidents_by_agent_id ON incidents (agent_id, id, facets, sla_due_at) WHERE agent_id IS NOT NULL;
CREATE INDEX incidents_by_country ON incidents (country, id, facets, sla_due_at) WHERE country IS NOT NULL;
CREATE INDEX incidents_by_sector ON incidents (sector, id, facets, sla_due_at) WHERE sector IS NOT NULL;
CREATE INDEX incidents_by_ai_act_relevant ON incidents (id, facets, sla_due_at) WHERE facets & 34359738368 <> 0;
CREATE INDEX incidents_by_ai_high_risk ON incidents (id, facets, sla_due_at) WHERE facets & 68719476736 <> 0;
CREATE INDEX incidents_by_ai_serious_incident ON incidents (id, facets, sla_due_at) WHERE facets & 137438953472 <> 0;
CREATE INDEX incidents_by_gdpr_personal_data ON incidents (id, facets, sla_due_at) WHERE facets & 274877906944 <> 0;
CREATE INDEX incidents_by_gdpr_breach ON incidents (id, facets, sla_due_at) WHERE facets & 549755813888 <> 0;
CREATE INDEX incidents_by_nis2_relevant ON incidents (id, facets, sla_due_at) WHERE facets & 1099511627776 <> 0;
CREATE INDEX incidents_by_ksc_relevant ON incidents (id, facets, sla_due_at) WHERE facets & 2199023255552 <> 0;
CREATE INDEX incidents_by_dora_relevant ON incidents (id, facets, sla_due_at) WHERE facets & 4398046511104 <> 0;
CREATE INDEX incidents_by_critical_infra ON incidents (id, facets, sla_due_at) WHERE facets & 8796093022208 <> 0;
CREATE INDEX incidents_by_law_enforcement ON incidents (id, facets, sla_due_at) WHERE facets & 17592186044416 <> 0;
CREATE INDEX incidents_by_severity ON incidents (severity, id, facets, sla_due_at);
CREATE INDEX incidents_by_updated_at ON incidents (updated_at, id, facets, sla_due_at);
CREATE INDEX incidents_by_due ON incidents (sla_due_at, id, facets) WHERE sla_due_at IS NOT NULL AND facets & 28 <> 20;
CREATE INDEX incidents_by_sla ON incidents (id, facets, sla_due_at) WHERE sla_due_at IS NOT NULL AND facets & 28 <> 20;

-- Full text over search_text, which is reduced to plain words already, and over the facets as words (a letter per
-- field, as in crates/storage/src/facets.rs), so that a text and small filters meet in one index. It holds no copy.
CREATE VIRTUAL TABLE incident_text USING fts5 (
    search_text, facets, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0'
);
CREATE TRIGGER incident_text_insert AFTER INSERT ON incidents BEGIN
    INSERT INTO incident_text (rowid, search_text, facets) VALUES (new.seq, new.search_text,
        'a' || (new.facets & 3) || ' b' || (new.facets >> 2 & 7) || ' c' || (new.facets >> 5 & 3)
        || ' d' || (new.facets >> 7 & 7) || ' e' || (new.facets >> 10 & 3) || ' f' || (new.facets >> 12 & 7)
        || ' h' || (new.facets >> 15 & 31) || ' i' || (new.facets >> 20 & 31) || ' k' || (new.facets >> 25 & 1023)
        || iif(new.facets >> 35 & 1, ' g0', '')
        || iif(new.facets >> 36 & 1, ' g1', '')
        || iif(new.facets >> 37 & 1, ' g2', '')
        || iif(new.facets >> 38 & 1, ' g3', '')
        || iif(new.facets >> 39 & 1, ' g4', '')
        || iif(new.facets >> 40 & 1, ' g5', '')
        || iif(new.facets >> 41 & 1, ' g6', '')
        || iif(new.facets >> 42 & 1, ' g7', '')
        || iif(new.facets >> 43 & 1, ' g8', '')
        || iif(new.facets >> 44 & 1, ' g9', ''));
END;
CREATE TRIGGER incident_text_update AFTER UPDATE OF search_text, facets ON incidents
WHEN old.search_text <> new.search_text OR old.facets <> new.facets BEGIN
    DELETE FROM incident_text WHERE rowid = old.seq;
    INSERT INTO incident_text (rowid, search_text, facets) VALUES (new.seq, new.search_text,
        'a' || (new.facets & 3) || ' b' || (new.facets >> 2 & 7) || ' c' || (new.facets >> 5 & 3)
        || ' d' || (new.facets >> 7 & 7) || ' e' || (new.facets >> 10 & 3) || ' f' || (new.facets >> 12 & 7)
        || ' h' || (new.facets >> 15 & 31) || ' i' || (new.facets >> 20 & 31) || ' k' || (new.facets >> 25 & 1023)
        || iif(new.facets >> 35 & 1, ' g0', '')
        || iif(new.facets >> 36 & 1, ' g1', '')
        || iif(new.facets >> 37 & 1, ' g2', '')
        || iif(new.facets >> 38 & 1, ' g3', '')
        || iif(new.facets >> 39 & 1, ' g4', '')
        || iif(new.facets >> 40 & 1, ' g5', '')
        || iif(new.facets >> 41 & 1, ' g6', '')
        || iif(new.facets >> 42 & 1, ' g7', '')
        || iif(new.facets >> 43 & 1, ' g8', '')
        || iif(new.facets >> 44 & 1, ' g9', ''));
END;
CREATE TRIGGER incident_text_delete AFTER DELETE ON incidents BEGIN
    DELETE FROM incident_text WHERE rowid = old.seq;
END;

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
    id BLOB NOT NULL PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    content_ref TEXT,
    hash_sha256 TEXT,
    confidence INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
    visibility TEXT NOT NULL,
    description TEXT,
    contradicts BLOB,
    tlp TEXT,
    status TEXT NOT NULL,
    stored_size BIGINT,
    stored_media_type TEXT,
    stored_file_name TEXT,
    stored_key TEXT,
    broken BOOLEAN NOT NULL,
    custody_entries INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX evidence_by_incident ON evidence (incident_id, id);

-- Append-only; each entry carries the hash of the one before.
CREATE TABLE custody (
    evidence_id BLOB NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    ts BIGINT NOT NULL,
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
    id BLOB NOT NULL PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    action_type TEXT NOT NULL,
    owner TEXT,
    due_at BIGINT,
    status TEXT NOT NULL,
    validation_ref BLOB,
    comment TEXT,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    executed_by TEXT,
    executed_at BIGINT,
    updated_at BIGINT NOT NULL,
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
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- Append-only and hash-chained. No reference to incidents: the log outlives them.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    incident_id BLOB,
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
    at BIGINT NOT NULL,
    topic TEXT NOT NULL
);

-- Content nobody refers to any more, to be deleted from the blob store.
CREATE TABLE discarded_blobs (
    storage_key TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

-- Work that takes time, claimed with a lease.
CREATE TABLE jobs (
    name TEXT NOT NULL PRIMARY KEY,
    run_at BIGINT NOT NULL,
    lease_until BIGINT,
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
    body BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (principal, request_key)
);
CREATE INDEX idempotency_by_created_at ON idempotency (created_at);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

-- Subscriptions to events. `position` is the last number of the outbox that is done with; the secret is sealed with a
-- key that is not in the database. Disabled ones have no `next_at`.
CREATE TABLE webhooks (
    id BLOB NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    types TEXT NOT NULL,
    audience TEXT NOT NULL,
    description TEXT,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    position BIGINT NOT NULL,
    next_at BIGINT,
    lease_until BIGINT,
    claims BIGINT NOT NULL,
    repeating BOOLEAN NOT NULL,
    missed BIGINT NOT NULL,
    failing_since BIGINT,
    last_error TEXT,
    delivered_at BIGINT,
    disabled_at BIGINT,
    disabled_reason TEXT
);
CREATE INDEX webhooks_by_next_at ON webhooks (next_at) WHERE next_at IS NOT NULL;

-- What became of an event for a subscription. The audit log has the event itself.
CREATE TABLE webhook_deliveries (
    webhook_id BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    topic TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    tried_at BIGINT NOT NULL,
    next_at BIGINT,
    PRIMARY KEY (webhook_id, seq)
);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook_id, state, seq);

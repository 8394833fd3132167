-- What incidents from feeds are known by. `hash` is a SHA-256, of what `kind` says: `url` the canonical address of an
-- article, `text` its words, `mail` a reported mail, `stix` the STIX id of an object. One incident for each: the primary
-- key decides between two that come at once.
CREATE TABLE feed_keys (
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    incident_id UUID NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, hash)
);
CREATE INDEX feed_keys_by_incident ON feed_keys (incident_id);

-- The texts of articles for finding those that are nearly the same: a SimHash under each of its four bands.
CREATE TABLE feed_texts (
    band INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    near BIGINT NOT NULL,
    incident_id UUID NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    PRIMARY KEY (band, at, near, incident_id)
);
CREATE INDEX feed_texts_by_incident ON feed_texts (incident_id);

-- The originals an incident has as evidence, by a SHA-256: the same one is attached once.
CREATE TABLE feed_originals (
    incident_id UUID NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    PRIMARY KEY (incident_id, hash)
);

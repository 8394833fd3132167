-- What incidents can be recognised by: addresses, names, digests. `sources` has a bit per place an indicator is known
-- from (1 public, 2 evidence, 4 raw_data), and so says who may know it.
CREATE TABLE indicators (
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    sources INTEGER NOT NULL,
    PRIMARY KEY (incident_id, seq)
) WITHOUT ROWID;

-- The words of the text index, for prefixes: it holds nothing of its own.
CREATE VIRTUAL TABLE incident_words USING fts5vocab (incident_text, instance);

-- Of the claims of a delivery, how many do not count towards giving it up: those that ended because something was away, and
-- those before somebody had it tried again. `retried_at` is when that was last.
ALTER TABLE intake ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intake ADD COLUMN retried_at BIGINT;
-- Settled deliveries that keep their content, for housekeeping.
CREATE INDEX intake_kept ON intake (finished_at) WHERE storage_key IS NOT NULL AND finished_at IS NOT NULL;

-- Events come late: the incidents of a key are looked for by time, not by age.
DROP INDEX correlations_by_key;
CREATE INDEX correlations_by_time ON correlations (correlation_key, last_seen, first_seen, incident_id);

-- The secret before the last rotation, sealed like the other, and until when it still signs.
ALTER TABLE webhooks ADD COLUMN previous_secret TEXT;
ALTER TABLE webhooks ADD COLUMN previous_until BIGINT;

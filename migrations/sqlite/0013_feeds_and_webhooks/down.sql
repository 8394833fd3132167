ALTER TABLE webhooks DROP COLUMN previous_until;
ALTER TABLE webhooks DROP COLUMN previous_secret;
DROP INDEX correlations_by_time;
CREATE INDEX correlations_by_key ON correlations (correlation_key, incident_id);
DROP INDEX intake_kept;
ALTER TABLE intake DROP COLUMN retried_at;
ALTER TABLE intake DROP COLUMN forgiven;

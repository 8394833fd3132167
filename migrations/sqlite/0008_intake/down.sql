DROP INDEX evidence_by_stored_key;
DROP TABLE correlations;
DROP TABLE intake_incidents;
DROP TABLE intake;

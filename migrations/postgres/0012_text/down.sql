DROP INDEX incidents_by_text;
CREATE INDEX incidents_by_text ON incidents USING GIN (search);
DROP FUNCTION facet_values(BIGINT);
DROP TABLE search_version;

DROP INDEX audit_by_at;
DROP INDEX audit_by_actor;
DROP INDEX audit_by_action;
DROP TABLE audit_nodes;
DROP TABLE rollup_version;
DROP TABLE rollups;

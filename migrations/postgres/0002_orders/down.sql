DROP INDEX actions_by_wake;
DROP INDEX actions_by_level;
DROP INDEX actions_by_status;
ALTER TABLE actions DROP COLUMN wake_at;
ALTER TABLE actions DROP COLUMN step_data;
ALTER TABLE actions DROP COLUMN order_data;
ALTER TABLE actions DROP COLUMN approval_level;

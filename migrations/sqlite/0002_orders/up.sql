-- Orders beside steps: what policy and people decided about an action, and how its connector fared. The order and the
-- playbook step are JSON, kept as text; what lists and the job loop ask for has a column.
ALTER TABLE actions ADD COLUMN approval_level TEXT;
ALTER TABLE actions ADD COLUMN order_data TEXT;
ALTER TABLE actions ADD COLUMN step_data TEXT;
ALTER TABLE actions ADD COLUMN wake_at BIGINT;

-- The inbox: by status, by level, by both, newest first.
CREATE INDEX actions_by_status ON actions (status, id);
CREATE INDEX actions_by_level ON actions (approval_level, status, id) WHERE approval_level IS NOT NULL;
-- What the job loop has to look at.
CREATE INDEX actions_by_wake ON actions (wake_at) WHERE wake_at IS NOT NULL;

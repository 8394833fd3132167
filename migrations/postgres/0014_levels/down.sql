-- An earlier program counts anew by its own definition.
ALTER TABLE rollups DROP COLUMN levels;
UPDATE rollup_version SET version = 0;

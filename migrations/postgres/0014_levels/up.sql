-- What a rollup counts level by level, apart from what it counts of all levels together: reading the map of all levels takes
-- a third of the bytes. Sums are counted anew when migrating, as their definition has changed (rollup_version).
ALTER TABLE rollups ADD COLUMN levels BYTEA NOT NULL DEFAULT '';

-- What a rollup counts level by level in rows of its own: the usual map reads nothing of it, and what it reads lies close
-- together. What is counted of all incidents, figures and the map's timeline, shares a row. All sums are counted anew when
-- migrating, under other numbers of ledgers. The column `levels` stays for replicas of an earlier program that still serve;
-- nobody else writes or reads it.
DELETE FROM rollups;

-- Which words `search_text` holds. Another version than the program's, and they are made anew when migrating.
CREATE TABLE search_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
);
INSERT INTO search_version (id, version) VALUES (1, 0);

-- Whether some incident was inserted more than 16 rows after one with a higher id, as by a clock set back. Until then the
-- text index, whose order is that of insertion, may be read in place of the order of ids.
CREATE TABLE insertion_order (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    broken INTEGER NOT NULL
);
INSERT INTO insertion_order (id, broken) VALUES (1, EXISTS (
    SELECT 1 FROM (
        SELECT seq, MIN(seq) OVER (ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS first_above
        FROM incidents
    ) WHERE first_above < seq - 16
));
CREATE TRIGGER incidents_out_of_order AFTER INSERT ON incidents
WHEN EXISTS (SELECT 1 FROM incidents WHERE id > new.id AND seq < new.seq - 16)
    AND NOT (SELECT broken FROM insertion_order) BEGIN
    UPDATE insertion_order SET broken = 1;
END;

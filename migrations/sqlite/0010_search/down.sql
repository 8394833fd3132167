DROP TABLE incident_words;
DROP TABLE indicators;

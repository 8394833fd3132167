DROP TABLE feed_originals;
DROP TABLE feed_texts;
DROP TABLE feed_keys;

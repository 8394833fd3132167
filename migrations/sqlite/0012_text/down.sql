DROP TRIGGER incidents_out_of_order;
DROP TABLE insertion_order;
DROP TABLE search_version;

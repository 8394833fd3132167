DROP TABLE deadline_rules;
DROP TABLE clock_changes;
DROP TABLE clocks;
DROP TABLE waivers;
DROP TABLE facts;

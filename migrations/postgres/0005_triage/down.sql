DROP TABLE triage_runs;

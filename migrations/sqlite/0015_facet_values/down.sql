-- Nothing: it is PostgreSQL's function that changes, and both databases count their migrations alike.
SELECT 1;

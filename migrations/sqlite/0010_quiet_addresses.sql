-- SQLite has no log that could tell addresses.
SELECT 1;

-- SQLite has json_extract.
SELECT 1;

-- What SQLite has by that name, for paths such as $.name: one statement serves both. Characters that
-- PostgreSQL cannot hold (\u0000, halves of surrogate pairs) are read as "?", wherever they stand.
CREATE OR REPLACE FUNCTION json_extract(document TEXT, path TEXT) RETURNS TEXT LANGUAGE sql STABLE PARALLEL SAFE
  AS $$SELECT regexp_replace(document, '(?<!\\)((?:\\\\)*)\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\1?', 'g')::json
    #>> string_to_array(substr(path, 3), '.')$$;

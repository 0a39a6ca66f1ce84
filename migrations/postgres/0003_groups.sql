-- +goose Up
-- The default serves the previous release, which does not know the column while nodes are replaced.
ALTER TABLE users ADD COLUMN member_of TEXT NOT NULL DEFAULT '[]';

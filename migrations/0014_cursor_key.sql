-- The key by which cursors of lists are sealed: a cursor holds the sort key of a row, such as the whole
-- name of a village, which its reader may not see whole. One row, written when the database is opened
-- for the first time. It stands here so that all programs on one database read each other's cursors;
-- who can read it can read the records themselves.
CREATE TABLE cursor_key (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    key BYTEA NOT NULL
);

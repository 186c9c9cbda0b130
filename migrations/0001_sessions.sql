-- What d1Store() keeps. The key is the hash of a session's id; expires is in seconds since the epoch.
CREATE TABLE sessions (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- For sweepD1(): it finds what has expired without reading the rest.
CREATE INDEX sessions_expires ON sessions (expires);

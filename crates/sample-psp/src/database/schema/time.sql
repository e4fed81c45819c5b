-- Up to when business time was seen, so that a clock that was set back is noticed also over a restart.
CREATE TABLE time (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seen_ms INTEGER NOT NULL
) STRICT;

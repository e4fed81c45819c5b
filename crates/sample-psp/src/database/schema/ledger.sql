-- The PSP's ledger. A payment's row is its name and its version; everything that happened stands in its entries.
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,
  psp_transaction_id TEXT NOT NULL UNIQUE,
  msn TEXT NOT NULL,
  order_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  terms TEXT NOT NULL,
  UNIQUE (msn, order_id)
) STRICT;

CREATE TABLE entry (
  payment INTEGER NOT NULL REFERENCES payment (id),
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (payment, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_is_append_only BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'entries are append-only'); END;

-- Which payment a 3-D Secure session belongs to.
CREATE TABLE session (
  name TEXT PRIMARY KEY,
  payment INTEGER NOT NULL REFERENCES payment (id)
) STRICT, WITHOUT ROWID;

-- What is to be done, and when; derived from the payment whenever that changes.
CREATE TABLE due (
  payment INTEGER NOT NULL REFERENCES payment (id),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (payment, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_by_time ON due (at);

-- What the wallet is to be told, in the order in which it happened.
CREATE TABLE report (
  id INTEGER PRIMARY KEY,
  payment INTEGER NOT NULL REFERENCES payment (id),
  status TEXT NOT NULL,
  amount INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  at INTEGER NOT NULL,
  alone INTEGER NOT NULL DEFAULT 0,
  batch INTEGER REFERENCES batch (id)
) STRICT;
CREATE INDEX report_by_batch ON report (batch);

-- Reports that go, and are repeated, together under one key.
CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  made_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'split'))
) STRICT;
CREATE INDEX open_batch ON batch (state) WHERE state = 'open';

-- The acquirer's and the issuer's books. Tokens stand here as keyed hashes; cryptograms as the counter that was used.
CREATE TABLE authorisation (
  operation TEXT PRIMARY KEY,
  token BLOB NOT NULL,
  amount INTEGER NOT NULL CHECK (amount >= 0),
  code TEXT NOT NULL,
  captured INTEGER NOT NULL DEFAULT 0 CHECK (captured >= 0),
  released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0),
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= captured),
  reversed INTEGER NOT NULL DEFAULT 0,
  CHECK (captured + released <= amount)
) STRICT;

-- What was done to an authorisation; the answer is kept, so that a repeat gets the same one.
CREATE TABLE operation (
  id TEXT PRIMARY KEY,
  authorisation TEXT NOT NULL,
  kind TEXT NOT NULL,
  amount INTEGER NOT NULL,
  code TEXT NOT NULL
) STRICT;

CREATE TABLE spent_cryptogram (
  token BLOB NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (token, counter)
) STRICT, WITHOUT ROWID;

CREATE TABLE spent_authentication (session TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- What a card holder has left. A token without a row has the opening balance.
CREATE TABLE account (
  token BLOB PRIMARY KEY,
  available INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

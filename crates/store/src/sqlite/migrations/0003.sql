-- Version 3: business time may be reset (ADR 0011).

-- Every reset of a tenant's clock, for good. Its newest number is the clock's epoch.
CREATE TABLE clock_reset (
    tenant       INTEGER NOT NULL,
    number       INTEGER NOT NULL, -- from 1
    from_ms      INTEGER NOT NULL, -- business time before it
    to_ms        INTEGER NOT NULL, -- and after it
    last_payment INTEGER NOT NULL, -- the last payment that was there; later ones are dated after to_ms
    PRIMARY KEY (tenant, number)
) STRICT, WITHOUT ROWID;

-- By how much resets have moved the moment at which a request is applied, ms; accepted_at stays as it was.
ALTER TABLE batch ADD COLUMN moved_ms INTEGER NOT NULL DEFAULT 0;

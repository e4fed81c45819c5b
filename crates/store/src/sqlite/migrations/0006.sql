-- Version 6: a database that was restored from a backup gives no number again that the lost one may have given (ADR 0014).

CREATE TABLE skipped_number (
    tenant  INTEGER PRIMARY KEY, -- 0: all tenants
    payment INTEGER NOT NULL,    -- the next payment has a higher number
    batch   INTEGER NOT NULL,    -- and so has the next updatestatus request,
    msn     INTEGER NOT NULL     -- and the next serial number that is issued to a merchant
) STRICT;
INSERT INTO skipped_number (tenant, payment, batch, msn) VALUES (0, 0, 0, 0);

-- Version 2: natural keys may wait in memory for their tables.

-- The keys of all payments up to this number are in transaction_key and order_key; a start reads the later ones again.
CREATE TABLE merged_keys (
    tenant  INTEGER PRIMARY KEY, -- 0: all tenants
    through INTEGER NOT NULL
) STRICT;
INSERT INTO merged_keys (tenant, through) SELECT 0, coalesce(max(id), 0) FROM initiation;

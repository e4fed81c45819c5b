-- Version 4: a payment takes only so many entries, and of a request that is done a byte an entry stays.

-- Entries of a payment that have a limit (domain::EntryCounts). A capture or release of all that remains is not partial.
ALTER TABLE payment ADD COLUMN partial_operations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN without_effect INTEGER NOT NULL DEFAULT 0;
UPDATE payment
SET partial_operations = counted.operations - (reserved > 0 AND captured + released = reserved),
    without_effect = counted.without_effect
FROM (
    SELECT payment AS id, sum(kind BETWEEN 10 AND 12) AS operations, sum(kind BETWEEN 13 AND 14) AS without_effect
    FROM event WHERE kind BETWEEN 10 AND 14 GROUP BY payment
) AS counted
WHERE payment.id = counted.id
    -- Most payments have but a capture of all.
    AND (counted.operations > (reserved > 0 AND captured + released = reserved) OR counted.without_effect > 0);

-- What became of the entries of a request, a byte each (codec::entries), a row for each step; position is that of its first entry.
CREATE TABLE batch_fate (
    batch    INTEGER NOT NULL,
    position INTEGER NOT NULL,
    tenant   INTEGER NOT NULL,
    fates    BLOB    NOT NULL,
    PRIMARY KEY (batch, position)
) STRICT, WITHOUT ROWID;
INSERT INTO batch_fate (batch, position, tenant, fates)
WITH RECURSIVE turn (batch, tenant, position, until) AS (
    SELECT id, tenant, 0, next FROM batch WHERE next > 0
    UNION ALL
    SELECT batch, tenant, position + 1, until FROM turn WHERE position + 1 < until
), waiting AS MATERIALIZED (
    SELECT DISTINCT batch, position FROM waiting_entry
), fate AS (
    SELECT turn.batch, turn.tenant, turn.position,
           CASE coalesce(refused.code, iif(waiting.batch IS NULL, 'applied', 'waiting'))
               WHEN 'applied' THEN '00'
               WHEN 'waiting' THEN '01'
               WHEN 'not_reserved' THEN '10'
               WHEN 'disagreement' THEN '11'
               WHEN 'other_amount' THEN '12'
               WHEN 'exceeds_remaining_to_capture' THEN '13'
               WHEN 'exceeds_remaining_to_cancel' THEN '14'
               WHEN 'exceeds_captured' THEN '15'
               WHEN 'unknown_payment' THEN '16'
               ELSE 'ff'
           END AS hex
    FROM turn
    LEFT JOIN batch_refusal AS refused ON refused.batch = turn.batch AND refused.position = turn.position
    LEFT JOIN waiting ON waiting.batch = turn.batch AND waiting.position = turn.position
)
SELECT batch, 0, tenant, unhex(group_concat(hex, '' ORDER BY position)) FROM fate GROUP BY batch;

-- Of the refused entries of a request the first 100 keep their texts.
DELETE FROM batch_refusal WHERE (batch, position) IN (
    SELECT batch, position
    FROM (SELECT batch, position, row_number() OVER (PARTITION BY batch ORDER BY position) AS number FROM batch_refusal)
    WHERE number > 100
);

-- Requests that are done are removed by age.
CREATE INDEX batch_age ON batch (tenant, accepted_at) WHERE finished = 1;

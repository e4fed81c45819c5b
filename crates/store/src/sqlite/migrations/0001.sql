-- Lommebok's tables, version 1. The tenant is in every table and leads every natural key.
-- Rule of the layout: what is updated is small (payment, due), what is wide is appended once (initiation, event),
-- and a natural key is found by one narrow index: the rowid is a 64-bit keyed hash of it.

CREATE TABLE tenant (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    clock_mode      INTEGER NOT NULL, -- 0 real, 1 frozen
    clock_offset_ms INTEGER NOT NULL,
    clock_last_ms   INTEGER NOT NULL
) STRICT;

-- Proves that the key of the hashes is the one that the rows were written with.
CREATE TABLE hash_key (
    tenant      INTEGER PRIMARY KEY, -- 0: all tenants
    fingerprint BLOB    NOT NULL
) STRICT;

-- Version 1 of a payment: what was agreed. Append-only.
CREATE TABLE initiation (
    id                        INTEGER PRIMARY KEY, -- the payment's number, in order of arrival
    tenant                    INTEGER NOT NULL,
    psp                       INTEGER NOT NULL,
    merchant                  INTEGER NOT NULL,
    msn                       TEXT    NOT NULL,
    psp_transaction_id        TEXT    NOT NULL,
    merchant_order_id         TEXT    NOT NULL,
    amount                    INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
    created_at                INTEGER NOT NULL,
    entrance                  INTEGER NOT NULL,
    actor                     INTEGER NOT NULL,
    change_id                 BLOB    NOT NULL,
    psp_redirect_url          TEXT    NOT NULL,
    make_payment_url          TEXT    NOT NULL,
    payment_text              TEXT    NOT NULL CHECK (length(payment_text) <= 4000),
    sealed_make_payment_token BLOB,
    sealed_customer_number    BLOB
) STRICT;

-- A payment as it stands: small, because it is rewritten with each event.
CREATE TABLE payment (
    id         INTEGER PRIMARY KEY,
    tenant     INTEGER NOT NULL,
    psp        INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    state      INTEGER NOT NULL, -- codec::state
    state_at   INTEGER,
    card       INTEGER,
    user       INTEGER,          -- NULL: bound to nobody yet; 0: to nobody; else the user
    prompts    INTEGER NOT NULL,
    reserved   INTEGER NOT NULL,
    captured   INTEGER NOT NULL,
    released   INTEGER NOT NULL,
    refunded   INTEGER NOT NULL,
    notice     INTEGER NOT NULL, -- codec::notice
    notice_at  INTEGER,
    waiting    INTEGER NOT NULL,
    state_data BLOB,
    CHECK (captured + released <= reserved AND refunded <= captured)
) STRICT;
CREATE INDEX payment_of_user ON payment (tenant, user, id) WHERE user > 0;
CREATE INDEX payment_outcome_unknown ON payment (tenant, id) WHERE state = 9;
CREATE INDEX payment_notice_given_up ON payment (tenant, id) WHERE notice BETWEEN 3 AND 4;

-- Versions 2 and later. Append-only.
CREATE TABLE event (
    payment    INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    tenant     INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    actor_kind INTEGER NOT NULL,
    actor      INTEGER,
    kind       INTEGER NOT NULL, -- codec::event
    amount     INTEGER CHECK (amount BETWEEN 1 AND 2147483647),
    subject    INTEGER,
    card       INTEGER,
    code       TEXT,
    text       TEXT,
    change_id  BLOB    NOT NULL,
    PRIMARY KEY (payment, version)
) STRICT, WITHOUT ROWID;

-- Natural keys. A hit is compared with the text in initiation; two texts with one hash take neighbouring rows.
-- Nothing is ever deleted here, so that probing stays exact.
CREATE TABLE transaction_key (
    hash    INTEGER PRIMARY KEY, -- of tenant, PSP and pspTransactionId
    tenant  INTEGER NOT NULL,
    payment INTEGER NOT NULL
) STRICT;
CREATE TABLE order_key (
    hash    INTEGER PRIMARY KEY, -- of tenant, merchant and merchantOrderId
    tenant  INTEGER NOT NULL,
    payment INTEGER NOT NULL
) STRICT;

-- Work that is due. A lease only spreads work; no safety rests on it.
CREATE TABLE due (
    tenant      INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    payment     INTEGER NOT NULL,
    kind        INTEGER NOT NULL, -- 0 timer, 1 notice, 2 waiting entries
    lease_owner INTEGER,
    lease_until INTEGER,          -- process time
    PRIMARY KEY (tenant, due_at, payment, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    tenant  INTEGER NOT NULL,
    psp     INTEGER NOT NULL,
    route   INTEGER NOT NULL,
    key     BLOB    NOT NULL, -- keyed hash
    request BLOB    NOT NULL, -- keyed hash of the parsed request
    subject INTEGER NOT NULL, -- number of the payment, batch or merchant
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, psp, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (tenant, at);

-- One accepted updatestatus request each. The entries stand apart, so that progress rewrites a small row.
CREATE TABLE batch (
    id          INTEGER PRIMARY KEY,
    tenant      INTEGER NOT NULL,
    psp         INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    digest      BLOB    NOT NULL,
    digest_key  INTEGER NOT NULL, -- the digest's first 8 bytes: a narrow index
    repeated    INTEGER NOT NULL, -- 1: byte-identical to one of the last 24 h
    count       INTEGER NOT NULL,
    next        INTEGER NOT NULL,
    finished    INTEGER NOT NULL,
    change_id   BLOB    NOT NULL,
    CHECK (next BETWEEN 0 AND count)
) STRICT;
CREATE INDEX batch_digest ON batch (digest_key);
CREATE INDEX batch_pending ON batch (tenant, id) WHERE finished = 0;
CREATE TABLE batch_entries (
    batch   INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL,
    entries BLOB    NOT NULL -- codec::entries
) STRICT;
CREATE TABLE batch_refusal (
    batch              INTEGER NOT NULL,
    position           INTEGER NOT NULL,
    tenant             INTEGER NOT NULL,
    psp_transaction_id TEXT    NOT NULL,
    code               TEXT    NOT NULL,
    detail             TEXT    NOT NULL,
    PRIMARY KEY (batch, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiting_entry (
    payment   INTEGER NOT NULL,
    batch     INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    tenant    INTEGER NOT NULL,
    status    INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    amount    INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
    text      TEXT    NOT NULL,
    PRIMARY KEY (payment, batch, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_up (
    tenant    INTEGER NOT NULL,
    return_id BLOB    NOT NULL,
    payment   INTEGER NOT NULL,
    PRIMARY KEY (tenant, return_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE psp (
    id            INTEGER PRIMARY KEY,
    tenant        INTEGER NOT NULL,
    psp_id        TEXT    NOT NULL, -- the PSP-ID header
    name          TEXT    NOT NULL,
    client_id     BLOB    NOT NULL UNIQUE, -- keyed hash
    client_secret BLOB    NOT NULL,        -- keyed hash
    UNIQUE (tenant, psp_id)
) STRICT;
CREATE TABLE subscription_key (
    hash   BLOB    NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    psp    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE merchant (
    id                        INTEGER PRIMARY KEY,
    tenant                    INTEGER NOT NULL,
    psp                       INTEGER NOT NULL,
    msn                       TEXT    NOT NULL,
    version                   INTEGER NOT NULL,
    status                    INTEGER NOT NULL, -- 0 PENDING, 1 ACTIVE, 2 DEACTIVATED
    may_skip_landing_page     INTEGER NOT NULL,
    organization_number       TEXT    NOT NULL,
    company_name              TEXT    NOT NULL,
    company_email             TEXT    NOT NULL,
    name                      TEXT    NOT NULL,
    mcc_code                  TEXT    NOT NULL,
    email                     TEXT,
    website                   TEXT,
    logo_url                  TEXT,
    terms_of_service_accepted INTEGER,
    address_line_1            TEXT    NOT NULL,
    address_line_2            TEXT,
    city                      TEXT    NOT NULL,
    post_code                 TEXT    NOT NULL,
    country                   TEXT    NOT NULL,
    created_at                INTEGER NOT NULL,
    updated_at                INTEGER NOT NULL,
    UNIQUE (tenant, msn)
) STRICT;
CREATE INDEX merchant_of_psp ON merchant (tenant, psp, id);
CREATE TABLE merchant_logo (
    merchant INTEGER PRIMARY KEY,
    tenant   INTEGER NOT NULL,
    logo     TEXT    NOT NULL
) STRICT;

CREATE TABLE wallet_user (
    id           INTEGER PRIMARY KEY,
    tenant       INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    phone        BLOB    NOT NULL, -- keyed hash
    phone_sealed BLOB    NOT NULL,
    pin          BLOB    NOT NULL, -- hash
    UNIQUE (tenant, phone)
) STRICT;
CREATE TABLE card (
    id           INTEGER PRIMARY KEY,
    tenant       INTEGER NOT NULL,
    user         INTEGER NOT NULL,
    bin          TEXT    NOT NULL,
    last_four    TEXT    NOT NULL,
    scheme       INTEGER NOT NULL, -- 0 Visa, 1 Mastercard
    kind         INTEGER NOT NULL, -- 0 debit, 1 credit
    expiry_month INTEGER NOT NULL,
    expiry_year  INTEGER NOT NULL,
    eligible     INTEGER NOT NULL,
    UNIQUE (tenant, user, bin, last_four)
) STRICT;
CREATE TABLE session (
    token      BLOB    NOT NULL PRIMARY KEY, -- keyed hash
    tenant     INTEGER NOT NULL,
    user       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_age ON session (tenant, expires_at);

-- The last rare changes (everything but payments and batches): evidence when the answer to a COMMIT was lost.
CREATE TABLE rare_change (
    slot      INTEGER PRIMARY KEY,
    tenant    INTEGER NOT NULL,
    change_id BLOB    NOT NULL
) STRICT;

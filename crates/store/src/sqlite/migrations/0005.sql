-- Version 5: wrong PINs are kept (ADR 0006), browsers are known by their cookie, and a user has so many sessions.

-- Wrong PINs, of users' numbers and of nobody's alike; the newest million of counts.
CREATE TABLE pin_tries (
    number INTEGER PRIMARY KEY, -- rises with each wrong PIN, so that the oldest are found
    tenant INTEGER NOT NULL,
    source BLOB    NOT NULL UNIQUE, -- keyed hash of tenant, phone number and where it was tried from
    wrong  INTEGER NOT NULL, -- how many
    since  INTEGER NOT NULL  -- when their 24 h began (domain::WrongPins)
) STRICT;
CREATE INDEX pin_tries_age ON pin_tries (tenant, since);

-- Browsers that have signed a user in.
CREATE TABLE known_browser (
    browser      BLOB    NOT NULL PRIMARY KEY, -- keyed hash of tenant, phone number and the cookie's random id
    tenant       INTEGER NOT NULL,
    user         INTEGER NOT NULL,
    number       INTEGER NOT NULL, -- rises with each sign-in of the user
    signed_in_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX known_browser_of_user ON known_browser (tenant, user, number);
CREATE INDEX known_browser_age ON known_browser (tenant, signed_in_at);

-- Rises with each session of the user: their order also where time stands.
ALTER TABLE session ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE session SET number = ordered.number
FROM (
    SELECT token, row_number() OVER (PARTITION BY tenant, user ORDER BY created_at) AS number FROM session
) AS ordered
WHERE ordered.token = session.token;
DELETE FROM session WHERE token IN (
    SELECT token
    FROM (SELECT token, row_number() OVER (PARTITION BY tenant, user ORDER BY number DESC) AS newer FROM session)
    WHERE newer > 20
);
CREATE INDEX session_of_user ON session (tenant, user, number);

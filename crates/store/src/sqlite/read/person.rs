//! Users, cards, sessions and known browsers. Those that have expired are not found.

use lommebok_domain::{CardId, TenantId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::codec;
use crate::records::{Card, CardDetails, Session, User};
use crate::secret::{KeyedHash, Sealed};
use crate::sqlite::fault::unreadable;

columns!(user_columns, user_column { wallet_user { id, tenant, name, phone_sealed, pin, phone } });

pub(crate) fn user(connection: &Connection, tenant: TenantId, id: UserId) -> rusqlite::Result<Option<User>> {
    let sql = select!(user_columns, "FROM wallet_user WHERE id = ?1 AND tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], read_user).optional()
}

pub(crate) fn user_by_phone(
    connection: &Connection,
    tenant: TenantId,
    phone: &KeyedHash,
) -> rusqlite::Result<Option<User>> {
    let sql = select!(user_columns, "FROM wallet_user WHERE tenant = ?1 AND phone = ?2");
    connection.prepare_cached(sql)?.query_row(params![tenant.get(), phone.as_bytes()], read_user).optional()
}

/// The tenant's users, oldest first.
pub(crate) fn users(connection: &Connection, tenant: TenantId, limit: u32) -> rusqlite::Result<Vec<User>> {
    let sql = select!(user_columns, "FROM wallet_user WHERE tenant = ?1 ORDER BY id LIMIT ?2");
    connection.prepare_cached(sql)?.query_map(params![tenant.get(), limit], read_user)?.collect()
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: UserId::new(row.get(user_column::id)?),
        tenant: TenantId::new(row.get(user_column::tenant)?),
        name: row.get(user_column::name)?,
        phone_sealed: Sealed::new(row.get(user_column::phone_sealed)?),
        pin: Sealed::new(row.get(user_column::pin)?),
        phone: KeyedHash::new(row.get(user_column::phone)?),
    })
}

columns!(card_columns, card_column {
    card { id, tenant, user, bin, last_four, scheme, kind, expiry_month, expiry_year, eligible }
});

pub(crate) fn card(connection: &Connection, tenant: TenantId, id: CardId) -> rusqlite::Result<Option<Card>> {
    let sql = select!(card_columns, "FROM card WHERE id = ?1 AND tenant = ?2");
    connection.prepare_cached(sql)?.query_row([id.get(), tenant.get()], read_card).optional()
}

/// A user's cards, oldest first.
pub(crate) fn cards(connection: &Connection, tenant: TenantId, user: UserId) -> rusqlite::Result<Vec<Card>> {
    let sql = select!(card_columns, "FROM card WHERE tenant = ?1 AND user = ?2");
    let mut statement = connection.prepare_cached(sql)?;
    let cards: rusqlite::Result<Vec<_>> = statement.query_map([tenant.get(), user.get()], read_card)?.collect();
    // Their index has them in another order, and a sorter of SQLite's costs more than the rows.
    let mut cards = cards?;
    cards.sort_unstable_by_key(|card| card.id);
    Ok(cards)
}

fn read_card(row: &Row<'_>) -> rusqlite::Result<Card> {
    let id: i64 = row.get(card_column::id)?;
    let lost = || unreadable("card", id);
    let details = CardDetails {
        bin: row.get(card_column::bin)?,
        last_four: row.get(card_column::last_four)?,
        scheme: codec::codes::read_card_scheme(row.get(card_column::scheme)?).ok_or_else(lost)?,
        kind: codec::codes::read_card_kind(row.get(card_column::kind)?).ok_or_else(lost)?,
        expiry_month: row.get(card_column::expiry_month)?,
        expiry_year: row.get(card_column::expiry_year)?,
        eligible: row.get(card_column::eligible)?,
    };
    Ok(Card {
        id: CardId::new(id),
        tenant: TenantId::new(row.get(card_column::tenant)?),
        user: UserId::new(row.get(card_column::user)?),
        details,
    })
}

columns!(session_columns, session_column { session { tenant, user, created_at, expires_at } });

/// The session with this token that has not expired at `now`.
pub(crate) fn session(connection: &Connection, token: &KeyedHash, now: Timestamp) -> rusqlite::Result<Option<Session>> {
    let sql = select!(session_columns, "FROM session WHERE token = ?1 AND expires_at > ?2");
    let params = params![token.as_bytes(), now.as_millis()];
    let found = connection.prepare_cached(sql)?.query_row(params, |row| {
        Ok(Session {
            token: *token,
            tenant: TenantId::new(row.get(session_column::tenant)?),
            user: UserId::new(row.get(session_column::user)?),
            created_at: Timestamp::from_millis(row.get(session_column::created_at)?),
            expires_at: Timestamp::from_millis(row.get(session_column::expires_at)?),
        })
    });
    found.optional()
}

/// Whether such a browser has signed its user in after `since`.
pub(crate) fn is_known(connection: &Connection, browser: &KeyedHash, since: Timestamp) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM known_browser WHERE browser = ?1 AND signed_in_at > ?2";
    connection.prepare_cached(sql)?.exists(params![browser.as_bytes(), since.as_millis()])
}

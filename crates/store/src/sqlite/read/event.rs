//! The events of a payment: all up to a version, or a page of its log. They are only ever appended.

use lommebok_domain::{Event, EventKind, PaymentId, TenantId, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::codec;
use crate::records::{EventPage, PageLimit};
use crate::sqlite::fault::unreadable;

columns!(event_columns, event_column { e { kind, at, amount, subject, card, code, text, version } });
columns!(actor_columns, actor_column after event_column::version { e { actor_kind, actor } });
#[expect(clippy::single_component_path_imports, reason = "a macro of this file is handed on no other way")]
pub(super) use event_columns;

/// The events up to and with `version`, oldest first. Events are only ever appended, so these are that version's.
pub(crate) fn events(
    connection: &Connection,
    tenant: TenantId,
    id: PaymentId,
    version: i64,
) -> rusqlite::Result<Vec<Event>> {
    let sql = select!(
        event_columns + actor_columns,
        "FROM event e WHERE e.payment = ?1 AND e.version <= ?2 AND e.tenant = ?3 ORDER BY e.version"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([id.get(), version, tenant.get()], |row| event(row, id))?;
    rows.collect()
}

/// A page of the events after version `after`, oldest first: it ends by its length, or by its texts.
pub(crate) fn event_page(
    connection: &Connection,
    tenant: TenantId,
    id: PaymentId,
    after: i64,
    limit: PageLimit,
) -> rusqlite::Result<EventPage> {
    let sql = select!(
        event_columns + actor_columns,
        "FROM event e WHERE e.payment = ?1 AND e.version > ?2 AND e.tenant = ?3 ORDER BY e.version LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.get(), after, tenant.get(), i64::from(limit.rows).saturating_add(1)])?;
    let most = usize::try_from(limit.rows).unwrap_or(usize::MAX);
    let (mut page, mut last, mut bytes) = (EventPage::default(), after, 0_usize);
    while let Some(row) = rows.next()? {
        // One at least: a page that is empty would never come to an end.
        if !page.events.is_empty() && (page.events.len() >= most || bytes >= limit.text_bytes) {
            page.next = Some(last);
            break;
        }
        last = row.get(event_column::version)?;
        if page.events.is_empty() {
            page.first_version = last;
        }
        bytes = bytes.saturating_add(row.get_ref(event_column::text)?.as_str_or_null()?.map_or(0, str::len));
        page.events.push(event(row, id)?);
    }
    Ok(page)
}

/// Whether a user bound the payment by opening its link: on the landing page the holder of the link binds.
pub(crate) fn was_opened_by_link(connection: &Connection, tenant: TenantId, id: PaymentId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM event WHERE payment = ?1 AND tenant = ?2 AND kind = ?3 AND actor_kind = ?4 LIMIT 1";
    let (kind, actor) = (codec::codes::event::BOUND, codec::codes::actor::USER);
    connection.prepare_cached(sql)?.exists(params![id.get(), tenant.get(), kind, actor])
}

fn event(row: &Row<'_>, id: PaymentId) -> rusqlite::Result<Event> {
    let actor = codec::event::read_actor(row.get(actor_column::actor_kind)?, row.get(actor_column::actor)?);
    let kind = kind(row)?;
    let at = Timestamp::from_millis(row.get(event_column::at)?);
    let event = actor.zip(kind).map(|(actor, kind)| Event { at, actor, kind });
    event.ok_or_else(|| unreadable("event", id.get()))
}

/// The kind of an event, of a row that begins with [`event_columns`].
pub(super) fn kind(row: &Row<'_>) -> rusqlite::Result<Option<EventKind>> {
    Ok(codec::event::kind(codec::event::EventColumns {
        kind: row.get(event_column::kind)?,
        amount: row.get(event_column::amount)?,
        subject: row.get(event_column::subject)?,
        card: row.get(event_column::card)?,
        code: row.get(event_column::code)?,
        text: row.get(event_column::text)?,
    }))
}

//! Payments that exist: the guarded update, the events, the due rows and the step-up's handle.

use lommebok_domain::{Event, EventKind, PaymentId, State, TenantId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Applied, Writer, fates};
use crate::change::{Change, Committed, PaymentWrite};
use crate::codec;
use crate::fault::{CommitFault, WriteFault};
use crate::sqlite::connections::run;
use crate::sqlite::fault::broken;
use crate::sqlite::watermark::{self, StoredAt};
use crate::sqlite::{due, idempotency};

impl Writer {
    pub(super) fn payments(&self, change: &Change, writes: &[PaymentWrite]) -> Result<Applied, WriteFault> {
        let connection = &self.connection;
        let stale = write_all(connection, change, writes)?;
        if !stale.is_empty() {
            return Ok(Err(CommitFault::Stale(stale)));
        }
        if let Some(first) = writes.first() {
            let subject = first.transition.payment.id.get();
            idempotency::store(connection, change.tenant, change.idempotency.as_ref(), subject)?;
        }
        let stored_at = match stored_at(writes) {
            Some(stored_at) => stored_at,
            None => watermark::rare(connection, change.tenant, change.change_id)?,
        };
        Ok(Ok((Committed::Payments, stored_at)))
    }
}

/// Where the id of a change that writes these payments is stored, if it writes any.
pub(super) fn stored_at(writes: &[PaymentWrite]) -> Option<StoredAt> {
    let first = writes.first()?;
    let payment = first.transition.payment.id.get();
    Some(StoredAt::Event { payment, version: first.guard_version.checked_add(1)? })
}

/// Writes all of them, or none and answers which are stale.
pub(super) fn write_all(
    connection: &Connection,
    change: &Change,
    writes: &[PaymentWrite],
) -> Result<Vec<PaymentId>, WriteFault> {
    if let [only] = writes {
        // The guard of the update itself decides; nothing has been written when it says no.
        return Ok(if write(connection, change, only)? { Vec::new() } else { vec![only.transition.payment.id] });
    }
    let stale = stale(connection, writes)?;
    if stale.is_empty() {
        for one in writes {
            if !write(connection, change, one)? {
                return Err(broken("one change writes a payment twice"));
            }
        }
    }
    Ok(stale)
}

fn stale(connection: &Connection, writes: &[PaymentWrite]) -> rusqlite::Result<Vec<PaymentId>> {
    let mut statement = connection.prepare_cached("SELECT version FROM payment WHERE id = ?1")?;
    let mut stale = Vec::new();
    for write in writes {
        let id = write.transition.payment.id;
        let version: Option<i64> = statement.query_row([id.get()], |row| row.get(0)).optional()?;
        if version != Some(write.guard_version) {
            stale.push(id);
        }
    }
    Ok(stale)
}

/// Writes one payment; `false`: it is stale, and nothing is written.
fn write(connection: &Connection, change: &Change, write: &PaymentWrite) -> Result<bool, WriteFault> {
    let transition = &write.transition;
    let payment = &transition.payment;
    let risen = payment.version.checked_sub(write.guard_version).and_then(|risen| usize::try_from(risen).ok());
    if risen != Some(transition.events.len()) || transition.events.is_empty() || payment.terms.tenant != change.tenant {
        return Err(broken("a transition must have one event per version and its change's tenant"));
    }
    if !update(connection, write)? {
        return Ok(false);
    }
    let (tenant, id) = (change.tenant, payment.id);
    for (version, event) in (write.guard_version.saturating_add(1)..).zip(&transition.events) {
        insert_event(connection, change, id, version, event)?;
    }
    for due in &transition.due {
        due::write(connection, tenant, id, *due)?;
    }
    step_up(connection, tenant, write)?;
    fates::take(connection, tenant, payment, &write.taken)?;
    Ok(true)
}

/// The guarded update; what is given is set besides.
macro_rules! update_payment {
    ($more:literal) => {
        concat!(
            "UPDATE payment SET version = ?3, state = ?4, state_at = ?5, card = ?6, prompts = ?7, reserved = ?8, ",
            "captured = ?9, released = ?10, refunded = ?11, notice = ?12, notice_at = ?13, waiting = ?14, ",
            "state_data = ?15, partial_operations = ?16, without_effect = ?17",
            $more,
            " WHERE id = ?1 AND version = ?2 AND tenant = ?18"
        )
    };
}

fn update(connection: &Connection, write: &PaymentWrite) -> rusqlite::Result<bool> {
    let payment = &write.transition.payment;
    let state = codec::state::columns(&payment.state);
    let (notice, notice_at) = codec::payment::notice(payment.notice);
    let sums = payment.sums;
    let params = params![
        payment.id.get(),
        write.guard_version,
        payment.version,
        state.code,
        state.at,
        state.card,
        payment.prompts,
        sums.reserved(),
        sums.captured(),
        sums.released(),
        sums.refunded(),
        notice,
        notice_at,
        payment.waiting,
        state.data.as_deref(),
        payment.entries.partial_operations,
        payment.entries.without_effect,
        payment.terms.tenant.get(),
        codec::payment::binding(payment.binding),
    ];
    // SQLite writes the index of users' payments anew whenever the column is named, also with the value that it has.
    let updated = match params.split_last() {
        Some((_binding, others)) if !write.rebinds() => run(connection, update_payment!(""), others)?,
        _ => run(connection, update_payment!(", user = ?19"), params)?,
    };
    Ok(updated == 1)
}

fn insert_event(
    connection: &Connection,
    change: &Change,
    payment: PaymentId,
    version: i64,
    event: &Event,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO event (payment, version, tenant, at, actor_kind, actor, kind, amount, subject, card, code, \
               text, change_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let (actor_kind, actor) = codec::event::actor(event.actor);
    let columns = codec::event::columns(&event.kind);
    let params = params![
        payment.get(),
        version,
        change.tenant.get(),
        event.at.as_millis(),
        actor_kind,
        actor,
        columns.kind,
        columns.amount,
        columns.subject,
        columns.card,
        columns.code,
        columns.text,
        change.change_id.to_be_bytes(),
    ];
    run(connection, sql, params)?;
    Ok(())
}

/// A payment that goes into STEP_UP is found by the id in its `operations` URLs from now on.
fn step_up(connection: &Connection, tenant: TenantId, write: &PaymentWrite) -> rusqlite::Result<()> {
    let State::StepUp { return_id, .. } = &write.transition.payment.state else { return Ok(()) };
    if !write.transition.events.iter().any(|event| matches!(event.kind, EventKind::StepUpStarted(_))) {
        return Ok(());
    }
    let sql = "INSERT INTO step_up (tenant, return_id, payment) VALUES (?1, ?2, ?3)";
    let payment = write.transition.payment.id.get();
    run(connection, sql, params![tenant.get(), return_id.get().to_be_bytes(), payment])?;
    Ok(())
}

//! A tenant's clock: kept, which never sets it back, and reset, the only way to do so (ADR 0011).

use std::collections::HashMap;

use lommebok_domain::{DueKind, PaymentId, TenantId};
use rusqlite::{Connection, params};

use super::{Applied, Writer, payment};
use crate::change::{Change, ClockResetEnded, ClockResetWrite, Committed};
use crate::codec;
use crate::fault::{CommitFault, WriteFault};
use crate::records::{ClockMode, ClockRecord};
use crate::sqlite::connections::run;

/// Payments that are named when other work than notices is due, at most.
const MOST_NAMED: u32 = 100;

/// How often each tenant's clock has been reset.
pub(super) type Epochs = HashMap<TenantId, i64>;

pub(super) fn epochs(connection: &Connection) -> rusqlite::Result<Epochs> {
    let mut statement = connection.prepare("SELECT tenant, max(number) AS epoch FROM clock_reset GROUP BY tenant")?;
    let rows = statement.query_map([], |row| Ok((TenantId::new(row.get("tenant")?), row.get("epoch")?)))?;
    rows.collect()
}

pub(super) fn keep(connection: &Connection, tenant: TenantId, clock: &ClockRecord) -> rusqlite::Result<()> {
    let sql = "UPDATE tenant SET clock_mode = ?2, clock_offset_ms = ?3, clock_last_ms = max(clock_last_ms, ?4) \
               WHERE id = ?1 RETURNING id";
    let mode = codec::codes::clock_mode(clock.mode);
    let params = params![tenant.get(), mode, clock.offset_ms, clock.last.as_millis()];
    connection.prepare_cached(sql)?.query_row(params, |row| row.get::<_, i64>(0))?;
    Ok(())
}

impl Writer {
    pub(super) fn reset_clock(&mut self, change: &Change, reset: &ClockResetWrite) -> Result<Applied, WriteFault> {
        let connection = &self.connection;
        if let Some(left) = left_out(connection, change.tenant, reset.moved.len())? {
            return Ok(Err(CommitFault::Stale(left)));
        }
        let stale = payment::write_all(connection, change, &reset.moved)?;
        if !stale.is_empty() {
            return Ok(Err(CommitFault::Stale(stale)));
        }
        let number = self.epoch_of(change.tenant).saturating_add(1);
        let last_payment = self.next_payment.saturating_sub(1);
        let ended = write(&self.connection, change.tenant, reset, number, last_payment)?;
        self.epochs_before.get_or_insert_with(|| self.epochs.clone());
        self.epochs.insert(change.tenant, number);
        self.rare(change, Committed::ClockReset(ended))
    }

    pub(super) fn epoch_of(&self, tenant: TenantId) -> i64 {
        self.epochs.get(&tenant).copied().unwrap_or(0)
    }
}

/// Payments for which other work than a notice is due; none of them named when more notices are due than are moved.
fn left_out(connection: &Connection, tenant: TenantId, moved: usize) -> rusqlite::Result<Option<Vec<PaymentId>>> {
    let notice = codec::codes::due_kind(DueKind::Notice);
    let sql = "SELECT DISTINCT payment FROM due WHERE tenant = ?1 AND kind <> ?2 LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![tenant.get(), notice, MOST_NAMED], |row| row.get(0).map(PaymentId::new))?;
    let others = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let sql = "SELECT count(*) FROM due WHERE tenant = ?1";
    let all: i64 = connection.prepare_cached(sql)?.query_row([tenant.get()], |row| row.get(0))?;
    let complete = others.is_empty() && i64::try_from(moved) == Ok(all);
    Ok(if complete { None } else { Some(others) })
}

fn write(
    connection: &Connection,
    tenant: TenantId,
    reset: &ClockResetWrite,
    number: i64,
    last_payment: i64,
) -> rusqlite::Result<ClockResetEnded> {
    let (tenant, from, to) = (tenant.get(), reset.from.as_millis(), reset.to.as_millis());
    let sql = "UPDATE batch SET moved_ms = moved_ms + ?2 WHERE tenant = ?1 AND finished = 0";
    run(connection, sql, params![tenant, reset.to.millis_since(reset.from)])?;
    let ended = |sql| run(connection, sql, params![tenant, to]).map(|rows| u64::try_from(rows).unwrap_or(u64::MAX));
    let sessions = ended("DELETE FROM session WHERE tenant = ?1 AND created_at > ?2")?;
    ended("DELETE FROM known_browser WHERE tenant = ?1 AND signed_in_at > ?2")?;
    ended("DELETE FROM pin_tries WHERE tenant = ?1 AND since > ?2")?;
    let idempotency_keys = ended("DELETE FROM idempotency WHERE tenant = ?1 AND at > ?2")?;
    let sql = "INSERT INTO clock_reset (tenant, number, from_ms, to_ms, last_payment) VALUES (?1, ?2, ?3, ?4, ?5)";
    run(connection, sql, params![tenant, number, from, to, last_payment])?;
    let sql = "UPDATE tenant SET clock_mode = ?2, clock_offset_ms = 0, clock_last_ms = ?3 WHERE id = ?1 RETURNING id";
    let params = params![tenant, codec::codes::clock_mode(ClockMode::Real), to];
    connection.prepare_cached(sql)?.query_row(params, |row| row.get::<_, i64>(0))?;
    Ok(ClockResetEnded { number, sessions, idempotency_keys })
}

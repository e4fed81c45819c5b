//! Payments: sums and counts are the fold of the events, versions their number, the state that of the last event, due rows and
//! waiting entries are as the payment says, and natural keys lead to it alone.

use std::collections::{BTreeSet, HashMap};

use lommebok_domain::event::EventKind;
use lommebok_domain::{Entrance, Event, Payment, StateName, TenantId, history};
use rusqlite::{Connection, params};

use super::{CheckReport, MAX_FAULTS};
use crate::codec;
use crate::records::PaymentFilter;
use crate::sqlite::natural_keys::{KeyReader, KeyTable, MAX_PROBES, Slot, Waiting};
use crate::sqlite::read;

/// Payments that one step looks at.
const STEP: u32 = 1_000;

/// Looks at the payments of all tenants, and at work that is due for a payment that does not exist.
pub(super) fn look(
    connection: &Connection,
    keys: &KeyReader,
    waiting: Waiting,
    report: &mut CheckReport,
) -> rusqlite::Result<()> {
    let mut check = Check { connection, keys, waiting, due: due_rows(connection)?, report };
    let mut tenants = connection.prepare("SELECT DISTINCT tenant FROM initiation")?;
    for tenant in tenants.query_map([], |row| row.get(0).map(TenantId::new))? {
        check.tenant(tenant?)?;
    }
    if let Some(payment) = check.due.keys().next() {
        check.report.faults.push(format!("payment {payment}: work is due for it, and it does not exist"));
    }
    Ok(())
}

/// A check under way.
struct Check<'a> {
    connection: &'a Connection,
    keys: &'a KeyReader,
    /// Keys that were not in their tables when it began.
    waiting: Waiting,
    /// The due rows of payments that have not been looked at yet.
    due: HashMap<i64, Vec<(i64, i64)>>,
    report: &'a mut CheckReport,
}

impl Check<'_> {
    fn tenant(&mut self, tenant: TenantId) -> rusqlite::Result<()> {
        let mut before = None;
        loop {
            let page = read::list::page(self.connection, tenant, PaymentFilter::All, before, STEP)?;
            for payment in &page.payments {
                self.payment(payment)?;
            }
            before = page.next;
            if before.is_none() || self.report.faults.len() >= MAX_FAULTS {
                return Ok(());
            }
        }
    }

    fn payment(&mut self, payment: &Payment) -> rusqlite::Result<()> {
        let connection = self.connection;
        let (tenant, id) = (payment.terms.tenant, payment.id);
        let due = self.due.remove(&id.get()).unwrap_or_default();
        let [found_by_transaction, found_by_order] = self.found_by_its_keys(payment)?;
        let mut fault = |what: &str| self.report.faults.push(format!("payment {}: {what}", id.get()));
        let events = read::event::events(connection, tenant, id, i64::MAX)?;
        if !versions_are_gapless(connection, payment, events.len())? {
            fault("its versions are not those of its events");
        }
        let folded = history::fold(&events);
        if folded.map(|folded| folded.sums) != Some(payment.sums) {
            fault("its sums are not the fold of its events");
        }
        if folded.is_some_and(|folded| folded.entries != payment.entries) {
            fault("its counts of entries are not those of its events");
        }
        if last_state(payment, &events) != payment.state.name() {
            fault("its state is not that of its last event");
        }
        if !found_by_transaction {
            fault("its pspTransactionId does not lead to it");
        }
        if !found_by_order {
            fault("its merchantOrderId does not lead to it");
        }
        if due != expected_due_rows(payment) {
            fault("its due rows are not those of its state");
        }
        let waiting = read::batch::waiting(connection, tenant, id, usize::MAX)?.len();
        if u32::try_from(waiting).ok() != Some(payment.waiting) {
            fault("its number of waiting entries is not theirs");
        }
        Ok(())
    }

    /// Whether pspTransactionId and merchantOrderId each lead to this payment and to no other.
    fn found_by_its_keys(&self, payment: &Payment) -> rusqlite::Result<[bool; 2]> {
        let (terms, hasher) = (&payment.terms, self.keys.hasher());
        if payment.id.get() > self.waiting.known_through {
            return Ok([true; 2]);
        }
        let transaction = Named {
            table: KeyTable::Transaction,
            hash: hasher.transaction(terms.tenant, terms.psp, &terms.psp_transaction_id),
            sql: "SELECT 1 FROM initiation WHERE id = ?1 AND tenant = ?2 AND psp = ?3 AND psp_transaction_id = ?4",
            owner: terms.psp.get(),
            text: terms.psp_transaction_id.as_str(),
        };
        let order = Named {
            table: KeyTable::Order,
            hash: hasher.order(terms.tenant, terms.merchant, &terms.merchant_order_id),
            sql: "SELECT 1 FROM initiation WHERE id = ?1 AND tenant = ?2 AND merchant = ?3 AND merchant_order_id = ?4",
            owner: terms.merchant.get(),
            text: terms.merchant_order_id.as_str(),
        };
        Ok([self.leads_to(payment, &transaction)?, self.leads_to(payment, &order)?])
    }

    fn leads_to(&self, payment: &Payment, named: &Named<'_>) -> rusqlite::Result<bool> {
        let behind = named.hash.saturating_add(MAX_PROBES);
        let sql = format!("SELECT payment FROM {} WHERE hash >= ?1 AND hash < ?2", named.table.name());
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([named.hash, behind], |row| row.get(0))?;
        let mut found = rows.collect::<rusqlite::Result<BTreeSet<i64>>>()?;
        let first = Slot { table: named.table, at: named.hash };
        found.extend(self.waiting.keys.range(first..Slot { at: behind, ..first }).map(|(_, key)| key.payment));
        let mut is_named = self.connection.prepare_cached(named.sql)?;
        let mut ours = BTreeSet::new();
        for number in found {
            if is_named.exists(params![number, payment.terms.tenant.get(), named.owner, named.text])? {
                ours.insert(number);
            }
        }
        Ok(ours == BTreeSet::from([payment.id.get()]))
    }
}

/// A natural key: its slot and its text.
struct Named<'a> {
    table: KeyTable,
    hash: i64,
    sql: &'static str,
    owner: i64,
    text: &'a str,
}

fn versions_are_gapless(connection: &Connection, payment: &Payment, events: usize) -> rusqlite::Result<bool> {
    let sql = "SELECT coalesce(min(version), 2) AS first, coalesce(max(version), 1) AS last, coalesce(max(tenant), ?2) AS tenant \
               FROM event WHERE payment = ?1";
    let tenant = payment.terms.tenant.get();
    let found: (i64, i64, i64) =
        connection.prepare_cached(sql)?.query_row(params![payment.id.get(), tenant], |row| {
            Ok((row.get("first")?, row.get("last")?, row.get("tenant")?))
        })?;
    let events = i64::try_from(events).unwrap_or(i64::MAX);
    Ok(found == (2, payment.version, tenant) && payment.version.checked_sub(1) == Some(events))
}

/// The state that the events lead to.
fn last_state(payment: &Payment, events: &[Event]) -> StateName {
    let first = match payment.terms.entrance {
        Entrance::LandingPage | Entrance::App => StateName::AwaitingUser,
        Entrance::Push => StateName::AwaitingApproval,
    };
    events.iter().fold(first, |state, event| match &event.kind {
        EventKind::Bound(_) => StateName::AwaitingApproval,
        EventKind::Approved { .. } | EventKind::StepUpPassed => StateName::Authorizing,
        EventKind::StepUpStarted(_) => StateName::StepUp,
        EventKind::Reserved { .. } => StateName::Reserved,
        EventKind::Failed(_) => StateName::Failed,
        EventKind::Cancelled(_) => StateName::Cancelled,
        EventKind::Expired => StateName::Expired,
        EventKind::AttemptOpened(_)
        | EventKind::Captured { .. }
        | EventKind::Released { .. }
        | EventKind::Refunded { .. }
        | EventKind::OperationFailed { .. }
        | EventKind::NoEffect { .. }
        | EventKind::EntryParked
        | EventKind::WaitingEntryRefused(_)
        | EventKind::NoticeFailed(_)
        | EventKind::NoticeDelivered { .. }
        | EventKind::NoticeGivenUp(_)
        | EventKind::NoticeMoved { .. }
        | EventKind::LateAnswer(_) => state,
    })
}

/// All due rows by payment, each payment's in order.
fn due_rows(connection: &Connection) -> rusqlite::Result<HashMap<i64, Vec<(i64, i64)>>> {
    let mut due: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
    let mut statement = connection.prepare("SELECT payment, due_at, kind FROM due ORDER BY payment, due_at, kind")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        due.entry(row.get("payment")?).or_default().push((row.get("due_at")?, row.get("kind")?));
    }
    Ok(due)
}

fn expected_due_rows(payment: &Payment) -> Vec<(i64, i64)> {
    let mut rows: Vec<_> = payment.due().map(|(kind, at)| (at.as_millis(), codec::codes::due_kind(kind))).collect();
    rows.sort_unstable();
    rows
}

//! What searches have read of payments, 32 bytes each, kept in ranges by their numbers: the next search compares 4,096 payments
//! in some microseconds instead of reading them.
//!
//! It is a copy: what it lets through is loaded and looked at again. What never changes is read once; of ranges in which a payment
//! has changed since, what changes is read again at the next search. No payment waits for it, and nothing runs while none is searched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lommebok_domain::{PaymentId, Timestamp};
use lommebok_store::Comparable;

use super::Search;
use super::criteria::Wanted;
use super::row::{Row, Tags, narrow};
use crate::after_commit::{ChangedRanges, PAYMENTS_PER_RANGE, range_of};
use crate::fault::Fault;

/// Ranges that are kept at most, the newest: two million payments, 64 MiB.
pub(crate) const RANGES_KEPT: usize = 512;

/// Payments with neighbouring numbers, by their place.
#[derive(Debug)]
pub(super) struct Range {
    first: i64,
    rows: Vec<Row>,
}

impl Range {
    /// Those that fit, from `newest` on, newest first.
    pub(super) fn wanted(&self, wanted: &Wanted, newest: PaymentId) -> Vec<PaymentId> {
        let count = usize::try_from(newest.get().saturating_sub(self.first)).unwrap_or(0).saturating_add(1);
        let numbered = (self.first..).zip(self.rows.iter().take(count));
        let mut fitting: Vec<_> =
            numbered.filter(|(_, row)| wanted.fits(row)).map(|(id, _)| PaymentId::new(id)).collect();
        fitting.reverse();
        fitting
    }

    /// Whether all of them came before `since`.
    pub(super) fn are_before(&self, since: Option<Timestamp>) -> bool {
        since.is_some_and(|since| self.rows.iter().all(|row| row.created_at < since.as_millis()))
    }

    /// The first payment that was not read.
    fn end(&self) -> i64 {
        self.first.saturating_add(i64::try_from(self.rows.len()).unwrap_or(i64::MAX))
    }

    fn row(&mut self, id: PaymentId) -> Option<&mut Row> {
        let place = usize::try_from(id.get().checked_sub(self.first)?).ok()?;
        self.rows.get_mut(place)
    }

    fn push(&mut self, read: &Comparable, number: Option<u32>, tags: &Tags) {
        let place = usize::try_from(read.id.get().saturating_sub(self.first)).unwrap_or(0);
        // Numbers may be missing between.
        self.rows.resize(place.max(self.rows.len()), Row::default());
        let mut row = Row {
            created_at: read.created_at.as_millis(),
            amount: narrow(read.amount.ore()),
            merchant: narrow(read.merchant.get()),
            psp: u16::try_from(read.psp.get()).unwrap_or(u16::MAX),
            number: number.unwrap_or_default(),
            ..Row::default()
        };
        row.set(&read.standing, tags);
        self.rows.push(row);
    }
}

/// What was read of a tenant's payments.
#[derive(Debug)]
pub(crate) struct Columns {
    ranges: BTreeMap<i64, Range>,
    /// With none, nothing is kept but the range at hand.
    ranges_kept: usize,
    changed: Arc<ChangedRanges>,
    tags: Tags,
}

impl Columns {
    pub(crate) fn new(ranges_kept: usize, changed: Arc<ChangedRanges>) -> Self {
        Self { ranges: BTreeMap::new(), ranges_kept, changed, tags: Tags::default() }
    }

    pub(super) const fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Reads again what may have changed of the ranges that are kept.
    pub(super) async fn refresh(&mut self, search: &Search) -> Result<(), Fault> {
        if self.ranges_kept == 0 {
            self.ranges.clear();
            return Ok(());
        }
        let refreshed = self.read_again(search, self.changed.take()).await;
        if refreshed.is_err() {
            // It is not known any more what has changed.
            self.ranges.clear();
        }
        refreshed
    }

    async fn read_again(&mut self, search: &Search, changed: BTreeSet<i64>) -> Result<(), Fault> {
        for number in changed {
            let Some(range) = self.ranges.get_mut(&number) else { continue };
            let (from, before) = (PaymentId::new(range.first), PaymentId::new(range.end()));
            for (id, standing) in search.store.standings(search.tenant, from, before).await? {
                if let Some(row) = range.row(id) {
                    row.set(&standing, &self.tags);
                }
            }
        }
        Ok(())
    }

    /// The range of `newest`, read at least up to it; nothing when it would have to be read and no more may be.
    pub(super) async fn range(
        &mut self,
        search: &Search,
        newest: PaymentId,
        may_read: &mut i64,
    ) -> Result<Option<&Range>, Fault> {
        let number = range_of(newest);
        let first = number.saturating_mul(PAYMENTS_PER_RANGE);
        let known = self.ranges.get(&number).map_or(first, Range::end);
        if known <= newest.get() {
            if *may_read <= 0 {
                return Ok(None);
            }
            let until = first.saturating_add(PAYMENTS_PER_RANGE);
            let (from, before) = (PaymentId::new(known), PaymentId::new(until));
            let read = search.store.comparable_payments(search.tenant, from, before).await?;
            *may_read = may_read.saturating_sub(i64::try_from(read.len()).unwrap_or(i64::MAX));
            let range = self.ranges.entry(number).or_insert_with(|| Range { first, rows: Vec::new() });
            for read in &read {
                let number = read.customer_number.as_ref();
                let number = number.and_then(|(id, sealed)| search.secrets.number_of(read.psp, id, sealed));
                range.push(read, number.map(|number| self.tags.of(number.as_str())), &self.tags);
            }
            while self.ranges.len() > self.ranges_kept.max(1)
                && let Some(oldest) =
                    self.ranges.first_key_value().map(|(oldest, _)| *oldest).filter(|oldest| *oldest != number)
            {
                self.ranges.remove(&oldest);
            }
        }
        Ok(self.ranges.get(&number))
    }
}

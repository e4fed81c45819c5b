//! A payment's sums, in minor units (øre) of Norwegian kroner. They are kept in `i64` and can't wrap.

use lommebok_values::Amount;

/// What became of a reserved payment, in øre. All zero until it is RESERVED (docs/domain.md §6).
///
/// Kept true by [`Sums::capture`], [`Sums::release`] and [`Sums::refund`] alone:
/// `captured + released ≤ reserved` and `refunded ≤ captured`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Sums {
    reserved: i64,
    captured: i64,
    released: i64,
    refunded: i64,
}

impl Sums {
    /// The sums of a payment that has just been reserved in full.
    pub const fn reserved_in_full(amount: Amount) -> Self {
        Self { reserved: amount.ore(), captured: 0, released: 0, refunded: 0 }
    }

    /// Sums as they were stored, or `None` when they break the rules that this type keeps.
    pub fn from_parts(reserved: i64, captured: i64, released: i64, refunded: i64) -> Option<Self> {
        let sums = Self { reserved, captured, released, refunded };
        sums.hold().then_some(sums)
    }

    /// Whether the sums obey their rules.
    pub fn hold(&self) -> bool {
        let within = |value: i64| (0..=Amount::MAX_ORE).contains(&value);
        within(self.reserved)
            && within(self.captured)
            && within(self.released)
            && within(self.refunded)
            && self.captured.saturating_add(self.released) <= self.reserved
            && self.refunded <= self.captured
    }

    /// Reserved, øre.
    pub const fn reserved(&self) -> i64 {
        self.reserved
    }

    /// Captured so far, øre.
    pub const fn captured(&self) -> i64 {
        self.captured
    }

    /// Released (cancelled after the reservation) so far, øre.
    pub const fn released(&self) -> i64 {
        self.released
    }

    /// Refunded so far, øre.
    pub const fn refunded(&self) -> i64 {
        self.refunded
    }

    /// What can still be captured or released, øre.
    pub const fn remaining_to_capture(&self) -> i64 {
        self.reserved.saturating_sub(self.captured).saturating_sub(self.released)
    }

    /// What can still be refunded, øre.
    pub const fn remaining_to_refund(&self) -> i64 {
        self.captured.saturating_sub(self.refunded)
    }

    /// These sums after a capture, or `None` when more would be captured than remains.
    #[must_use]
    pub fn capture(self, amount: Amount) -> Option<Self> {
        (amount.ore() <= self.remaining_to_capture())
            .then(|| Self { captured: self.captured.saturating_add(amount.ore()), ..self })
    }

    /// These sums after a release, or `None` when more would be released than remains.
    #[must_use]
    pub fn release(self, amount: Amount) -> Option<Self> {
        (amount.ore() <= self.remaining_to_capture())
            .then(|| Self { released: self.released.saturating_add(amount.ore()), ..self })
    }

    /// These sums after a refund, or `None` when more would be refunded than was captured.
    #[must_use]
    pub fn refund(self, amount: Amount) -> Option<Self> {
        (amount.ore() <= self.remaining_to_refund())
            .then(|| Self { refunded: self.refunded.saturating_add(amount.ore()), ..self })
    }
}

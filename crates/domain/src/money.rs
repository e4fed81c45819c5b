//! Money in minor units (øre) of Norwegian kroner, the only currency of the API, and a payment's sums.
//! Amounts are whole numbers from 1 to 2 147 483 647; sums are kept in `i64` and can't wrap.

/// An amount of Norwegian kroner in øre, 1 to 2 147 483 647.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

impl Amount {
    /// The least amount of an entry, in øre.
    pub const MIN_ORE: i64 = 1;
    /// The largest amount that the wire's int32 can say, in øre.
    pub const MAX_ORE: i64 = 2_147_483_647;

    /// An amount of `ore` øre, or `None` outside 1 to 2 147 483 647.
    pub const fn from_ore(ore: i64) -> Option<Self> {
        if ore >= Self::MIN_ORE && ore <= Self::MAX_ORE { Some(Self(ore)) } else { None }
    }

    /// The amount in øre.
    pub const fn ore(self) -> i64 {
        self.0
    }
}

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
        Self { reserved: amount.0, captured: 0, released: 0, refunded: 0 }
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
        (amount.0 <= self.remaining_to_capture())
            .then(|| Self { captured: self.captured.saturating_add(amount.0), ..self })
    }

    /// These sums after a release, or `None` when more would be released than remains.
    #[must_use]
    pub fn release(self, amount: Amount) -> Option<Self> {
        (amount.0 <= self.remaining_to_capture())
            .then(|| Self { released: self.released.saturating_add(amount.0), ..self })
    }

    /// These sums after a refund, or `None` when more would be refunded than was captured.
    #[must_use]
    pub fn refund(self, amount: Amount) -> Option<Self> {
        (amount.0 <= self.remaining_to_refund())
            .then(|| Self { refunded: self.refunded.saturating_add(amount.0), ..self })
    }
}

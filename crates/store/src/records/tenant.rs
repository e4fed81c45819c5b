//! A tenant: a closed world, and its business clock.

use lommebok_domain::{PaymentId, TenantId, Timestamp};

/// How a tenant's business clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClockMode {
    /// With the wall clock, plus the offset.
    Real,
    /// It stands.
    Frozen,
}

/// A tenant's business clock as it is kept over restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockRecord {
    /// How it goes.
    pub mode: ClockMode,
    /// How far it is ahead of the wall clock, ms.
    pub offset_ms: i64,
    /// The last time that it showed; only a reset sets it back.
    pub last: Timestamp,
}

/// A reset of a tenant's business clock, as it is kept for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReset {
    /// From 1; the newest is the clock's epoch.
    pub number: i64,
    /// Business time before.
    pub from: Timestamp,
    /// Business time after.
    pub to: Timestamp,
    /// The last payment that was there. Only later ones tell what time it is at least.
    pub last_payment: PaymentId,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number, from 1.
    pub id: TenantId,
    /// Its name, unique.
    pub name: String,
    /// Its clock.
    pub clock: ClockRecord,
}

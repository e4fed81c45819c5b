//! A tenant: a closed world, and its business clock.

use lommebok_domain::{TenantId, Timestamp};

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
    /// The last time that it showed; it never goes back.
    pub last: Timestamp,
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

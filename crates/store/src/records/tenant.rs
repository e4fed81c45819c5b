//! A tenant: a closed world with its business clock and its PSPs, of whose credentials only keyed hashes are known here, and the
//! seed that it begins with.

use lommebok_domain::{Msn, PaymentId, PspId, TenantId, Timestamp};

use super::merchant::MerchantDetails;
use super::person::{CardDetails, NewUser};
use crate::secret::KeyedHash;

/// How a tenant's business clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClockMode {
    /// With the wall clock, plus the offset.
    Real,
    Frozen,
}

/// A tenant's business clock as it is kept over restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockRecord {
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
    /// The last payment before it: only later ones show how late it is at least.
    pub last_payment: PaymentId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number, from 1.
    pub id: TenantId,
    /// Its name, unique.
    pub name: String,
    pub clock: ClockRecord,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Psp {
    pub id: PspId,
    pub tenant: TenantId,
    /// The `PSP-ID` header's value.
    pub psp_id: String,
    /// For the operator.
    pub name: String,
    pub client_id: KeyedHash,
    pub client_secret: KeyedHash,
}

#[derive(Clone, Debug)]
pub struct NewPsp {
    /// The `PSP-ID` header's value, unique in the tenant.
    pub psp_id: String,
    /// For the operator.
    pub name: String,
    /// Keyed hash of `client_id`, unique everywhere.
    pub client_id: KeyedHash,
    pub client_secret: KeyedHash,
    /// Keyed hashes of the subscription keys (primary, secondary), unique everywhere.
    pub subscription_keys: Vec<KeyedHash>,
}

/// The seed of the change's tenant. Committing the same again changes nothing; a changed one brings the rows up to date.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The tenant's name, unique.
    pub tenant_name: String,
    /// When (business time).
    pub at: Timestamp,
    pub psps: Vec<SeededPsp>,
    pub users: Vec<SeededUser>,
}

#[derive(Clone, Debug)]
pub struct SeededPsp {
    pub psp: NewPsp,
    pub merchants: Vec<SeededMerchant>,
}

/// A merchant with the serial number that it is to have.
#[derive(Clone, Debug)]
pub struct SeededMerchant {
    pub msn: Msn,
    pub details: MerchantDetails,
}

#[derive(Clone, Debug)]
pub struct SeededUser {
    pub user: NewUser,
    pub cards: Vec<CardDetails>,
}

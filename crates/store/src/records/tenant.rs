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

/// A PSP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Psp {
    /// Our number.
    pub id: PspId,
    /// The closed world that it belongs to.
    pub tenant: TenantId,
    /// The `PSP-ID` header's value.
    pub psp_id: String,
    /// For the operator.
    pub name: String,
    /// Keyed hash of `client_id`.
    pub client_id: KeyedHash,
    /// Keyed hash of `client_secret`.
    pub client_secret: KeyedHash,
}

/// A PSP to be stored.
#[derive(Clone, Debug)]
pub struct NewPsp {
    /// The `PSP-ID` header's value, unique in the tenant.
    pub psp_id: String,
    /// For the operator.
    pub name: String,
    /// Keyed hash of `client_id`, unique everywhere.
    pub client_id: KeyedHash,
    /// Keyed hash of `client_secret`.
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
    /// Its PSPs.
    pub psps: Vec<SeededPsp>,
    /// Its users.
    pub users: Vec<SeededUser>,
}

/// A PSP and its merchants.
#[derive(Clone, Debug)]
pub struct SeededPsp {
    /// The PSP.
    pub psp: NewPsp,
    /// Its merchants.
    pub merchants: Vec<SeededMerchant>,
}

/// A merchant with the serial number that it is to have.
#[derive(Clone, Debug)]
pub struct SeededMerchant {
    /// Its serial number.
    pub msn: Msn,
    /// The rest.
    pub details: MerchantDetails,
}

/// A user and the user's cards.
#[derive(Clone, Debug)]
pub struct SeededUser {
    /// The user.
    pub user: NewUser,
    /// The cards.
    pub cards: Vec<CardDetails>,
}

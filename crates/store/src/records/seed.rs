//! What a database starts with. Committing the same seed again changes nothing; a changed one brings the rows up to date.

use lommebok_domain::{Msn, Timestamp};

use super::merchant::MerchantDetails;
use super::person::{CardDetails, NewUser};
use super::psp::NewPsp;

/// The seed of the change's tenant.
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

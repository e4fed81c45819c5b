//! A merchant as the signup API knows it (docs/domain.md §7). The logo, up to megabytes, is kept and read apart.

use lommebok_domain::{MerchantId, MerchantStatus, Msn, PspId, TenantId, Timestamp};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub line_1: String,
    pub line_2: Option<String>,
    pub city: String,
    pub post_code: String,
    /// `country`, two letters.
    pub country: String,
}

/// What may change of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantDetails {
    pub status: MerchantStatus,
    /// Whether its payments may skip the landing page.
    pub may_skip_landing_page: bool,
    pub organization_number: String,
    /// `companyName`: the legal name.
    pub company_name: String,
    pub company_email: String,
    /// `name`: shown to the user.
    pub name: String,
    pub mcc_code: String,
    pub email: Option<String>,
    pub website: Option<String>,
    /// `logoUrl`: kept, never fetched.
    pub logo_url: Option<String>,
    pub terms_of_service_accepted: Option<bool>,
    pub address: Address,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    pub id: MerchantId,
    pub tenant: TenantId,
    pub psp: PspId,
    /// Its serial number, unique in the tenant.
    pub msn: Msn,
    /// Rises by one with each change.
    pub version: i64,
    /// When it was made (business time).
    pub created_at: Timestamp,
    /// When it was changed last (business time).
    pub updated_at: Timestamp,
    pub details: MerchantDetails,
}

/// A change of a merchant.
#[derive(Clone, Debug)]
pub enum MerchantWrite {
    New {
        psp: PspId,
        /// Its serial number; `None`: the committer issues the next free one of six digits.
        msn: Option<Msn>,
        details: MerchantDetails,
        /// `logo`: base64 of a PNG.
        logo: Option<String>,
        /// Now (business time).
        at: Timestamp,
    },
    Update {
        id: MerchantId,
        /// The version that this was decided on; else [`crate::CommitFault::Stale`].
        guard_version: i64,
        /// All of the rest, as it then is.
        details: MerchantDetails,
        /// A new `logo`; `None` leaves the old one.
        logo: Option<String>,
        /// Now (business time).
        at: Timestamp,
    },
}

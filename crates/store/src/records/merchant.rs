//! A merchant as the signup API knows it (docs/domain.md §7). The logo, up to megabytes, is kept and read apart.

use lommebok_domain::{MerchantId, MerchantStatus, Msn, PspId, TenantId, Timestamp};

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `addressLine1`
    pub line_1: String,
    /// `addressLine2`
    pub line_2: Option<String>,
    /// `city`
    pub city: String,
    /// `postCode`
    pub post_code: String,
    /// `country`, two letters.
    pub country: String,
}

/// What may change of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantDetails {
    /// `status`
    pub status: MerchantStatus,
    /// Whether its payments may skip the landing page.
    pub may_skip_landing_page: bool,
    /// `organizationNumber`
    pub organization_number: String,
    /// `companyName`: the legal name.
    pub company_name: String,
    /// `companyEmail`
    pub company_email: String,
    /// `name`: shown to the user.
    pub name: String,
    /// `mccCode`
    pub mcc_code: String,
    /// `email`
    pub email: Option<String>,
    /// `website`
    pub website: Option<String>,
    /// `logoUrl`: kept, never fetched.
    pub logo_url: Option<String>,
    /// `termsOfServiceAccepted`
    pub terms_of_service_accepted: Option<bool>,
    /// `address`
    pub address: Address,
}

/// A merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// Our number.
    pub id: MerchantId,
    /// The closed world that it belongs to.
    pub tenant: TenantId,
    /// Whose merchant.
    pub psp: PspId,
    /// Its serial number, unique in the tenant.
    pub msn: Msn,
    /// Rises by one with each change.
    pub version: i64,
    /// When it was made (business time).
    pub created_at: Timestamp,
    /// When it was changed last (business time).
    pub updated_at: Timestamp,
    /// The rest.
    pub details: MerchantDetails,
}

/// A change of a merchant.
#[derive(Clone, Debug)]
pub enum MerchantWrite {
    /// A new one.
    New {
        /// Whose.
        psp: PspId,
        /// Its serial number; `None`: the committer issues the next free one of six digits.
        msn: Option<Msn>,
        /// The rest.
        details: MerchantDetails,
        /// `logo`: base64 of a PNG.
        logo: Option<String>,
        /// Now (business time).
        at: Timestamp,
    },
    /// One that exists.
    Update {
        /// Which one.
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

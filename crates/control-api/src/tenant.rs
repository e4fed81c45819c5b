//! Worlds (tenants): each a wallet of its own below a path of the server, with its own PSPs, users, clock and data.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// The body of `POST /tenants`. All of it may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewTenant {
    /// Its name, 1 to 40 lower-case letters, digits and hyphens, not a hyphen first; made if it is left out.
    #[schema(example = "checkout-17")]
    pub name: Option<String>,
    /// The text of a seed (TOML, docs/seed.md); the built-in one if it is left out.
    pub seed: Option<String>,
    /// After how many seconds of real time it is deleted by itself, 1 to 31,536,000; never if it is left out.
    #[schema(minimum = 1, maximum = 31_536_000)]
    pub ttl_s: Option<u32>,
    /// Whether its PSPs get the credentials that the seed fixes, which no other world may have; else all are new.
    pub keep_credentials: bool,
}

/// The answer of `GET /tenants`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TenantList {
    /// By their names; all of them, at most 1,000. The first world, at the root of the server, is none of them.
    pub tenants: Vec<TenantHead>,
}

/// One world in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantHead {
    /// Its name.
    pub name: String,
    /// Where it is: PSP API, App API, Control API and all pages are below it.
    #[schema(example = "http://127.0.0.1:8480/tenants/checkout-17")]
    pub url: String,
    /// When it was made, in real time.
    pub made_at: Moment,
    /// When it is deleted by itself, in real time; null: never.
    #[schema(required = true)]
    pub ends_at: Option<Moment>,
}

/// A world with all that a test needs: the answer of `POST /tenants` and `GET /tenants/{name}`. It holds secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// As in the list.
    #[serde(flatten)]
    pub head: TenantHead,
    /// Its phone simulator.
    pub phone_url: String,
    /// A `makePaymentUrl` that says OK.
    pub make_payment_url: String,
    /// Its PSPs, in the order of the seed.
    pub psps: Vec<TenantPsp>,
    /// Its users, in the order of the seed.
    pub users: Vec<TenantUser>,
}

/// A PSP of a world, with its credentials.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantPsp {
    /// Its name in the seed.
    pub name: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
    /// `Ocp-Apim-Subscription-Key`.
    pub subscription_key: String,
    /// A second one that works as well.
    pub secondary_subscription_key: String,
    /// `PSP-ID`.
    pub psp_id: String,
    /// Its merchants.
    pub merchants: Vec<TenantMerchant>,
}

impl fmt::Debug for TenantPsp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TenantPsp({}, …)", self.name)
    }
}

/// A merchant of a PSP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantMerchant {
    /// Its `Merchant-Serial-Number`.
    pub msn: String,
    /// The name that users see.
    pub name: String,
    /// Whether it may skip the landing page.
    pub may_skip_landing_page: bool,
}

/// A user of a world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantUser {
    /// The user's name.
    pub name: String,
    /// The number that the user signs in with, 8 digits.
    pub phone_number: String,
    /// The PIN.
    pub pin: String,
}

//! A PSP with its one set of credentials, of which only keyed hashes are known here.

use lommebok_domain::{PspId, TenantId};

use crate::secret::KeyedHash;

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

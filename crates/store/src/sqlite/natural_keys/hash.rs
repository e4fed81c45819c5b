//! Natural keys as 64-bit keyed hashes: one narrow index each, and no room for chosen collisions.
//!
//! A hash is the first slot to look at: a reader that finds a row there compares the text, and looks at the next slot when it is
//! another's (linear probing). A key never leaves the slots from its hash on, so what is in none of them does not exist.

use hmac::{Hmac, KeyInit, Mac};
use lommebok_domain::{MerchantId, MerchantOrderId, PspId, PspTransactionId, TenantId};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use crate::fault::StoreError;
use crate::secret::HashKey;
use crate::sqlite::fault::database_error;

/// Slots from a hash on that keys with this hash may take.
pub(crate) const MAX_PROBES: i64 = 16;
/// So that hash + probes never overflows.
const MAX_BITS: u32 = 62;

pub(crate) struct KeyHasher {
    keyed: Hmac<Sha256>,
    mask: u64,
}

impl std::fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyHasher(…)")
    }
}

impl KeyHasher {
    pub(crate) fn new(key: &HashKey, bits: u32) -> Self {
        let keyed = Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of every length");
        let mask = 1_u64.checked_shl(bits.min(MAX_BITS)).unwrap_or(u64::MAX).saturating_sub(1);
        Self { keyed, mask }
    }

    /// The first slot of a PSP's payment.
    pub(crate) fn transaction(&self, tenant: TenantId, psp: PspId, id: &PspTransactionId) -> i64 {
        self.transaction_text(tenant.get(), psp.get(), id.as_str())
    }

    /// The same for an id that was read from a row.
    pub(super) fn transaction_text(&self, tenant: i64, psp: i64, id: &str) -> i64 {
        self.hash(b'T', tenant, psp, id)
    }

    /// The first slot of a merchant's order.
    pub(crate) fn order(&self, tenant: TenantId, merchant: MerchantId, id: &MerchantOrderId) -> i64 {
        self.order_text(tenant.get(), merchant.get(), id.as_str())
    }

    /// The same for an id that was read from a row.
    pub(super) fn order_text(&self, tenant: i64, merchant: i64, id: &str) -> i64 {
        self.hash(b'O', tenant, merchant, id)
    }

    fn hash(&self, purpose: u8, tenant: i64, owner: i64, text: &str) -> i64 {
        let bytes = self.mac(purpose, tenant, owner, text);
        let first = u64::from_be_bytes(*bytes.first_chunk().expect("a SHA-256 has more than 8 bytes"));
        i64::try_from(first & self.mask).expect("62 bits fit an i64")
    }

    fn mac(&self, purpose: u8, tenant: i64, owner: i64, text: &str) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        let mut head = [purpose; 17];
        head[1..9].copy_from_slice(&tenant.to_be_bytes());
        head[9..].copy_from_slice(&owner.to_be_bytes());
        mac.update(&head);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Proves that the database was written with this key; with another one every look-up would silently fail.
pub(in crate::sqlite) fn prove(connection: &Connection, keys: &KeyHasher) -> Result<(), StoreError> {
    let ours = keys.mac(b'F', 0, i64::from(keys.mask.count_ones()), "fingerprint");
    let sql = "SELECT fingerprint FROM hash_key WHERE tenant = 0";
    let stored: Option<Vec<u8>> = connection.query_row(sql, [], |row| row.get(0)).optional().map_err(database_error)?;
    match stored {
        Some(stored) if stored == ours => Ok(()),
        Some(_) => Err(StoreError::OtherHashKey),
        None => {
            let sql = "INSERT INTO hash_key (tenant, fingerprint) VALUES (0, ?1)";
            connection.execute(sql, params![ours.as_slice()]).map_err(database_error)?;
            Ok(())
        }
    }
}

//! Reads of tenants, PSPs, merchants, users, cards, sessions and wrong PINs.

use lommebok_domain::{CardId, MerchantId, Msn, PspId, TenantId, Timestamp, UserId};

use super::Store;
use crate::KNOWN_BROWSER_LIFE_MS;
use crate::change::Expiring;
use crate::fault::StoreError;
use crate::records::{Card, ClockReset, Merchant, Psp, Session, Tenant, TriedFrom, User};
use crate::secret::KeyedHash;
use crate::sqlite::{expiring, pin_tries, read};

impl Store {
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.read(read::psp::tenants).await
    }

    /// The tenant with this number, with its clock.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        self.read(|connection| read::psp::tenant_by_id(connection, id)).await
    }

    /// The newest resets of the tenant's clock, newest first; at most `limit`.
    pub async fn clock_resets(&self, tenant: TenantId, limit: u32) -> Result<Vec<ClockReset>, StoreError> {
        self.read(|connection| read::psp::clock_resets(connection, tenant, limit)).await
    }

    pub async fn psps(&self) -> Result<Vec<Psp>, StoreError> {
        self.read(read::psp::all).await
    }

    pub async fn psp(&self, tenant: TenantId, id: PspId) -> Result<Option<Psp>, StoreError> {
        self.read(|connection| read::psp::by_id(connection, tenant, id)).await
    }

    /// The PSP with this `client_id`, of any tenant.
    pub async fn psp_by_client_id(&self, client_id: &KeyedHash) -> Result<Option<Psp>, StoreError> {
        self.read(|connection| read::psp::by_client_id(connection, client_id)).await
    }

    /// The PSP with this subscription key (primary or secondary), of any tenant.
    pub async fn psp_by_subscription_key(&self, key: &KeyedHash) -> Result<Option<Psp>, StoreError> {
        self.read(|connection| read::psp::by_subscription_key(connection, key)).await
    }

    /// The keyed hashes of a PSP's subscription keys.
    pub async fn subscription_keys(&self, id: PspId) -> Result<Vec<KeyedHash>, StoreError> {
        self.read(|connection| read::psp::subscription_keys(connection, id)).await
    }

    pub async fn merchant(&self, tenant: TenantId, id: MerchantId) -> Result<Option<Merchant>, StoreError> {
        self.read(|connection| read::merchant::by_id(connection, tenant, id)).await
    }

    /// The merchant with this serial number, of any PSP of the tenant.
    pub async fn merchant_by_msn(&self, tenant: TenantId, msn: &Msn) -> Result<Option<Merchant>, StoreError> {
        self.read(|connection| read::merchant::by_msn(connection, tenant, msn)).await
    }

    /// A PSP's merchants, oldest first, after `after`; at most `limit`.
    pub async fn merchants_of_psp(
        &self,
        tenant: TenantId,
        psp: PspId,
        after: Option<MerchantId>,
        limit: u32,
    ) -> Result<Vec<Merchant>, StoreError> {
        self.read(|connection| read::merchant::of_psp(connection, tenant, psp, after, limit)).await
    }

    /// A merchant's logo, base64 of a PNG.
    pub async fn merchant_logo(&self, tenant: TenantId, id: MerchantId) -> Result<Option<String>, StoreError> {
        self.read(|connection| read::merchant::logo(connection, tenant, id)).await
    }

    pub async fn user(&self, tenant: TenantId, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(|connection| read::person::user(connection, tenant, id)).await
    }

    pub async fn user_by_phone(&self, tenant: TenantId, phone: &KeyedHash) -> Result<Option<User>, StoreError> {
        self.read(|connection| read::person::user_by_phone(connection, tenant, phone)).await
    }

    /// The tenant's users, oldest first; at most `limit`.
    pub async fn users(&self, tenant: TenantId, limit: u32) -> Result<Vec<User>, StoreError> {
        self.read(|connection| read::person::users(connection, tenant, limit)).await
    }

    pub async fn card(&self, tenant: TenantId, id: CardId) -> Result<Option<Card>, StoreError> {
        self.read(|connection| read::person::card(connection, tenant, id)).await
    }

    /// A user's cards, oldest first.
    pub async fn cards(&self, tenant: TenantId, user: UserId) -> Result<Vec<Card>, StoreError> {
        self.read(|connection| read::person::cards(connection, tenant, user)).await
    }

    /// The session with this token that has not expired at `now`, of any tenant.
    pub async fn session(&self, token: &KeyedHash, now: Timestamp) -> Result<Option<Session>, StoreError> {
        self.read(|connection| read::person::session(connection, token, now)).await
    }

    /// Until when no PIN from there is looked at; `None` when one may be tried at `now`. What another try has changed since is seen
    /// by the commit.
    pub async fn pin_locked_until(&self, from: &TriedFrom, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| pin_tries::locked_until(connection, from, now)).await
    }

    /// Whether a browser, by the hash of its number and cookie, has signed that number's user in within the last
    /// [`KNOWN_BROWSER_LIFE_MS`].
    pub async fn is_known_browser(&self, browser: &KeyedHash, now: Timestamp) -> Result<bool, StoreError> {
        let since = now.plus_millis(KNOWN_BROWSER_LIFE_MS.saturating_neg());
        self.read(|connection| read::person::is_known(connection, browser, since)).await
    }

    /// Whether any such rows expired before this time (business time), so that a purge would find something.
    pub async fn has_expired(&self, tenant: TenantId, rows: Expiring, before: Timestamp) -> Result<bool, StoreError> {
        self.read(|connection| expiring::any(connection, tenant, rows, before)).await
    }
}

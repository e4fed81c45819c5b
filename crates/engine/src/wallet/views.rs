//! Small answers that pages and the App API need: names, tokens of forms, what the shop's way back is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lommebok_domain::{Entrance, Payment, UserId};
use lommebok_store::User;

use super::{Fault, Wallet};
use crate::keys::envelope::Place;
use crate::keys::lookup::Purpose;

impl Wallet {
    /// The merchant's name as the user reads it; the serial number when the merchant can't be read.
    pub fn merchant_name(&self, payment: &Payment) -> String {
        match self.merchant(&payment.terms.msn) {
            Ok(Some(merchant)) => merchant.details.name.clone(),
            Ok(None) | Err(_) => payment.terms.msn.to_string(),
        }
    }

    /// Whether the phone offers *Back to the shop* at the end: opened through its link on the phone, or made for an app.
    pub fn leads_back_to_shop(&self, payment: &Payment) -> Result<bool, Fault> {
        Ok(match payment.terms.entrance {
            Entrance::Push => false,
            Entrance::App => true,
            Entrance::LandingPage => self.store().was_opened_by_link(self.tenant(), payment.id)?,
        })
    }

    /// A user of this wallet.
    pub fn user(&self, id: UserId) -> Result<User, Fault> {
        self.store().user(self.tenant(), id)?.ok_or(Fault::NoSession)
    }

    /// A user's phone number, opened.
    pub fn phone_number(&self, user: &User) -> Result<String, Fault> {
        let sealed = user.phone_sealed.as_bytes();
        let row = user.phone.as_bytes();
        let place = Place { table: "wallet_user", tenant: self.tenant().get(), row, column: "phone_sealed" };
        let opened = self.keys().envelope.open(place, sealed).map_err(|_| Fault::Secret)?;
        String::from_utf8(opened.to_vec()).map_err(|_| Fault::Secret)
    }

    /// 128 random bits as text, for a cookie.
    pub fn random_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.randomness().bytes::<16>())
    }

    /// A keyed hash of `value` as text, for the token of a form.
    pub fn page_token(&self, value: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.keys().lookup.hash(Purpose::Session, value.as_bytes()).as_bytes())
    }
}

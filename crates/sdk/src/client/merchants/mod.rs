//! The merchants of a PSP: list, look up, sign up, change, deactivate.

mod forms;

use serde::Deserialize;

pub use forms::{Address, Company, MerchantChanges, NewMerchant};

use super::call::{self, Call};
use super::{Client, Result};
use crate::MerchantSerialNumber;

/// The path of the merchants.
const PATH: &str = "/merchant-management/psp/v1/merchants";

/// A merchant as the wallet knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Merchant {
    /// The Merchant Serial Number.
    pub merchant_serial_number: MerchantSerialNumber,
    /// What the user sees.
    pub name: String,
    /// Whether it may sell.
    pub status: MerchantStatus,
    /// The organisation number.
    #[serde(default)]
    pub organization_number: String,
    /// The legal name.
    #[serde(default)]
    pub company_name: String,
    /// The company's e-mail address.
    #[serde(default)]
    pub company_email: String,
    /// The contact's e-mail address.
    pub email: Option<String>,
    /// The web site.
    pub website: Option<String>,
    /// Where the logo is.
    pub logo_url: Option<String>,
    /// When it was created, in RFC 3339.
    #[serde(default)]
    pub created_at: String,
    /// When it was last changed, in RFC 3339.
    #[serde(default)]
    pub updated_at: String,
    /// Where it is.
    pub address: Option<Address>,
}

/// Whether a merchant may sell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "String")]
#[non_exhaustive]
pub enum MerchantStatus {
    /// It may.
    Active,
    /// Not any more, for good.
    Deactivated,
    /// Not yet.
    Pending,
    /// A word that this version does not know.
    Other(String),
}

impl From<String> for MerchantStatus {
    fn from(word: String) -> Self {
        match word.as_str() {
            "ACTIVE" => Self::Active,
            "DEACTIVATED" => Self::Deactivated,
            "PENDING" => Self::Pending,
            _ => Self::Other(word),
        }
    }
}

#[derive(Deserialize)]
struct List {
    merchants: Vec<Merchant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    merchant_serial_number: MerchantSerialNumber,
}

/// The calls about merchants.
#[derive(Clone, Copy, Debug)]
pub struct Merchants<'c>(&'c Client);

impl Client {
    /// The calls about merchants.
    pub fn merchants(&self) -> Merchants<'_> {
        Merchants(self)
    }
}

impl Merchants<'_> {
    /// All merchants of this PSP.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub async fn list(&self) -> Result<Vec<Merchant>> {
        let answer = self.0.call(Call::get("merchants.list", PATH.to_owned())).await?;
        Ok(answer.json::<List>()?.merchants)
    }

    /// One merchant.
    ///
    /// # Errors
    /// See [`Error`](crate::Error); a status of 404 says that you have no such merchant.
    pub async fn get(&self, msn: &MerchantSerialNumber) -> Result<Merchant> {
        self.0.call(Call::get("merchants.get", format!("{PATH}/{msn}"))).await?.json()
    }

    /// Signs a merchant up and answers its Merchant Serial Number.
    ///
    /// # Errors
    /// See [`Error`](crate::Error); the details name the fields at fault.
    pub async fn create(&self, merchant: &NewMerchant) -> Result<MerchantSerialNumber> {
        let body = serde_json::to_vec(&merchant.with_some_logo()).map_err(call::no_json)?;
        let call = Call::post("merchants.create", PATH, body).keyed(merchant.key().clone());
        Ok(self.0.call(call).await?.json::<Created>()?.merchant_serial_number)
    }

    /// Changes a merchant.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub async fn update(&self, msn: &MerchantSerialNumber, changes: &MerchantChanges) -> Result<()> {
        let body = serde_json::to_vec(changes).map_err(call::no_json)?;
        let mut call = Call::post("merchants.update", format!("{PATH}/{msn}"), body).keyed(call::fresh_key());
        call.method = http::Method::PATCH;
        self.0.call(call).await.map(drop)
    }
}

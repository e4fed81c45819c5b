//! Which merchant asks: a value that a handler can't be called without.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{StatusCode, header};
use lommebok_sdk::{MerchantSerialNumber, Secret};
use subtle::ConstantTimeEq as _;

use super::Api;
use super::problem::Problem;

/// A merchant and its key.
#[derive(Clone, Debug)]
pub(crate) struct Merchant {
    pub(crate) msn: MerchantSerialNumber,
    pub(crate) key: Secret,
}

/// All merchants of the PSP.
#[derive(Clone, Debug)]
pub(crate) struct Merchants(pub(crate) Arc<[Merchant]>);

impl Merchants {
    /// The merchant with this key. Every key is compared, in constant time.
    fn with_key(&self, key: &[u8]) -> Option<&Merchant> {
        let mut found = None;
        for merchant in self.0.iter() {
            if bool::from(merchant.key.expose().as_bytes().ct_eq(key)) {
                found = Some(merchant);
            }
        }
        found
    }

    /// The merchant with this serial number.
    pub(crate) fn with_msn(&self, msn: &str) -> Option<&Merchant> {
        self.0.iter().find(|merchant| merchant.msn.as_str() == msn)
    }
}

impl FromRequestParts<Api> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
        let shown = match (values.next(), values.next()) {
            (Some(only), None) => only.as_bytes().strip_prefix(b"Bearer "),
            _ => None,
        };
        let merchant = shown.and_then(|key| api.merchants.with_key(key)).cloned();
        merchant.ok_or_else(|| {
            Problem::new(StatusCode::UNAUTHORIZED, "The header must be `Authorization: Bearer` and your merchant key.")
        })
    }
}

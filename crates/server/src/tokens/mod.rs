//! STUB until the token service lands.
#![allow(missing_docs)]
use lommebok_api::make_payment as wire;
pub struct TokenRequest<'a> {
    pub terms: &'a lommebok_domain::Terms,
    pub card: &'a lommebok_store::Card,
    pub payment: lommebok_domain::PaymentId,
    pub attempt: lommebok_domain::AttemptNumber,
}
pub struct IssuedToken;
impl IssuedToken {
    pub fn bin_number(&self) -> &str {
        ""
    }
    pub fn network_token(&self) -> wire::NetworkToken<'_> {
        unimplemented!()
    }
}
#[derive(Debug, thiserror::Error)]
#[error("refused")]
pub struct TokenRefused;

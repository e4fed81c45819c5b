//! What the wallet gave you: one set of credentials for all your merchants.

use std::fmt;

use http::HeaderValue;

use crate::{InvalidValue, Secret};

/// The credentials of a PSP.
#[derive(Clone)]
pub struct Credentials {
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) subscription_key: Secret,
    pub(super) psp_id: String,
}

impl Credentials {
    /// The four values as the wallet handed them out; `lommebok env` prints those of a sandbox.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        subscription_key: impl Into<Secret>,
        psp_id: impl Into<String>,
    ) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            subscription_key: subscription_key.into(),
            psp_id: psp_id.into(),
        }
    }

    /// The PSP's own id.
    pub fn psp_id(&self) -> &str {
        &self.psp_id
    }

    /// All four as values of headers.
    pub(super) fn to_headers(&self) -> Result<CredentialHeaders, InvalidValue> {
        Ok(CredentialHeaders {
            client_id: header("client_id", &self.client_id)?,
            client_secret: secret_header("client_secret", &self.client_secret)?,
            subscription_key: secret_header("Ocp-Apim-Subscription-Key", &self.subscription_key)?,
            psp_id: header("PSP-ID", &self.psp_id)?,
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("psp_id", &self.psp_id)
            .finish_non_exhaustive()
    }
}

/// Credentials in the form in which they are sent.
#[derive(Clone, Debug)]
pub(super) struct CredentialHeaders {
    pub(super) client_id: HeaderValue,
    pub(super) client_secret: HeaderValue,
    pub(super) subscription_key: HeaderValue,
    pub(super) psp_id: HeaderValue,
}

fn header(name: &'static str, value: &str) -> Result<HeaderValue, InvalidValue> {
    let is_right =
        !value.is_empty() && value.trim_ascii() == value && value.bytes().all(|byte| byte.is_ascii_graphic());
    let fault = InvalidValue::new(name, "visible ASCII without spaces, as the wallet handed it out");
    HeaderValue::from_str(value).ok().filter(|_| is_right).ok_or(fault)
}

fn secret_header(name: &'static str, secret: &Secret) -> Result<HeaderValue, InvalidValue> {
    let mut value = header(name, secret.expose())?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_secret_nor_key() {
        let credentials = Credentials::new("the-id", "the-secret", "the-key", "THE-PSP");
        let shown = format!("{credentials:?} {:?}", credentials.to_headers().unwrap());
        assert!(shown.contains("the-id") && shown.contains("THE-PSP"), "{shown}");
        assert!(!shown.contains("the-secret") && !shown.contains("the-key"), "{shown}");
    }

    #[test]
    fn a_value_that_can_be_no_header_is_named() {
        let fault = Credentials::new("a", "b\n", "c", "d").to_headers().unwrap_err();
        assert_eq!(fault.field(), "client_secret");
        assert_eq!(Credentials::new("a", "b", "", "d").to_headers().unwrap_err().field(), "Ocp-Apim-Subscription-Key");
    }
}

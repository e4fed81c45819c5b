//! `POST …/integration-test/psppayments/{pspTransactionId}/approve`: approves without a phone. Test environments only.

use serde::Serialize;

use super::call::Call;
use super::{Client, Result};
use crate::{MobileNumber, PspTransactionId, Secret};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ForceApproveBody<'a> {
    customer_phone_number: &'a MobileNumber,
    token: &'a str,
}

impl Client {
    /// Approves a payment in the name of the user with this number, with that user's first card. `token` is that of the
    /// payment's link ([`RedirectUrl::token`](super::RedirectUrl::token)). Returns once the first outcome is there.
    ///
    /// # Errors
    /// See [`Error`](crate::Error): `51` in a wrong state, `81` for a number that no user has; 404 in production.
    pub async fn force_approve(&self, id: &PspTransactionId, number: &MobileNumber, token: &Secret) -> Result<()> {
        let body = ForceApproveBody { customer_phone_number: number, token: token.expose() };
        let body = serde_json::to_vec(&body).map_err(super::call::no_json)?;
        let path = format!("/psp/v3/integration-test/psppayments/{id}/approve");
        self.call(Call::post("force_approve", path, body).keyed(super::call::fresh_key())).await.map(drop)
    }
}

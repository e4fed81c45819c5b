//! Whether a call comes from the wallet: the `Authorization` header against the makePaymentToken of that very payment, in
//! constant time.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq as _;

use crate::{MakePaymentToken, PspTransactionId};

/// An error of your own code, as the receiver logs it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a call about a payment must carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The token that the payment was started with.
    Token(MakePaymentToken),
    /// Nothing: the payment was started without a token, so every caller is believed.
    Nothing,
    /// There is no such payment: the call is refused like one with a wrong token.
    UnknownPayment,
}

/// Says what a call about a payment must carry. An async closure is one, and so is a [`MakePaymentToken`] that all your
/// payments share.
pub trait Authorization: Send + Sync + 'static {
    /// What the call about this payment must carry.
    ///
    /// # Errors
    /// When your records can't be read; the wallet is then answered 503.
    fn expected(&self, id: &PspTransactionId) -> impl Future<Output = Result<Expected, BoxError>> + Send;
}

impl<F, Lookup> Authorization for F
where
    F: Fn(PspTransactionId) -> Lookup + Send + Sync + 'static,
    Lookup: Future<Output = Result<Expected, BoxError>> + Send,
{
    async fn expected(&self, id: &PspTransactionId) -> Result<Expected, BoxError> {
        self(id.clone()).await
    }
}

impl Authorization for MakePaymentToken {
    async fn expected(&self, _id: &PspTransactionId) -> Result<Expected, BoxError> {
        Ok(Expected::Token(self.clone()))
    }
}

/// Whether `headers` carry what is expected. How long it takes depends on lengths alone.
pub(super) fn is_authorized(headers: &HeaderMap, expected: &Expected) -> bool {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let shown = match (values.next(), values.next()) {
        (Some(only), None) => only.as_bytes(),
        _ => b"",
    };
    match expected {
        Expected::Token(token) => bool::from(token.expose().as_bytes().ct_eq(shown)),
        Expected::Nothing => true,
        Expected::UnknownPayment => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, value.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_exact_value_once_is_believed() {
        let expected = Expected::Token(MakePaymentToken::new("Bearer abc").unwrap());
        assert!(is_authorized(&headers(&["Bearer abc"]), &expected));
        let wrong: [&[&str]; 7] =
            [&[], &[""], &["Bearer ab"], &["Bearer abcd"], &["bearer abc"], &["Bearer abc", "Bearer abc"], &["x"]];
        for values in wrong {
            assert!(!is_authorized(&headers(values), &expected), "{values:?}");
        }
    }

    #[test]
    fn an_unknown_payment_is_never_believed_and_one_without_token_always() {
        assert!(!is_authorized(&headers(&["x"]), &Expected::UnknownPayment));
        assert!(
            is_authorized(&headers(&[]), &Expected::Nothing) && is_authorized(&headers(&["x"]), &Expected::Nothing)
        );
    }
}

//! The makePaymentToken of each payment: made from its id with our key, so that it is a payment's own and nothing is stored.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_sdk::receiver::{Authorization, BoxError, Expected};
use lommebok_sdk::{MakePaymentToken, PspTransactionId};
use sha2::Sha256;

use crate::ledger::{Ledger, Name};

#[derive(Clone)]
pub(crate) struct MakePaymentTokens([u8; 32]);

impl MakePaymentTokens {
    pub(crate) const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The token of a payment.
    pub(crate) fn of(&self, id: &PspTransactionId) -> MakePaymentToken {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of every length");
        mac.update(b"makePaymentToken");
        mac.update(id.as_str().as_bytes());
        let code = mac.finalize().into_bytes();
        let text = code.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        MakePaymentToken::new(text).expect("hexadecimal digits are visible ASCII")
    }
}

impl fmt::Debug for MakePaymentTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MakePaymentTokens(***)")
    }
}

/// What a call about a payment of ours must carry.
#[derive(Clone, Debug)]
pub(crate) struct OurPayments {
    pub(crate) ledger: Ledger,
    pub(crate) tokens: MakePaymentTokens,
}

impl Authorization for OurPayments {
    async fn expected(&self, id: &PspTransactionId) -> Result<Expected, BoxError> {
        let found = self.ledger.find(Name::PspTransactionId(id.to_string())).await?;
        Ok(if found.is_some() { Expected::Token(self.tokens.of(id)) } else { Expected::UnknownPayment })
    }
}

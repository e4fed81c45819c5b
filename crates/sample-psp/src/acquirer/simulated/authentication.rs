//! The bank's half of 3-D Secure: the proof that a session was passed, which the issuer knows again in the authorisation.
//!
//! 20 bytes: the first 20 of HMAC-SHA-256(test key, `3ds` ‖ session ‖ amount). A proof is good for one authorisation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_sdk::{Amount, Secret};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::acquirer::Authentication;

/// The length of a proof, in bytes.
const VALUE_BYTES: usize = 20;

/// The proof that the user passed `session` for `amount`.
pub(super) fn prove(key: &[u8], session: &str, amount: Amount) -> Authentication {
    Authentication { session: session.to_owned(), value: Secret::new(value(key, session, amount)) }
}

/// Whether this proof is one, for this amount.
pub(super) fn is_proof(key: &[u8], authentication: &Authentication, amount: Amount) -> bool {
    let right = value(key, &authentication.session, amount);
    right.as_bytes().ct_eq(authentication.value.expose().as_bytes()).into()
}

fn value(key: &[u8], session: &str, amount: Amount) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(b"3ds");
    mac.update(session.as_bytes());
    mac.update(&amount.as_ore().to_be_bytes());
    let code = mac.finalize().into_bytes();
    STANDARD.encode(code.iter().copied().take(VALUE_BYTES).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_20_bytes_and_good_for_its_session_and_amount_alone() {
        let amount = Amount::ore(20_200).unwrap();
        let proof = prove(b"key", "s1", amount);
        assert_eq!(proof.value.expose().len(), 28);
        assert!(is_proof(b"key", &proof, amount));
        assert!(!is_proof(b"key", &proof, Amount::ore(20_201).unwrap()));
        assert!(!is_proof(b"other", &proof, amount));
        assert!(!is_proof(b"key", &Authentication { session: "s2".to_owned(), ..proof }, amount));
    }
}

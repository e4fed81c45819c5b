//! The compact form of a JWT: header, claims and signature in base64url with dots between. One spelling each, nothing optional.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lommebok_engine::keys::{SigningKeyFault, SigningKeyPair};
use serde::{Deserialize, Serialize};

use super::TokenFault;
use super::claims::Claims;

/// RSA with PKCS #1 v1.5 and SHA-256.
pub(super) const ALGORITHM: &str = "RS256";
/// An access token, so that no other JWT of ours could pass for one (RFC 9068).
const TYPE: &str = "at+jwt";

/// The header, exactly. `jwk`, `jku`, `x5u`, `x5c`, `crit` and whatever else are unknown members and refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    alg: &'a str,
    kid: &'a str,
    typ: &'a str,
}

/// A token taken apart, nothing believed yet.
pub(super) struct Parts<'a> {
    /// What the signature is over.
    pub(super) signed: &'a [u8],
    header: Vec<u8>,
    /// The claims' JSON.
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

/// Takes a token apart.
pub(super) fn split(token: &str) -> Result<Parts<'_>, TokenFault> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Malformed);
    Ok(Parts {
        signed: signed.as_bytes(),
        header: decode(header)?,
        claims: decode(claims)?,
        signature: decode(signature)?,
    })
}

impl Parts<'_> {
    /// Whether the header is as we write it, for the key with this name.
    pub(super) fn check_header(&self, kid: &str) -> Result<(), TokenFault> {
        // Borrowed strings: a header with escapes in them was not written by us.
        let header: Header<'_> = serde_json::from_slice(&self.header).map_err(|_| TokenFault::Header)?;
        if header.alg != ALGORITHM {
            return Err(TokenFault::Algorithm);
        }
        if header.typ != TYPE {
            return Err(TokenFault::Type);
        }
        if header.kid != kid {
            return Err(TokenFault::UnknownKey);
        }
        Ok(())
    }
}

/// The token with these claims, signed.
pub(super) fn sign(pair: &SigningKeyPair, claims: &Claims) -> Result<String, SigningKeyFault> {
    let header = Header { alg: ALGORITHM, kid: pair.kid(), typ: TYPE };
    let mut token = encode(&header);
    token.push('.');
    token.push_str(&encode(claims));
    let signature = pair.sign(token.as_bytes())?;
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(signature));
    Ok(token)
}

fn encode(part: &impl Serialize) -> String {
    let json = serde_json::to_vec(part).expect("strings and numbers are always JSON");
    URL_SAFE_NO_PAD.encode(json)
}

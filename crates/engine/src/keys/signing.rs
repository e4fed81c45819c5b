//! The RSA key that signs access tokens. Making one takes a while, so the first start does it in the background and the first
//! token waits. Not here: what is signed (`access_token`).

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::{DataDirectory, KeyFault, files};
use crate::tasks::Tasks;

/// The signing key, there or on its way. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SigningKey(watch::Receiver<Progress>);

#[derive(Clone, Debug)]
enum Progress {
    Making,
    Ready(Arc<SigningKeyPair>),
    Failed(Arc<str>),
}

/// Why there is no signing key and will be none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the signing key could not be made: {0}")]
pub struct SigningKeyFault(Arc<str>);

impl SigningKey {
    /// Reads the key from the data directory, or makes it in the background and keeps it there.
    ///
    /// # Errors
    /// [`KeyFault`] when the file is there but cannot be read or is no RSA key of 2048 bits or more.
    pub fn load_or_make(directory: &DataDirectory, tasks: &Tasks) -> Result<Self, KeyFault> {
        let path = directory.signing_key_path();
        if let Some(pem) = files::read_own_if_present(&path)? {
            return parse_pem(&path, &pem).map(Arc::new).map(Self::ready_made);
        }
        let (progress, receiver) = watch::channel(Progress::Making);
        let directory = directory.path().to_owned();
        tasks.spawn_blocking("signing key", move || {
            progress.send_replace(match make_and_keep(&directory) {
                Ok(pair) => Progress::Ready(Arc::new(pair)),
                Err(fault) => Progress::Failed(fault.0),
            });
        });
        Ok(Self(receiver))
    }

    /// Reads the key from a file that the configuration names: PKCS#8 in PEM, RSA of 2048 bits or more.
    ///
    /// # Errors
    /// [`KeyFault`] when it cannot be read, when others can read it too, or when it is no such key.
    pub fn read(path: &Path) -> Result<Self, KeyFault> {
        parse_pem(path, &files::read_given(path)?).map(Arc::new).map(Self::ready_made)
    }

    /// A key that is there already.
    pub fn ready_made(pair: Arc<SigningKeyPair>) -> Self {
        Self(watch::Sender::new(Progress::Ready(pair)).subscribe())
    }

    /// Waits for the key.
    ///
    /// # Errors
    /// [`SigningKeyFault`] when it could not be made.
    pub async fn ready(&self) -> Result<Arc<SigningKeyPair>, SigningKeyFault> {
        let mut progress = self.0.clone();
        let settled = progress.wait_for(|progress| !matches!(progress, Progress::Making)).await;
        match settled.as_deref() {
            Ok(Progress::Ready(pair)) => Ok(Arc::clone(pair)),
            Ok(Progress::Failed(cause)) => Err(SigningKeyFault(Arc::clone(cause))),
            Ok(Progress::Making) | Err(_) => Err(SigningKeyFault("its making was interrupted".into())),
        }
    }

    /// The key, if it is there now.
    pub fn if_ready(&self) -> Option<Arc<SigningKeyPair>> {
        match &*self.0.borrow() {
            Progress::Ready(pair) => Some(Arc::clone(pair)),
            Progress::Making | Progress::Failed(_) => None,
        }
    }
}

/// An RSA key pair and the name (`kid`) by which tokens refer to it.
pub struct SigningKeyPair {
    pair: RsaKeyPair,
    kid: String,
    modulus: String,
    exponent: String,
}

impl SigningKeyPair {
    /// A new key of 2048 bits. Takes some hundred milliseconds of CPU.
    ///
    /// # Errors
    /// [`SigningKeyFault`] when the cryptographic library refuses.
    pub fn generate() -> Result<Self, SigningKeyFault> {
        RsaKeyPair::generate(KeySize::Rsa2048)
            .map(Self::new)
            .map_err(|_| SigningKeyFault("the cryptographic library refused".into()))
    }

    fn new(pair: RsaKeyPair) -> Self {
        let public = pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        let kid = thumbprint(&modulus, &exponent);
        Self { pair, kid, modulus, exponent }
    }

    /// The key's name: its RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public modulus (`n` of a JWK), base64url of the big-endian number.
    pub fn modulus(&self) -> &str {
        &self.modulus
    }

    /// The public exponent (`e` of a JWK), base64url of the big-endian number.
    pub fn exponent(&self) -> &str {
        &self.exponent
    }

    /// The RS256 signature of `message`. About a millisecond of CPU.
    ///
    /// # Errors
    /// [`SigningKeyFault`] when the cryptographic library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningKeyFault> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| SigningKeyFault("the cryptographic library refused to sign".into()))?;
        Ok(signature)
    }

    /// Whether `signature` is this key's RS256 signature of `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let public = self.pair.public_key();
        aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, public)
            .verify(message, signature)
            .is_ok()
    }
}

impl fmt::Debug for SigningKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeyPair").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// SHA-256 of the JWK's required members in alphabetical order (RFC 7638).
fn thumbprint(modulus: &str, exponent: &str) -> String {
    let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

fn make_and_keep(directory: &Path) -> Result<SigningKeyPair, SigningKeyFault> {
    let pair = SigningKeyPair::generate()?;
    DataDirectory::write_signing_key(directory, &to_pem(&pair.pair)?)
        .map_err(|fault| SigningKeyFault(fault.to_string().into()))?;
    Ok(pair)
}

fn to_pem(pair: &RsaKeyPair) -> Result<Zeroizing<String>, SigningKeyFault> {
    let der: Pkcs8V1Der<'_> =
        pair.as_der().map_err(|_| SigningKeyFault("the cryptographic library refused to export it".into()))?;
    let base64 = Zeroizing::new(STANDARD.encode(der.as_ref()));
    let mut pem = Zeroizing::new(String::from("-----BEGIN PRIVATE KEY-----\n"));
    for (column, letter) in base64.chars().enumerate() {
        if column > 0 && column.is_multiple_of(64) {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END PRIVATE KEY-----\n");
    Ok(pem)
}

fn parse_pem(path: &Path, pem: &str) -> Result<SigningKeyPair, KeyFault> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| KeyFault::content(path, "must be a private key in PEM (PKCS#8, BEGIN PRIVATE KEY)"))?;
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())
        .map_err(|_| KeyFault::content(path, "must be an RSA key of 2048 to 8192 bits"))?;
    Ok(SigningKeyPair::new(pair))
}

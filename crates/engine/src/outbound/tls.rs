//! Whom the outgoing call trusts: the web's certificate authorities, and those that the operator adds.
//!
//! There is no switch that accepts a bad certificate. Sessions are not resumed and nothing is sent early: each call proves the peer anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};

/// The TLS settings cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum TlsRootsError {
    /// The file of added certificates can't be read.
    #[error("outgoing_ca_file: {} can't be read as PEM", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: pem::Error,
    },
    /// The file of added certificates has none.
    #[error("outgoing_ca_file: {} has no certificate (-----BEGIN CERTIFICATE-----)", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// One of the added certificates is not usable as a certificate authority.
    #[error("outgoing_ca_file: certificate {number} is not usable as an authority")]
    ExtraRoot {
        /// Its place in the list, from 1.
        number: usize,
        /// What rustls found.
        #[source]
        source: rustls::Error,
    },
    /// The cryptography library offers no usable TLS version.
    #[error("no usable TLS version")]
    Versions(#[source] rustls::Error),
}

/// The certificates of a PEM file, at least one.
pub fn read_authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsRootsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.map_err(|source| TlsRootsError::File { path: path.to_owned(), source })?;
    if certificates.is_empty() {
        return Err(TlsRootsError::NoCertificate { path: path.to_owned() });
    }
    Ok(certificates)
}

/// TLS 1.2 and 1.3 with the web's certificate authorities and `extra_roots` (DER).
pub fn tls_with_web_roots(extra_roots: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, TlsRootsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for (number, root) in (1..).zip(extra_roots) {
        roots.add(root.clone()).map_err(|source| TlsRootsError::ExtraRoot { number, source })?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsRootsError::Versions)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    Ok(Arc::new(config))
}

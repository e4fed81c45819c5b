//! Building a client: credentials are required, everything else has a value that is right for a sandbox on this machine.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

use super::{Client, Credentials, Inner, Retries, TokenCache};
use crate::transport::{HttpTransport, Transport};
use crate::{Clock, InvalidValue, TokioClock};

/// How long one try of a call may take. Force-approve alone waits up to 15 s for the payment's outcome.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The most characters of a `Vipps-System-…` header.
const SYSTEM_VALUE_MAX_CHARS: usize = 30;

/// A client in the making.
#[derive(Debug)]
pub struct ClientBuilder {
    credentials: Credentials,
    base_url: String,
    system: Vec<(&'static str, String)>,
    retries: Retries,
    timeout: Duration,
    clock: Option<Arc<dyn Clock>>,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    /// Where `lommebok dev` listens: the base URL unless another is set.
    pub const LOMMEBOK_DEV: &'static str = "http://127.0.0.1:8480";
    /// The vendor's test environment.
    pub const VENDOR_TEST: &'static str = "https://apitest.vipps.no";
    /// The vendor's production environment.
    pub const VENDOR_PRODUCTION: &'static str = "https://api.vipps.no";

    pub(super) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            base_url: Self::LOMMEBOK_DEV.to_owned(),
            system: Vec::new(),
            retries: Retries::default(),
            timeout: TIMEOUT,
            clock: None,
            transport: None,
        }
    }

    /// Where the wallet is: scheme, host, port, and a path if a gateway of yours has one.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Your system's name and version (`Vipps-System-Name`, `-Version`); the vendor wants them in production. Over 30
    /// characters are cut.
    #[must_use]
    pub fn system(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.system.push(("vipps-system-name", name.into()));
        self.system.push(("vipps-system-version", version.into()));
        self
    }

    /// Your plugin's name and version (`Vipps-System-Plugin-Name`, `-Version`). Over 30 characters are cut.
    #[must_use]
    pub fn plugin(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.system.push(("vipps-system-plugin-name", name.into()));
        self.system.push(("vipps-system-plugin-version", version.into()));
        self
    }

    /// When calls are repeated; see [`Retries::default`].
    #[must_use]
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// How long one try of a call may take, 30 s unless it is set. Repeats have a time of their own each.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Measures and waits with another clock than tokio's; one that others hold too goes in as an `Arc<dyn Clock>`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sends over another transport than [`HttpTransport`]; one that others hold too goes in as an `Arc<dyn Transport>`.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// When a value can't be sent; the error names it.
    pub fn build(self) -> Result<Client, InvalidValue> {
        let system_headers = self.system.iter().map(|(name, value)| system_header(name, value));
        let inner = Inner {
            base_url: base_url(&self.base_url)?,
            credentials: self.credentials.to_headers()?,
            system_headers: system_headers.collect::<Result<_, _>>()?,
            retries: self.retries,
            timeout: self.timeout,
            clock: self.clock.unwrap_or_else(|| Arc::new(TokioClock::new())),
            transport: self.transport.unwrap_or_else(|| Arc::new(HttpTransport::new())),
            tokens: TokenCache::default(),
        };
        Ok(Client(Arc::new(inner)))
    }
}

/// A base URL without a slash at its end.
fn base_url(text: &str) -> Result<String, InvalidValue> {
    let fault = InvalidValue::new("base_url", "an http or https URL without user, query and fragment");
    let url = Url::parse(text).map_err(|_| fault)?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if is_plain && url.fragment().is_none() && url.has_host() && matches!(url.scheme(), "http" | "https") {
        Ok(url.as_str().trim_end_matches('/').to_owned())
    } else {
        Err(fault)
    }
}

fn system_header(name: &'static str, value: &str) -> Result<(HeaderName, HeaderValue), InvalidValue> {
    let cut: String = value.chars().take(SYSTEM_VALUE_MAX_CHARS).collect();
    let is_right = !cut.trim_ascii().is_empty() && cut.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let fault = InvalidValue::new(name, "visible ASCII");
    let value = HeaderValue::from_str(cut.trim_ascii()).ok().filter(|_| is_right).ok_or(fault)?;
    Ok((HeaderName::from_static(name), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ClientBuilder {
        Client::builder(Credentials::new("id", "secret", "key", "PSP"))
    }

    #[test]
    fn a_base_url_loses_its_last_slash_and_keeps_its_path() {
        let built = |url: &str| builder().base_url(url).build().map(|client| client.base_url().to_owned());
        assert_eq!(built("https://api.example/").unwrap(), "https://api.example");
        assert_eq!(built("https://gateway.example/wallet/").unwrap(), "https://gateway.example/wallet");
        for bad in ["", "api.example", "ftp://a.example", "https://u@a.example", "https://a.example/?q", "https://a/#f"]
        {
            assert_eq!(built(bad).unwrap_err().field(), "base_url", "{bad}");
        }
    }

    #[test]
    fn a_system_header_is_cut_at_30_characters_and_must_be_ascii() {
        let (_, value) = system_header("vipps-system-name", &"x".repeat(31)).unwrap();
        assert_eq!(value.len(), 30);
        let fault = builder().system("blåbær", "1").build().unwrap_err();
        assert_eq!(fault.to_string(), "vipps-system-name must be visible ASCII");
    }

    #[test]
    fn a_client_shows_no_secret() {
        let shown = format!("{:?} {:?}", builder(), builder().build().unwrap());
        assert!(!shown.contains("secret\"") && !shown.contains("\"key"), "{shown}");
    }
}

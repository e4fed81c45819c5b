//! Calls to the wallet: one method per endpoint of the PSP API, on a [`Client`] that any number of tasks share.
//!
//! The client keeps an access token and fetches the next one in time; it repeats what may be repeated, under one
//! idempotency key. It remembers nothing else: what a payment is, your own records say.

mod access_token;
mod builder;
mod call;
mod credentials;
mod details;
mod force_approve;
mod init;
mod merchants;
mod reading;
mod retries;
mod token_cache;
mod update_status;
mod urls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

pub use access_token::AccessToken;
pub use builder::ClientBuilder;
pub use credentials::Credentials;
pub use details::{Details, HistoryEntry, Operation, Sums};
pub use init::{Init, Initiated, RedirectUrl};
pub use merchants::{Address, Company, Merchant, MerchantChanges, MerchantStatus, Merchants, NewMerchant};
pub use retries::Retries;
pub use update_status::{NotAccepted, Status, StatusUpdate, StatusUpdates, UpdateReport};
pub use urls::{MakePaymentUrl, PspRedirectUrl};

use crate::transport::Transport;
use crate::{Clock, Error};
use credentials::CredentialHeaders;
use token_cache::TokenCache;

/// What a call ends with.
pub type Result<T> = std::result::Result<T, Error>;

/// A client of the wallet's PSP API. Cheap to clone; clones share connections and access token.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    base_url: String,
    credentials: CredentialHeaders,
    system_headers: Vec<(HeaderName, HeaderValue)>,
    retries: Retries,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    transport: Arc<dyn Transport>,
    tokens: TokenCache,
}

impl Client {
    /// Begins a client with these credentials.
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// Where the wallet is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url)
            .field("psp_id", &self.0.credentials.psp_id)
            .field("retries", &self.0.retries)
            .field("timeout", &self.0.timeout)
            .finish_non_exhaustive()
    }
}

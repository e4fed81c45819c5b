//! `POST /accesstoken/get`: a token for the credentials. Every number in the answer is a string, or, leniently, a number.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method};
use serde::Deserialize;

use super::reading::maybe_whole_number;
use super::{Client, Result};
use crate::{Error, NotSent, Secret};

/// A token that the wallet issued.
#[derive(Clone)]
pub struct AccessToken {
    token: Secret,
    lifetime: Duration,
}

impl AccessToken {
    /// The token itself, to be sent after `Bearer `; don't log it.
    pub fn expose(&self) -> &str {
        self.token.expose()
    }

    /// How long it was good for when it was issued.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// The answer, as far as it matters.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    #[serde(default, deserialize_with = "maybe_whole_number")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "maybe_whole_number")]
    expires_on: Option<u64>,
    #[serde(default, deserialize_with = "maybe_whole_number")]
    not_before: Option<u64>,
}

impl Client {
    /// The access token that calls are made with; fetched when there is none that is good for a while.
    ///
    /// Other methods do this by themselves. It is here for calls of your own, and to try credentials out.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn access_token(&self) -> Result<AccessToken> {
        match self.repeated(|| self.token()).await.map_err(|given_up| given_up.last) {
            Ok(held) => Ok(held.token.clone()),
            Err(Error::NotSent(NotSent::NoAccessToken(cause))) => Err(*cause),
            Err(other) => Err(other),
        }
    }

    /// Fetches a new token.
    pub(super) async fn fetch_token(&self) -> Result<(AccessToken, HeaderValue)> {
        let mut request = self.bare_request(Method::POST, "/accesstoken/get", Bytes::new())?;
        let headers = request.headers_mut();
        headers.insert("client_id", self.0.credentials.client_id.clone());
        headers.insert("client_secret", self.0.credentials.client_secret.clone());
        headers.remove(AUTHORIZATION);
        let answer = self.exchange(request).await?;
        let issued: Issued = answer.json()?;
        let span = issued.expires_on.zip(issued.not_before).and_then(|(end, begin)| end.checked_sub(begin));
        let lifetime = issued.expires_in.or(span).ok_or_else(|| answer.unreadable("expires_in is missing"))?;
        let header = HeaderValue::from_str(&format!("Bearer {}", issued.access_token));
        let mut header = header.map_err(|_| answer.unreadable("access_token is not visible ASCII"))?;
        header.set_sensitive(true);
        let token = AccessToken { token: Secret::new(issued.access_token), lifetime: Duration::from_secs(lifetime) };
        Ok((token, header))
    }
}

//! The stored URL taken apart for one call: where to connect, what to ask for.
//!
//! init has checked it once (crate `api`); it is checked again because the rules may have become stricter while the payment waited.

use std::net::IpAddr;

use rustls::pki_types::ServerName;
use url::{Host, Url};

use super::{NotDeliveredCause, Policy};

/// Where a call goes.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) place: Place,
    pub(super) port: u16,
    /// The name to check the certificate against; `None` over plain http.
    pub(super) tls_name: Option<ServerName<'static>>,
    /// The `Host` header.
    pub(super) authority: String,
    /// The request's target in origin form.
    pub(super) path_and_query: String,
}

/// What the URL names.
#[derive(Debug)]
pub(super) enum Place {
    Address(IpAddr),
    Name(String),
}

impl Target {
    pub(super) fn parse(url: &str, policy: &Policy) -> Result<Self, NotDeliveredCause> {
        let url = Url::parse(url).map_err(|_| NotDeliveredCause::UrlRefused)?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(NotDeliveredCause::UrlRefused),
        };
        let port = url.port_or_known_default().ok_or(NotDeliveredCause::UrlRefused)?;
        if !policy.allows_scheme_and_port(https, port) || !url.username().is_empty() || url.password().is_some() {
            return Err(NotDeliveredCause::UrlRefused);
        }
        let place = match url.host().ok_or(NotDeliveredCause::UrlRefused)? {
            Host::Ipv4(address) => Place::Address(address.into()),
            Host::Ipv6(address) => Place::Address(address.into()),
            Host::Domain(name) => Place::Name(name.to_owned()),
        };
        let tls_name = if https { Some(tls_name(&place)?) } else { None };
        Ok(Self { tls_name, place, port, authority: authority(&url), path_and_query: path_and_query(&url) })
    }
}

fn tls_name(place: &Place) -> Result<ServerName<'static>, NotDeliveredCause> {
    match place {
        Place::Address(address) => Ok(ServerName::from(*address)),
        Place::Name(name) => ServerName::try_from(name.clone()).map_err(|_| NotDeliveredCause::UrlRefused),
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

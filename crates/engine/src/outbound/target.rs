//! The stored URL taken apart for one call: where to connect, what to ask for.
//!
//! init has judged it once; it is judged again, by the same rules of crate `psp-v3`, because the payment waited and the rules may have changed.

use std::net::IpAddr;

use lommebok_psp_v3::urls::{Host, UrlFault, make_payment_url};
use rustls::pki_types::ServerName;

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
        let url = make_payment_url(url, policy.urls).map_err(cause_of)?;
        let (place, host) = match url.host {
            Host::V4(address) => (Place::Address(address.into()), address.to_string()),
            Host::V6(address) => (Place::Address(address.into()), format!("[{address}]")),
            Host::Name(name) => (Place::Name(name.clone()), name),
        };
        let usual_port = if url.tls { 443 } else { 80 };
        Ok(Self {
            tls_name: if url.tls { Some(tls_name(&place)?) } else { None },
            place,
            port: url.port,
            authority: if url.port == usual_port { host } else { format!("{host}:{}", url.port) },
            path_and_query: url.path_and_query,
        })
    }
}

fn cause_of(fault: UrlFault) -> NotDeliveredCause {
    if matches!(fault, UrlFault::Address(_)) {
        NotDeliveredCause::AddressRefused
    } else {
        NotDeliveredCause::UrlRefused
    }
}

fn tls_name(place: &Place) -> Result<ServerName<'static>, NotDeliveredCause> {
    match place {
        Place::Address(address) => Ok(ServerName::from(*address)),
        Place::Name(name) => ServerName::try_from(name.clone()).map_err(|_| NotDeliveredCause::UrlRefused),
    }
}

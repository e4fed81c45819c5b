//! By which addresses and names a server of ours is called: the origin of a listener, and the `Host` names that pages
//! answer to. Wallet and shop both go by it.
//!
//! A page that answers under any name can be read by any site whose name leads here (DNS rebinding). Only names that no
//! stranger can have count as known. A newcomer's mistake: to compare the port too; a container's ports are mapped.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use url::{Host, Url};

/// Where a listener can be called from its own machine: "every address" is nowhere that a link could lead to.
pub fn reachable(listener: SocketAddr) -> SocketAddr {
    let ip = listener.ip().to_canonical();
    let loopback: IpAddr = if ip.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    SocketAddr::new(if ip.is_unspecified() { loopback } else { ip }, listener.port())
}

/// The origin of a listener without a configured name: `http://` and where it is [`reachable`].
pub fn origin_of(listener: SocketAddr) -> String {
    format!("http://{}", reachable(listener))
}

/// A host by name or address: no scheme, no port, no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(Host<String>);

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a host without scheme, port and path, such as wallet.test")]
pub struct NoHostName;

impl FromStr for HostName {
    type Err = NoHostName;

    fn from_str(text: &str) -> Result<Self, NoHostName> {
        match Host::parse(text).map_err(|_| NoHostName)? {
            Host::Domain(name) => {
                // `localhost.` is `localhost`: the dot at the end only names the root.
                let name = name.strip_suffix('.').unwrap_or(&name);
                if is_name(name) { Ok(Self(Host::Domain(name.to_owned()))) } else { Err(NoHostName) }
            }
            address @ (Host::Ipv4(_) | Host::Ipv6(_)) => Ok(Self(address)),
        }
    }
}

impl HostName {
    /// The host of a `Host` header or of `:authority`, whatever its port.
    pub fn of_authority(authority: &str) -> Option<Self> {
        let end = if authority.starts_with('[') { authority.find(']')?.saturating_add(1) } else { 0 };
        let colon = authority.get(end..)?.find(':').and_then(|at| at.checked_add(end));
        let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
        let port = port.strip_prefix(':').unwrap_or_default();
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        host.parse().ok()
    }

    /// Whether no stranger can have it: localhost, an address, or a name without a dot, as containers have.
    fn is_nobodys(&self) -> bool {
        match &self.0 {
            Host::Domain(name) => !name.contains('.'),
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        }
    }
}

/// Labels of letters, digits, hyphens and the underscores of containers' names; the URL standard lets more pass.
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text.split('.').all(is_label)
}

/// The hosts under which pages answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownHosts(Vec<HostName>);

impl KnownHosts {
    /// Those that no stranger can have, the host of our own public URL, and those that settings allow.
    pub fn new(public_url: &str, allowed: &[HostName]) -> Self {
        let own = Url::parse(public_url).ok().and_then(|url| url.host_str()?.parse().ok());
        Self(own.into_iter().chain(allowed.iter().cloned()).collect())
    }

    /// Whether `authority`, a `Host` header's or a request target's, is one of them. No browser asks without one.
    pub fn knows(&self, authority: &str) -> bool {
        HostName::of_authority(authority).is_some_and(|host| host.is_nobodys() || self.0.contains(&host))
    }
}

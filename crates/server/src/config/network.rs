//! Section *Network*: where the server listens, how it calls itself outside, and the limits of connections and bodies.

use std::net::SocketAddr;
use std::time::Duration;

use lommebok_psp_v3::hosts::{HostName, KnownHosts, NoHostName, origin_of};
use url::{Host, Url};

use super::reader::{Reader, list, number};
use super::settings::Mode;
use lommebok_web::listener::{Limits, TrustedProxies};

/// Addresses and limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkConfig {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The origin outside (`scheme://host[:port]`, no slash at the end), if it is set; else [`NetworkConfig::origin_at`] tells.
    pub public_url: Option<String>,
    /// Proxies that are believed.
    pub trusted_proxies: TrustedProxies,
    /// Names, in addition to that of the public URL, under which the pages answer; none in `serve`.
    pub allowed_hosts: Vec<HostName>,
    /// Limits of connections and request heads.
    pub limits: Limits,
    /// The longest body, in bytes.
    pub body_limit_bytes: usize,
    /// The longest body of updatestatus and of the merchants endpoints, in bytes.
    pub batch_body_limit_bytes: usize,
    /// How long a client may take for a body.
    pub body_wait: Duration,
}

impl NetworkConfig {
    /// The origin outside, given the address that was bound in the end.
    pub fn origin_at(&self, bound: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| origin_of(bound))
    }

    /// The hosts under which the pages at `public_url` answer.
    pub fn known_hosts(&self, public_url: &str) -> KnownHosts {
        KnownHosts::new(public_url, &self.allowed_hosts)
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<NetworkConfig> {
    let mode = reader.mode();
    let listen = reader.take("listen", address);
    let public_url = reader.take_if_set("public_url", |text| origin(mode, text));
    let trusted_proxies = reader.take_if_set("trusted_proxies", str::parse);
    let allowed_hosts = reader.take_if_set("allowed_host", |text| list(text, host_name));
    let body_wait_s: Option<u64> = reader.take("body_wait_s", number(1..=3_600));
    let limits = read_limits(reader, body_wait_s);
    let body_limit_bytes = reader.take("body_limit_bytes", number(1_024..=67_108_864));
    let batch_body_limit_bytes = reader.take("batch_body_limit_bytes", number(1_024..=67_108_864));
    Some(NetworkConfig {
        listen: listen?,
        public_url: public_url.ok()?,
        trusted_proxies: trusted_proxies.ok()?.unwrap_or_default(),
        allowed_hosts: allowed_hosts.ok()?.unwrap_or_default(),
        limits: limits?,
        body_limit_bytes: body_limit_bytes?,
        batch_body_limit_bytes: batch_body_limit_bytes?,
        body_wait: Duration::from_secs(body_wait_s?),
    })
}

fn read_limits(reader: &mut Reader, body_wait_s: Option<u64>) -> Option<Limits> {
    let connections = reader.take("connections", number(1..=1_000_000));
    let connections_per_address = reader.take("connections_per_address", number(1..=1_000_000));
    let idle_s: Option<u64> = reader.take("idle_s", number(1..=3_600));
    let target_bytes = reader.take("target_limit_bytes", number(1_024..=32_768));
    let header_bytes = reader.take("header_limit_bytes", number(1_024..=32_768));
    let header_wait_s: Option<u64> = reader.take("header_wait_s", number(1..=3_600));
    Some(Limits {
        connections: connections?,
        connections_per_address: connections_per_address?,
        idle_ms: idle_s?.saturating_mul(1_000),
        target_bytes: target_bytes?,
        header_bytes: header_bytes?,
        header_wait_ms: header_wait_s?.saturating_mul(1_000),
        body_wait_ms: body_wait_s?.saturating_mul(1_000),
        ..Limits::default()
    })
}

/// An address with a port; `localhost` is 127.0.0.1.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let local = text.split_once(':').filter(|(host, _)| host.eq_ignore_ascii_case("localhost"));
    let parsed = match local {
        Some((_, port)) => format!("127.0.0.1:{port}").parse(),
        None => text.parse(),
    };
    parsed.map_err(|_| {
        "must be an IP address or localhost, and a port, such as 127.0.0.1:8480, localhost:8480 or [::1]:8480"
            .to_owned()
    })
}

fn host_name(text: &str) -> Result<HostName, String> {
    text.parse().map_err(|fault: NoHostName| fault.to_string())
}

/// `scheme://host[:port]`: no path, because the published paths begin at the root.
pub(super) fn origin(mode: Mode, text: &str) -> Result<String, String> {
    let fault =
        || "must be an origin such as https://wallet.example, without path, query, fragment and user".to_owned();
    let url = Url::parse(text).map_err(|_| fault())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    let web = matches!(url.scheme(), "http" | "https");
    let has_host = url.host().is_some_and(|host| !matches!(host, Host::Domain("")));
    if !(bare && nobody && web && has_host) {
        return Err(fault());
    }
    if mode == Mode::Serve && url.scheme() != "https" {
        return Err("must be https: tokens and links must not travel in clear".to_owned());
    }
    Ok(url.origin().ascii_serialization())
}

//! What a URL of ours looks like, before anybody asks where it leads.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Url;

use super::{URL_MAX_CHARS, UrlFault};

/// Where a web URL leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whether the scheme is https.
    pub tls: bool,
    /// The host.
    pub host: Host,
    /// The port, the scheme's own if none is written.
    pub port: u16,
    /// What stands in the request line: path and query, percent-encoded, beginning with `/`.
    pub path_and_query: String,
}

/// The host of a web URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name in lower case, without a dot at its end.
    Name(String),
    /// An IPv4 literal.
    V4(Ipv4Addr),
    /// An IPv6 literal.
    V6(Ipv6Addr),
}

/// The scheme in lower case: `[a-z][a-z0-9+.-]*` before the first colon.
pub(super) fn scheme(text: &str) -> Result<String, UrlFault> {
    check_characters(text)?;
    let (scheme, _) = text.split_once(':').ok_or(UrlFault::NotAbsolute)?;
    let mut bytes = scheme.bytes();
    let begins_with_letter = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let goes_on = bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'));
    if begins_with_letter && goes_on { Ok(scheme.to_ascii_lowercase()) } else { Err(UrlFault::NotAbsolute) }
}

/// An absolute http(s) URL with a plainly written host.
pub(super) fn web_url(text: &str) -> Result<Url, UrlFault> {
    check_characters(text)?;
    let (scheme, rest) = text.split_once(':').ok_or(UrlFault::NotAbsolute)?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(if scheme.contains('/') || scheme.is_empty() { UrlFault::NotAbsolute } else { UrlFault::Scheme });
    }
    let rest = rest.strip_prefix("//").ok_or(UrlFault::NotAbsolute)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(UrlFault::Userinfo);
    }
    if authority.is_empty() || authority.contains('%') {
        return Err(UrlFault::Host);
    }
    let url = Url::parse(text)
        .map_err(|error| if error == url::ParseError::InvalidPort { UrlFault::Port } else { UrlFault::Host })?;
    check_host(&url, authority)?;
    Ok(url)
}

/// A URL of an app, such as `myshop://order/7`: any scheme, no user information.
pub(super) fn app_url(text: &str) -> Result<(), UrlFault> {
    let (_, rest) = text.split_once(':').ok_or(UrlFault::NotAbsolute)?;
    if rest.is_empty() {
        return Err(UrlFault::NotAbsolute);
    }
    if let Some(rest) = rest.strip_prefix("//") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(UrlFault::Userinfo);
        }
    }
    Url::parse(text).map(|_| ()).map_err(|_| UrlFault::Host)
}

/// Where `url` leads.
pub(super) fn target(url: &Url) -> Result<Target, UrlFault> {
    let host = match url.host().ok_or(UrlFault::Host)? {
        url::Host::Domain(name) => Host::Name(name.to_owned()),
        url::Host::Ipv4(address) => Host::V4(address),
        url::Host::Ipv6(address) => Host::V6(address),
    };
    let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(UrlFault::Port)?;
    let path_and_query = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Ok(Target { tls: url.scheme() == "https", host, port, path_and_query })
}

fn check_characters(text: &str) -> Result<(), UrlFault> {
    if text.is_empty() {
        return Err(UrlFault::Empty);
    }
    if text.len() > URL_MAX_CHARS {
        return Err(UrlFault::TooLong);
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    if text.bytes().all(is_plain) { Ok(()) } else { Err(UrlFault::Character) }
}

/// Refuses hosts that the parser had to interpret: numbers that mean IPv4 addresses, a dot at the end, labels that DNS
/// cannot hold.
fn check_host(url: &Url, authority: &str) -> Result<(), UrlFault> {
    let written = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    let plain = match url.host().ok_or(UrlFault::Host)? {
        url::Host::Domain(name) => name.eq_ignore_ascii_case(written) && is_dns_name(name),
        url::Host::Ipv4(address) => address.to_string() == written,
        url::Host::Ipv6(_) => written.starts_with('[') && written.ends_with(']'),
    };
    if plain { Ok(()) } else { Err(UrlFault::Host) }
}

fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

//! What a URL of ours looks like, before its destination is looked at.
//!
//! A host that is a plain name is read here; every other one is given to the web's own parser. Nothing after the
//! authority can change where a URL leads, because backslashes are refused first.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Url;

use super::{URL_MAX_CHARS, UrlFault};

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whether the scheme is https.
    pub tls: bool,
    /// The host.
    pub host: Host,
    /// The port, the scheme's own if none is written.
    pub port: u16,
    /// Path and query for the request line, percent-encoded, beginning with `/`.
    pub path_and_query: String,
}

/// The host of a [`Target`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name in lower case, without a dot at its end.
    Name(String),
    /// An IPv4 literal.
    V4(Ipv4Addr),
    /// An IPv6 literal.
    V6(Ipv6Addr),
}

/// Where a web URL leads, borrowed from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site<'t> {
    /// Whether the scheme is https.
    pub tls: bool,
    /// The host.
    pub host: SiteHost<'t>,
    /// The port, the scheme's own if none is written.
    pub port: u16,
    /// Whether there is a `#`.
    pub has_fragment: bool,
}

/// The host of a [`Site`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteHost<'t> {
    /// A name as it is written, in any case.
    Name(&'t str),
    /// An IPv4 literal.
    V4(Ipv4Addr),
    /// An IPv6 literal.
    V6(Ipv6Addr),
}

impl SiteHost<'_> {
    pub(super) fn to_host(self) -> Host {
        match self {
            SiteHost::Name(name) => Host::Name(name.to_ascii_lowercase()),
            SiteHost::V4(address) => Host::V4(address),
            SiteHost::V6(address) => Host::V6(address),
        }
    }
}

/// The scheme as it is written: `[A-Za-z][A-Za-z0-9+.-]*` before the first colon.
pub(super) fn scheme(text: &str) -> Result<&str, UrlFault> {
    check_characters(text)?;
    let (scheme, _) = text.split_once(':').ok_or(UrlFault::NotAbsolute)?;
    let mut bytes = scheme.bytes();
    let begins_with_letter = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let goes_on = bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'));
    if begins_with_letter && goes_on { Ok(scheme) } else { Err(UrlFault::NotAbsolute) }
}

pub(super) fn is_web_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

/// Where an absolute http(s) URL with a plainly written host leads.
pub(super) fn site(text: &str) -> Result<Site<'_>, UrlFault> {
    check_characters(text)?;
    let (scheme, rest) = text.split_once(':').ok_or(UrlFault::NotAbsolute)?;
    if !is_web_scheme(scheme) {
        return Err(if scheme.contains('/') || scheme.is_empty() { UrlFault::NotAbsolute } else { UrlFault::Scheme });
    }
    let rest = rest.strip_prefix("//").ok_or(UrlFault::NotAbsolute)?;
    let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, after) = rest.split_at_checked(end).ok_or(UrlFault::Host)?;
    let tls = scheme.len() == "https".len();
    let (host, port) = match plain_authority(authority) {
        Some((name, port)) => (SiteHost::Name(name), port),
        None => parsed_authority(scheme, authority)?,
    };
    let port = port.unwrap_or(if tls { 443 } else { 80 });
    if port == 0 {
        return Err(UrlFault::Port);
    }
    Ok(Site { tls, host, port, has_fragment: after.contains('#') })
}

/// Path and query of a URL that [`site`] has accepted, as the request line has them.
pub(super) fn path_and_query(text: &str) -> Result<String, UrlFault> {
    let url = Url::parse(text).map_err(|_| UrlFault::Host)?;
    Ok(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
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

/// Name and port of an authority that needs no interpretation: a DNS name that is no punycode and whose last label begins
/// with a letter (so that it can't mean an IPv4 address), and at most five digits of port.
fn plain_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = match authority.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (authority, None),
    };
    let last = name.rsplit('.').next()?;
    let plain = last.bytes().next()?.is_ascii_alphabetic() && is_dns_name(name) && !has_punycode(name);
    if !plain {
        return None;
    }
    match port {
        None => Some((name, None)),
        Some(port) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            port.parse().ok().map(|port| (name, Some(port)))
        }
        Some(_) => None,
    }
}

fn has_punycode(name: &str) -> bool {
    name.as_bytes().windows(4).any(|bytes| bytes.eq_ignore_ascii_case(b"xn--"))
}

/// Host and port of any other authority, by the web's own parser.
fn parsed_authority<'t>(scheme: &str, authority: &'t str) -> Result<(SiteHost<'t>, Option<u16>), UrlFault> {
    if authority.contains('@') {
        return Err(UrlFault::Userinfo);
    }
    if authority.is_empty() || authority.contains('%') {
        return Err(UrlFault::Host);
    }
    let url = Url::parse(&format!("{scheme}://{authority}/"))
        .map_err(|error| if error == url::ParseError::InvalidPort { UrlFault::Port } else { UrlFault::Host })?;
    let written = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    Ok((plainly_written(&url, written).ok_or(UrlFault::Host)?, url.port()))
}

/// The host, unless the parser had to interpret it: numbers that mean IPv4 addresses, a dot at the end, labels that DNS
/// cannot hold.
fn plainly_written<'t>(url: &Url, written: &'t str) -> Option<SiteHost<'t>> {
    match url.host()? {
        url::Host::Domain(name) => {
            (name.eq_ignore_ascii_case(written) && is_dns_name(name)).then_some(SiteHost::Name(written))
        }
        url::Host::Ipv4(address) => (address.to_string() == written).then_some(SiteHost::V4(address)),
        url::Host::Ipv6(address) => {
            (written.starts_with('[') && written.ends_with(']')).then_some(SiteHost::V6(address))
        }
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Site, SiteHost, parsed_authority, plain_authority, site};

    proptest! {
        #[test]
        fn a_plain_authority_means_what_the_webs_parser_says(authority in "[a-zA-Z0-9._x-]{1,20}(:[0-9]{0,6})?") {
            if let Some((name, port)) = plain_authority(&authority) {
                let (host, parsed_port) = parsed_authority("https", &authority).unwrap();
                prop_assert_eq!(SiteHost::Name(name), host);
                prop_assert_eq!(port.filter(|port| *port != 443), parsed_port);
            }
        }

        #[test]
        fn a_site_is_where_the_webs_parser_goes(text in r"https?://[a-z0-9.@:\[\]-]{1,15}[/?#]{0,2}[a-z@:/?#.-]{0,15}") {
            if let Ok(Site { port, has_fragment, .. }) = site(&text) {
                let url = url::Url::parse(&text).unwrap();
                prop_assert_eq!(Some(port), url.port_or_known_default());
                prop_assert_eq!(has_fragment, url.fragment().is_some());
                prop_assert!(url.username().is_empty() && url.password().is_none());
            }
        }
    }
}

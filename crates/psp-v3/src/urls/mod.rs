//! The rules of the URLs that cross the wire: `makePaymentUrl`, `pspRedirectUrl`, `url3dSecure`, `logoUrl`.
//! Only syntax and address literals are judged here, never names by DNS; the outgoing call asks
//! [`crate::addresses::permitted`] again for every resolved address.
//!
//! A URL is parsed by the web's own parser (crate `url`), so that we see what a browser sees, but stored as it was sent.
//! What the parser would silently repair (backslashes, tabs, `https:host`, `0x7f.1`) is refused before.

mod syntax;

use std::net::IpAddr;

pub use syntax::{Host, Site, SiteHost, Target};

pub use crate::addresses::UrlPolicy;
use crate::addresses::{self, AddressFault};

/// The most characters of any URL.
pub const URL_MAX_CHARS: usize = 2_048;

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    /// No character at all.
    #[error("the URL is empty")]
    Empty,
    /// Longer than [`URL_MAX_CHARS`].
    #[error("the URL is longer than 2048 characters")]
    TooLong,
    /// White space, a control character, a backslash, or a character outside of ASCII.
    #[error("the URL has white space, a control character, a backslash or a character outside of ASCII")]
    Character,
    /// Relative, or not `scheme://host…`.
    #[error("the URL is not absolute (https://host/path)")]
    NotAbsolute,
    /// A scheme that this field does not take.
    #[error("the URL's scheme is not http or https")]
    Scheme,
    /// http in production.
    #[error("the URL must use https")]
    NotHttps,
    /// A scheme that runs, reads or shows something instead of opening an app.
    #[error("the URL's scheme is not one of an app")]
    ScriptLike,
    /// `user:password@`.
    #[error("the URL has user information before its host")]
    Userinfo,
    /// A host that is missing, malformed, too long, or spelled unusually.
    #[error("the URL's host is missing, malformed or unusually spelled")]
    Host,
    /// A name of a private host, in production.
    #[error("the URL's host is a private name")]
    PrivateName,
    /// Port 0, or a port other than 443 and 8443 in production.
    #[error("the URL's port is not allowed")]
    Port,
    /// `#…` where nothing would ever see it.
    #[error("the URL has a fragment")]
    Fragment,
    /// An address literal that may not be called.
    #[error("{0}")]
    Address(#[from] AddressFault),
}

/// The names that never lead to a public host.
const PRIVATE_SUFFIXES: [&str; 8] =
    ["localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain", "test"];

/// What runs, reads or shows something when it is opened, or is a web address that has rules of its own.
const NO_APP_SCHEMES: [&str; 48] = [
    "javascript",
    "vbscript",
    "livescript",
    "mocha",
    "data",
    "file",
    "blob",
    "about",
    "view-source",
    "filesystem",
    "intent",
    "content",
    "ws",
    "wss",
    "http",
    "https",
    "ftp",
    "jar",
    "mhtml",
    "wyciwyg",
    "resource",
    "chrome",
    "android-app",
    "x-javascript",
    "jscript",
    "feed",
    "shell",
    "search",
    "search-ms",
    "edge",
    "microsoft-edge",
    "opera",
    "brave",
    "vivaldi",
    "ms",
    "res",
    "mk",
    "its",
    "hcp",
    "ldap",
    "smb",
    "nfs",
    "afp",
    "ssh",
    "telnet",
    "rlogin",
    "vnc",
    "rdp",
];

/// Families of such schemes: what starts programs of an operating system, and pages of browser extensions.
fn is_of_a_family(scheme: &str) -> bool {
    scheme.starts_with("ms-") || scheme.starts_with("microsoft-edge-") || scheme.ends_with("-extension")
}

/// Judges a `makePaymentUrl`.
pub fn check_make_payment_url(text: &str, policy: UrlPolicy) -> Result<Site<'_>, UrlFault> {
    let site = web_site(text, policy)?;
    if site.has_fragment { Err(UrlFault::Fragment) } else { Ok(site) }
}

/// Judges a `makePaymentUrl` and says where the call goes.
pub fn make_payment_url(text: &str, policy: UrlPolicy) -> Result<Target, UrlFault> {
    let site = check_make_payment_url(text, policy)?;
    let path_and_query = syntax::path_and_query(text)?;
    Ok(Target { tls: site.tls, host: site.host.to_host(), port: site.port, path_and_query })
}

/// Judges a `pspRedirectUrl`; with `is_app` any scheme of an app will do, but never a script-like one. The site of a web URL
/// is returned.
pub fn psp_redirect_url(text: &str, is_app: bool, policy: UrlPolicy) -> Result<Option<Site<'_>>, UrlFault> {
    if !is_app || syntax::is_web_scheme(syntax::scheme(text)?) {
        return web_site(text, policy).map(Some);
    }
    let scheme = syntax::scheme(text)?.to_ascii_lowercase();
    if NO_APP_SCHEMES.contains(&scheme.as_str()) || is_of_a_family(&scheme) {
        return Err(UrlFault::ScriptLike);
    }
    syntax::app_url(text).map(|()| None)
}

/// Judges the `url3dSecure` of a PSP's answer.
pub fn url_3d_secure(text: &str, policy: UrlPolicy) -> Result<(), UrlFault> {
    web_site(text, policy).map(|_| ())
}

/// Judges a URL that is kept and never opened, such as a merchant's `logoUrl`: absolute, http(s), wherever it leads.
pub fn kept_url(text: &str) -> Result<(), UrlFault> {
    syntax::site(text).map(|_| ())
}

/// Whether the vendor would refuse a callback that our sandbox accepts: `https://localhost`.
pub fn is_https_localhost(site: &Site<'_>) -> bool {
    site.tls && matches!(site.host, SiteHost::Name(name) if name.eq_ignore_ascii_case("localhost"))
}

fn web_site(text: &str, policy: UrlPolicy) -> Result<Site<'_>, UrlFault> {
    let site = syntax::site(text)?;
    if policy == UrlPolicy::Production {
        if !site.tls {
            return Err(UrlFault::NotHttps);
        }
        if !matches!(site.port, 443 | 8443) {
            return Err(UrlFault::Port);
        }
    }
    match site.host {
        SiteHost::V4(address) => addresses::permitted(policy, IpAddr::V4(address))?,
        SiteHost::V6(address) => addresses::permitted(policy, IpAddr::V6(address))?,
        SiteHost::Name(name) if policy == UrlPolicy::Production && is_private_name(name) => {
            return Err(UrlFault::PrivateName);
        }
        SiteHost::Name(_) => {}
    }
    Ok(site)
}

fn is_private_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.contains('.')
        || PRIVATE_SUFFIXES.iter().any(|suffix| name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')))
}

//! The two addresses of an init, a type for each: the one that gets the card's token, and the one that gets the user.
//!
//! Swapping them would send the card's token to a web page. So neither is made by `parse` or `into`, where the place decides
//! which type comes out: the code that makes one names its type. Syntax is checked here, and the wallet says
//! the rest (`docs/domain.md`, section 2).

use std::fmt;

use url::Url;

use crate::InvalidValue;

/// The most characters of a URL that the wallet takes.
const URL_MAX_CHARS: usize = 2_048;

/// Schemes that run, read or show something instead of opening an app; the wallet refuses them.
const NO_APP_SCHEMES: [&str; 46] = [
    "about",
    "afp",
    "android-app",
    "blob",
    "brave",
    "chrome",
    "content",
    "data",
    "edge",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "hcp",
    "intent",
    "its",
    "jar",
    "javascript",
    "jscript",
    "ldap",
    "livescript",
    "mhtml",
    "microsoft-edge",
    "mk",
    "mocha",
    "ms",
    "nfs",
    "opera",
    "rdp",
    "res",
    "resource",
    "rlogin",
    "search",
    "search-ms",
    "shell",
    "smb",
    "ssh",
    "telnet",
    "vbscript",
    "view-source",
    "vivaldi",
    "vnc",
    "ws",
    "wss",
    "wyciwyg",
    "x-javascript",
];

/// Whether a scheme, in lower case, is of no app: one of these, or of a family that starts programs or opens extensions.
fn is_no_apps(scheme: &str) -> bool {
    let family = scheme.starts_with("ms-") || scheme.starts_with("microsoft-edge-") || scheme.ends_with("-extension");
    family || NO_APP_SCHEMES.contains(&scheme)
}

/// Where the wallet posts the card's token once the user has approved (`makePaymentUrl`): your server's, as the
/// [receiver](crate::receiver) has it.
///
/// ```
/// use lommebok_sdk::{Amount, Init, MakePaymentUrl, PspRedirectUrl};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let token_to = MakePaymentUrl::new("https://psp.example/make-payment")?;
/// let user_to = PspRedirectUrl::new("https://shop.example/thanks")?;
/// let init = Init::new("a1".parse()?, "order-1".parse()?, Amount::nok(499)?, token_to, user_to);
/// # Ok(())
/// # }
/// ```
///
/// The other way round it does not compile:
///
/// ```compile_fail
/// use lommebok_sdk::{Amount, Init, MakePaymentUrl, PspRedirectUrl};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let token_to = MakePaymentUrl::new("https://psp.example/make-payment")?;
/// let user_to = PspRedirectUrl::new("https://shop.example/thanks")?;
/// let init = Init::new("a1".parse()?, "order-1".parse()?, Amount::nok(499)?, user_to, token_to);
/// # Ok(())
/// # }
/// ```
///
/// Nor does a text whose type its place would decide:
///
/// ```compile_fail
/// use lommebok_sdk::{Amount, Init};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (token_to, user_to) = ("https://psp.example/make-payment", "https://shop.example/thanks");
/// let init = Init::new("a1".parse()?, "order-1".parse()?, Amount::nok(499)?, token_to.parse()?, user_to.parse()?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MakePaymentUrl(Url);

impl MakePaymentUrl {
    /// Checks `text`; a `String` and a [`Url`] will do as well.
    ///
    /// # Errors
    /// When it is not an absolute http or https URL of at most 2,048 characters, or has user information or a fragment.
    /// The production environment wants https.
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidValue> {
        let rule = "an absolute http or https URL of at most 2048 characters, without user information and fragment";
        let fault = InvalidValue::new("makePaymentUrl", rule);
        let url = parsed(text.as_ref()).ok_or(fault)?;
        if is_web(&url) && url.fragment().is_none() { Ok(Self(url)) } else { Err(fault) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Where the wallet sends the user at the end (`pspRedirectUrl`), as well as it can: a page of the shop's, or with
/// [`Init::app`](super::Init::app) an address that opens your app. A visit there proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PspRedirectUrl(Url);

impl PspRedirectUrl {
    /// Checks `text`; a `String` and a [`Url`] will do as well.
    ///
    /// # Errors
    /// When it is not an absolute URL of at most 2,048 characters, has user information, or a scheme that runs or shows
    /// something instead of opening an app, such as `javascript`. The production environment wants https of a web page.
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidValue> {
        let rule = "an absolute URL of at most 2048 characters, http, https or an app's, without user information";
        let fault = InvalidValue::new("pspRedirectUrl", rule);
        let url = parsed(text.as_ref()).ok_or(fault)?;
        let is_apps = !matches!(url.scheme(), "http" | "https") && !is_no_apps(url.scheme());
        if is_apps || is_web(&url) { Ok(Self(url)) } else { Err(fault) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is a web page's, and not an app's own.
    pub(super) fn is_web(&self) -> bool {
        is_web(&self.0)
    }
}

/// An absolute URL without user information, short enough as it is sent.
fn parsed(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    Some(url).filter(|url| is_plain && url.as_str().len() <= URL_MAX_CHARS)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

impl fmt::Display for MakePaymentUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for PspRedirectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_make_payment_url_is_an_address_that_the_wallet_can_post_to() {
        for good in ["https://psp.example/make-payment", "http://127.0.0.1:9", "https://psp.example/?a=b"] {
            assert!(MakePaymentUrl::new(good).is_ok(), "{good}");
        }
        let long = format!("https://psp.example/{}", "x".repeat(URL_MAX_CHARS));
        for bad in [
            "",
            "/make-payment",
            "psp.example",
            "myapp://pay",
            "https://a:b@psp.example/",
            "https://a.example/#f",
            &long,
        ] {
            assert_eq!(MakePaymentUrl::new(bad).unwrap_err().field(), "makePaymentUrl", "{bad}");
        }
    }

    #[test]
    fn a_redirect_url_leads_a_user_to_a_page_or_into_an_app_and_runs_nothing() {
        for good in ["https://shop.example/thanks#top", "http://localhost:3000/", "myapp://back", "myapp:back"] {
            assert!(PspRedirectUrl::new(good).is_ok(), "{good}");
        }
        for bad in
            ["", "thanks", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "https://u@a.example/"]
        {
            assert_eq!(PspRedirectUrl::new(bad).unwrap_err().field(), "pspRedirectUrl", "{bad}");
        }
    }
}

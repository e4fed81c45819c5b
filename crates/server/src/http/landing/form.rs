//! What makes a form of the landing page ours: a cookie that a foreign page can't read, a token bound to it and to the
//! payment, and what the browser says of where the form came from.

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, HeaderValue, Uri};
use lommebok_domain::{Payment, PhoneNumber};
use subtle::ConstantTimeEq;

use crate::http::pages::{Pages, Sender, cookie, sender};
use crate::listener::body;

/// The longest form, in bytes.
const FORM_BYTES: usize = 16_384;

/// How long the landing page's cookies live, in s: longer than any payment waits.
const COOKIE_LIFE_S: u32 = 1_800;

/// The cookie of who had a payment's page.
const SEEN: &str = "lommebok-seen";

/// A form as it was sent.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) token: String,
    pub(super) key: String,
    pub(super) number: String,
    pub(super) headers: HeaderMap,
    uri: Uri,
}

/// Reads a form; `None` when it is none, or one of its fields comes twice.
pub(super) async fn read(request: Request<Body>) -> Option<Form> {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let kind = headers.get("content-type")?.to_str().ok()?;
    if !kind.split(';').next()?.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return None;
    }
    let bytes = body::collect(request, FORM_BYTES).await.ok()?;
    let mut fields = [("token", None), ("form_token", None), ("number", None)];
    for (name, value) in url::form_urlencoded::parse(&bytes) {
        let known = fields.iter_mut().find(|(known, _)| *known == name);
        if known.is_some_and(|(_, field)| field.replace(value.into_owned()).is_some()) {
            return None;
        }
    }
    let [token, key, number] = fields.map(|(_, value)| value.unwrap_or_default());
    Some(Form { token, key, number, headers, uri })
}

impl Form {
    /// Whether our own page sent it, for this payment.
    pub(super) fn is_ours(&self, pages: &Pages, payment: &Payment) -> bool {
        let Some(secret) = cookie(&self.headers, &cookie_name(pages, payment)) else { return false };
        let expected = form_token(pages, payment, &secret);
        sender(pages, &self.uri, &self.headers) == Sender::OurPage
            && bool::from(expected.as_bytes().ct_eq(self.key.as_bytes()))
    }
}

/// The cookie that keeps a form ours.
fn cookie_name(pages: &Pages, payment: &Payment) -> String {
    name_for("lommebok-landing", pages, payment)
}

/// The name carries the payment, so that two landing pages in two tabs don't take each other's.
fn name_for(purpose: &str, pages: &Pages, payment: &Payment) -> String {
    let url = pages.wallet.public_url();
    match url.strip_prefix("http://") {
        Some(authority) => {
            let port = authority.rsplit_once(':').map_or("80", |(_, port)| port);
            format!("{purpose}-{port}-{}", payment.id.get())
        }
        None => format!("__Host-{purpose}-{}", payment.id.get()),
    }
}

/// The cookie's line: for our own pages only, and no longer than a payment takes.
fn cookie_line(name: &str, value: &str) -> Option<HeaderValue> {
    line(name, value, "Strict")
}

fn line(name: &str, value: &str, same_site: &str) -> Option<HeaderValue> {
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={COOKIE_LIFE_S}{secure}");
    HeaderValue::from_str(&line).ok()
}

/// Lets the browser remember that it had this payment's page while it went on. It permits nothing but to see the result at
/// the link once more, and it is sent when a page is read again that a shop led to, which a strict cookie is not.
pub(super) fn remember_seen(pages: &Pages, payment: &Payment) -> Option<HeaderValue> {
    line(&name_for(SEEN, pages, payment), "yes", "Lax")
}

/// Whether this browser had the payment's page while it went on.
pub(super) fn has_seen(pages: &Pages, payment: &Payment, headers: &HeaderMap) -> bool {
    cookie(headers, &name_for(SEEN, pages, payment)).is_some()
}

/// Lets the browser remember which number was asked. The wallet can't say it later: it keeps only whose it is, if anybody's.
pub(super) fn remember_asked(pages: &Pages, payment: &Payment, number: &PhoneNumber) -> Option<HeaderValue> {
    cookie_line(&name_for("lommebok-asked", pages, payment), number.as_str())
}

/// The number that this browser asked last, as people write it.
pub(super) fn asked_number(pages: &Pages, payment: &Payment, headers: &HeaderMap) -> Option<String> {
    let number = PhoneNumber::new(&cookie(headers, &name_for("lommebok-asked", pages, payment))?)?;
    let (first, rest) = number.as_str().split_at_checked(3)?;
    let (second, third) = rest.split_at_checked(2)?;
    Some(format!("{first} {second} {third}"))
}

/// The secret of the reader's cookie, and the cookie to be set when there was none.
pub(super) fn secret(pages: &Pages, payment: &Payment, headers: &HeaderMap) -> (String, Option<HeaderValue>) {
    let name = cookie_name(pages, payment);
    if let Some(secret) = cookie(headers, &name) {
        return (secret, None);
    }
    let secret = pages.wallet.random_text();
    let line = cookie_line(&name, &secret);
    (secret, line)
}

/// The form's token: bound to the cookie and the payment.
pub(super) fn form_token(pages: &Pages, payment: &Payment, secret: &str) -> String {
    pages.wallet.page_token(&format!("landing form\0{}\0{secret}", payment.id.get()))
}

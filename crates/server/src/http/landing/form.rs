//! What makes a form of the landing page ours: a cookie that a foreign page can't read, a token bound to it and to the
//! payment, and what the browser says of where the form came from.

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, HeaderValue, Uri};
use lommebok_domain::{Payment, PhoneNumber};
use subtle::ConstantTimeEq;

use crate::http::pages::{Pages, Sender, cookie, cookies, sender};
use crate::ui::error_page::Wrong;
use lommebok_web::listener::body;

/// The longest form, in bytes.
const FORM_BYTES: usize = 16_384;

/// How long the landing page's cookies live, in s: longer than any payment waits.
const COOKIE_LIFE_S: u32 = 1_800;

/// The cookie of a browser that had a payment's page.
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
    /// Sees that our own page sent it, for this payment.
    ///
    /// # Errors
    /// What tells against it.
    pub(super) fn check(&self, pages: &Pages, payment: &Payment) -> Result<(), Wrong> {
        match sender(pages, &self.uri, &self.headers) {
            Sender::OurPage => {}
            Sender::Unsaid => return Err(Wrong::ForeignForm(None)),
            Sender::Foreign(addresses) => return Err(Wrong::ForeignForm(addresses)),
            Sender::Elsewhere(addresses) => {
                tracing::warn!(named = addresses.named, public_url = addresses.own, "a form came from another address");
                return Err(Wrong::OtherAddress(addresses));
            }
        }
        let mut secrets = secrets(pages, payment, &self.headers).peekable();
        if secrets.peek().is_none() {
            return Err(Wrong::NoCookie);
        }
        let is_key = |secret| form_token(pages, payment, secret).as_bytes().ct_eq(self.key.as_bytes()).into();
        if secrets.any(is_key) { Ok(()) } else { Err(Wrong::StaleForm) }
    }
}

/// Secrets of one payment that a browser may have: one, and one more for each page of it that was being opened meanwhile.
const SECRETS: usize = 8;

/// The secrets that the browser has for the payment.
fn secrets<'h>(pages: &Pages, payment: &Payment, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
    let begin = cookie_name(pages, payment);
    cookies(headers).filter(move |(name, _)| name.starts_with(&begin)).map(|(_, secret)| secret).take(SECRETS)
}

/// How the name of the cookie begins that keeps a form ours. Each page that finds none sets one of its own name, so that
/// of two tabs that are opened at once neither takes the other's.
fn cookie_name(pages: &Pages, payment: &Payment) -> String {
    format!("{}-", name_for("lommebok-landing", pages, payment))
}

/// The name carries the payment, so that two landing pages in two tabs don't take each other's.
fn name_for(purpose: &str, pages: &Pages, payment: &Payment) -> String {
    format!("{}-{}", pages.cookie_name(purpose), payment.id.get())
}

/// The cookie's line: no longer than a payment takes, and lax. A strict one would not be sent when a shop's page opens the
/// link once more, and the second page's cookie would then take the first one's place. That another site's form can't use
/// it is shown by where the form comes from ([`Form::check`]), and a lax cookie does not go with such a form either.
fn cookie_line(name: &str, value: &str) -> Option<HeaderValue> {
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={COOKIE_LIFE_S}{secure}");
    HeaderValue::from_str(&line).ok()
}

/// Lets the browser remember that it had this payment's page while it went on. It permits nothing but to see the result at
/// the link once more.
pub(super) fn remember_seen(pages: &Pages, payment: &Payment) -> Option<HeaderValue> {
    cookie_line(&name_for(SEEN, pages, payment), "yes")
}

/// Whether this browser had the payment's page while it went on.
pub(super) fn has_seen(pages: &Pages, payment: &Payment, headers: &HeaderMap) -> bool {
    cookie(headers, &name_for(SEEN, pages, payment)).is_some()
}

/// Lets the browser remember which number was asked. The wallet can't say it later: it keeps only its user, if any.
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
    if let Some(secret) = secrets(pages, payment, headers).next() {
        return (secret.to_owned(), None);
    }
    let secret = pages.wallet.randomness.text();
    let line = cookie_line(&format!("{}{}", cookie_name(pages, payment), pages.wallet.randomness.text()), &secret);
    (secret, line)
}

/// The form's token: bound to the cookie and the payment.
pub(super) fn form_token(pages: &Pages, payment: &Payment, secret: &str) -> String {
    pages.wallet.keys.page_token(&format!("landing form\0{}\0{secret}", payment.id.get()))
}

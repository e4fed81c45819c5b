//! The only way in which HTML leaves: rendered, never stored, never sniffed, never framed.
//!
//! `/mobileintercept` is the one page that may be framed, by our own phone; the phone is the one page that may frame others,
//! because it shows the bank's 3-D Secure page.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use lommebok_web::pages::lang::Lang;

macro_rules! concat_policy {
    ($own:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; ",
            $own
        )
    };
}

/// What a page may load and who may frame it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Own files only; framed by nobody.
    Closed,
    /// As [`Policy::Closed`], and may frame https pages.
    FramesHttps,
    /// As [`Policy::Closed`], and may frame http and https pages: the sandbox's phone.
    FramesWeb,
    /// As [`Policy::Closed`], but our own pages may frame it.
    FramedByUs,
}

impl Policy {
    fn content_security(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Closed => concat_policy!("frame-ancestors 'none'"),
            Self::FramesHttps => concat_policy!("frame-ancestors 'none'; frame-src https:"),
            Self::FramesWeb => concat_policy!("frame-ancestors 'none'; frame-src http: https:"),
            Self::FramedByUs => concat_policy!("frame-ancestors 'self'"),
        })
    }

    fn frame_options(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Closed | Self::FramesHttps | Self::FramesWeb => "DENY",
            Self::FramedByUs => "SAMEORIGIN",
        })
    }
}

/// An HTML answer with every header that such an answer owes.
#[derive(Debug)]
pub struct Html {
    status: StatusCode,
    lang: Lang,
    policy: Policy,
    body: Result<String, askama::Error>,
}

impl Html {
    /// A page, rendered now.
    pub fn page(lang: Lang, template: &impl Template) -> Self {
        Self { status: StatusCode::OK, lang, policy: Policy::Closed, body: template.render() }
    }

    /// The same page with another status.
    #[must_use]
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same page with another policy.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let (status, body) = match self.body {
            Ok(body) => (self.status, body),
            Err(fault) => {
                tracing::error!(%fault, "a page could not be rendered");
                (StatusCode::INTERNAL_SERVER_ERROR, String::new())
            }
        };
        let mut answer = (status, body).into_response();
        guard(answer.headers_mut(), self.policy);
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        answer.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.lang.tag()));
        answer
    }
}

/// Sets the headers that every answer of a page owes, also one without a body such as a 303.
pub fn guard(headers: &mut HeaderMap, policy: Policy) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.content_security());
    headers.insert(header::X_FRAME_OPTIONS, policy.frame_options());
    for (name, value) in GUARDS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

const GUARDS: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::VARY, "Accept-Language, Cookie"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "{{ text }}", ext = "html")]
    struct Sample<'a> {
        text: &'a str,
    }

    #[test]
    fn a_page_is_never_framed_stored_or_sniffed() {
        let answer = Html::page(Lang::Nb, &Sample { text: "hei" }).into_response();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
        assert!(header("content-security-policy").ends_with("frame-ancestors 'none'"));
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(header("content-language"), "nb");
    }

    #[test]
    fn only_the_step_ups_return_page_may_be_framed_and_only_by_us() {
        let answer = Html::page(Lang::En, &Sample { text: "" }).policy(Policy::FramedByUs).into_response();
        assert_eq!(answer.headers()["x-frame-options"], "SAMEORIGIN");
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().ends_with("frame-ancestors 'self'"));
    }

    #[test]
    fn what_a_shop_wrote_is_escaped() {
        let html = Sample { text: "<img src=x onerror=alert(1)>\"'&" }.render().unwrap();
        assert!(!html.contains('<'), "{html}");
    }
}

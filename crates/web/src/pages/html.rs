//! The only way in which HTML leaves: rendered, never stored, never sniffed, and framed only by those whom its [`Policy`] names.

use std::borrow::Cow;

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::lang::Lang;

/// Who may frame a page, and what it may frame. Every page loads own files only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Not to be framed, frames nothing.
    Closed,
    /// As [`Policy::Closed`], and may frame http and https pages.
    FramesWeb,
    /// As [`Policy::Closed`], but our own pages may frame it.
    FramedByUs,
    /// As [`Policy::Closed`], but pages of these origins may frame it: sources of a Content-Security-Policy.
    FramedBy(String),
}

/// An HTML answer with every header that such an answer owes.
#[derive(Debug)]
pub struct Html {
    status: StatusCode,
    lang: Lang,
    policy: Policy,
    headers: HeaderMap,
    body: Result<String, askama::Error>,
}

impl Html {
    /// A page, rendered now.
    pub fn page(lang: Lang, template: &impl Template) -> Self {
        let body = template.render();
        Self { status: StatusCode::OK, lang, policy: Policy::Closed, headers: HeaderMap::new(), body }
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

    /// The same page with this header, instead of what pages say by themselves.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
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
        let headers = answer.headers_mut();
        guard(headers, self.policy);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.lang.tag()));
        headers.extend(self.headers);
        answer
    }
}

/// Sets the headers that every answer of a page owes, also one without a body such as a 303.
pub fn guard(headers: &mut HeaderMap, policy: Policy) {
    let (frames, frame_options) = match policy {
        Policy::Closed => (Cow::from("'none'"), Some("DENY")),
        Policy::FramesWeb => ("'none'; frame-src http: https:".into(), Some("DENY")),
        Policy::FramedByUs => ("'self'".into(), Some("SAMEORIGIN")),
        Policy::FramedBy(origins) => (origins.into(), None),
    };
    if let Ok(policy) = HeaderValue::try_from(format!("{OWN_FILES}; frame-ancestors {frames}")) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Some(who) = frame_options {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static(who));
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    }
    for (name, value) in GUARDS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

const OWN_FILES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                         form-action 'self'; base-uri 'none'";

const GUARDS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::VARY, "Accept-Language, Cookie"),
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
    fn who_is_named_and_nobody_else_may_frame_a_page_of_another_server() {
        let wallet = Policy::FramedBy("https://wallet.example".to_owned());
        let answer = Html::page(Lang::En, &Sample { text: "" }).policy(wallet).into_response();
        assert!(!answer.headers().contains_key("x-frame-options"), "it can't name an origin");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("; base-uri 'none'; frame-ancestors https://wallet.example"), "{policy}");
    }

    #[test]
    fn what_a_shop_wrote_is_escaped() {
        let html = Sample { text: "<img src=x onerror=alert(1)>\"'&" }.render().unwrap();
        assert!(!html.contains('<'), "{html}");
    }
}

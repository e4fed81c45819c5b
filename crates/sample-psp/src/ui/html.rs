//! The only way in which HTML leaves: rendered, never stored, never sniffed, and framed by nobody but the wallet's phone,
//! and by that only where it must be.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::page::Chosen;

/// What every page may load: own files only.
const OWN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'";

/// An HTML answer with every header that such an answer owes.
#[derive(Debug)]
pub(crate) struct Html {
    status: StatusCode,
    chosen: Chosen,
    framed_by: Option<String>,
    body: Result<String, askama::Error>,
}

impl Html {
    /// A page, rendered now.
    pub(crate) fn page(chosen: Chosen, template: &impl Template) -> Self {
        Self { status: StatusCode::OK, chosen, framed_by: None, body: template.render() }
    }

    /// The same page with another status.
    #[must_use]
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same page, which pages of `origin` may frame.
    #[must_use]
    pub(crate) fn framed_by(self, origin: Option<String>) -> Self {
        Self { framed_by: origin, ..self }
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
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.chosen.lang.tag()));
        let ancestors = self.framed_by.as_deref().unwrap_or("'none'");
        if let Ok(policy) = HeaderValue::from_str(&format!("{OWN}; frame-ancestors {ancestors}")) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.framed_by.is_none() {
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
            headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        }
        if let Some(cookie) = self.chosen.cookie().and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            headers.insert(header::SET_COOKIE, cookie);
        }
        for (name, value) in GUARDS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        answer
    }
}

const GUARDS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::VARY, "Accept-Language, Cookie"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
];

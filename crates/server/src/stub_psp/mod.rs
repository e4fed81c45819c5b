//! The sandbox's stub PSP: a `makePaymentUrl` that says OK to every approved payment and takes every notice.
//!
//! It listens on a port of its own, so that a first run can reserve a payment without a PSP; the sample PSP takes its place. It checks
//! nothing, takes no money and never answers FAIL or SOFT_DECLINE. `serve` has none.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use http::header::{ACCEPT, ALLOW, HeaderValue};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;

use crate::http::pages::language;
use crate::ui::brand::Brand;
use crate::ui::page::{self, Page};
use lommebok_web::pages::assets::ASSETS_ROUTE;
use lommebok_web::pages::html::Html;

/// The most bytes of a request: a makePayment body is about 1 KiB.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// What the stub's page shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The wallet's name and colour.
    pub brand: Arc<Brand>,
    /// The wallet's start page.
    pub start_page: String,
}

#[derive(Template)]
#[template(path = "stub.html")]
struct StubPage<'a> {
    page: Page<'a>,
    start_page: &'a str,
}

/// The stub PSP: any path is a `makePaymentUrl`. A browser gets a page that says so.
pub fn router(shown: Shown) -> Router {
    let asset = async |State(shown): State<Shown>, Path((fingerprint, name)): Path<(String, String)>| {
        page::file(&shown.brand, &fingerprint, &name)
    };
    Router::new()
        .route(ASSETS_ROUTE, get(asset))
        .fallback(any(make_payment))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(shown)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MakePayment {
    psp_transaction_id: String,
    payment_state: String,
}

async fn make_payment(
    State(shown): State<Shown>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method != Method::POST {
        return not_posted(&shown, &uri, &headers);
    }
    let Ok(request) = serde_json::from_slice::<MakePayment>(&body) else {
        return (StatusCode::BAD_REQUEST, "not a makePayment request\n").into_response();
    };
    let answer = if request.payment_state == "ACCEPTED" {
        json!({"paymentInfo": {"pspTransactionId": request.psp_transaction_id, "status": "OK"}})
    } else {
        json!({})
    };
    axum::Json(answer).into_response()
}

/// The answer to a caller that is not the wallet: a page, if a browser asks.
fn not_posted(shown: &Shown, uri: &Uri, headers: &HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let status = if uri.path() == "/" { StatusCode::OK } else { StatusCode::METHOD_NOT_ALLOWED };
    let mut answer = if accepted.contains("text/html") {
        let lang = language(uri, headers);
        let page = Page { lang, brand: &shown.brand, sandbox: true, base: "", here: "/" };
        Html::page(lang, &StubPage { page, start_page: &shown.start_page }).status(status).into_response()
    } else {
        (status, "This is the sandbox's stub PSP. The wallet calls it with POST.\n").into_response()
    };
    if status == StatusCode::METHOD_NOT_ALLOWED {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    answer
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use axum::http::request::Builder;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(method: &str, body: String) -> (u16, String) {
        answered(Request::builder().method(method).uri("/any/path"), body).await
    }

    async fn answered(request: Builder, body: String) -> (u16, String) {
        let shown = Shown { brand: Arc::new(Brand::default()), start_page: "http://wallet.example/".to_owned() };
        let answer = router(shown).oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_approved_payment_is_answered_ok_with_its_id() {
        let body = r#"{"pspTransactionId":"p-1","paymentState":"ACCEPTED","networkToken":{}}"#;
        let expected = r#"{"paymentInfo":{"pspTransactionId":"p-1","status":"OK"}}"#;
        assert_eq!(ask("POST", body.to_owned()).await, (200, expected.to_owned()));
    }

    #[tokio::test]
    async fn a_notice_is_taken() {
        for state in ["USER_CANCEL", "TIMEOUT"] {
            let body = format!(r#"{{"pspTransactionId":"p-1","paymentState":"{state}"}}"#);
            assert_eq!(ask("POST", body).await, (200, "{}".to_owned()));
        }
    }

    #[tokio::test]
    async fn what_is_no_makepayment_request_is_refused() {
        assert_eq!(ask("POST", "{}".to_owned()).await.0, 400);
        assert_eq!(ask("GET", String::new()).await.0, 405);
        assert_eq!(ask("POST", "x".repeat(70_000)).await.0, 413);
    }

    #[tokio::test]
    async fn a_browser_gets_a_page_with_its_styles_that_says_what_this_is() {
        for (path, status) in [("/", 200), ("/make-payment", 405)] {
            for (lang, words) in [("nb", "Her bor stubb-PSP-en"), ("en", "The stub PSP lives here")] {
                let request =
                    Request::builder().uri(path).header("Accept", "text/html,*/*").header("Accept-Language", lang);
                let (answered_with, html) = answered(request, String::new()).await;
                assert_eq!(answered_with, status, "{path}");
                assert!(html.contains(words) && html.contains("href=\"http://wallet.example/\""), "{html}");
                let styles: Vec<&str> = html.split('"').filter(|text| text.starts_with("/assets/")).collect();
                assert!(styles.len() >= 4, "{html}");
                for file in styles {
                    assert_eq!(answered(Request::builder().uri(file), String::new()).await.0, 200, "{file}");
                }
            }
        }
        assert_eq!(answered(Request::builder().uri("/"), String::new()).await.0, 200);
    }
}

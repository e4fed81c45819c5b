//! The sandbox's stub PSP: a `makePaymentUrl` that says OK to every approved payment and takes every notice.
//!
//! It stands on a port of its own, so that a first run can reserve a payment without a PSP; the sample PSP takes its place. It checks
//! nothing, charges nobody and never answers FAIL or SOFT_DECLINE. `serve` has none.

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use serde::Deserialize;
use serde_json::json;

/// The most bytes of a request: a makePayment body is about 1 KiB.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// The stub PSP: any path is a `makePaymentUrl`.
pub fn router() -> Router {
    Router::new().fallback(any(make_payment)).layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MakePayment {
    psp_transaction_id: String,
    payment_state: String,
}

async fn make_payment(method: axum::http::Method, body: Bytes) -> Response {
    if method != axum::http::Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, "This is the sandbox's stub PSP. The wallet calls it with POST.\n")
            .into_response();
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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    async fn ask(method: &str, body: String) -> (u16, String) {
        let request = Request::builder().method(method).uri("/any/path").body(Body::from(body)).unwrap();
        let answer = super::router().oneshot(request).await.unwrap();
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
}

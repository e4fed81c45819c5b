//! Whole bodies, so that Postman, documentation and mock servers show something that works: each is valid, and a sandbox
//! that was just started takes each request unchanged (except for credentials, and the token of force-approve).

use serde_json::{Value, json};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::{Content, ContentBuilder};

/// A landing token, as it looks.
pub(super) const LANDING_TOKEN: &str = "AQAAAAAAAAABAAAAAAAAAAEAAAGiLmhsTWaqe7cJLr7AaWB4XEQtGEk";

/// The same content with the examples of a request of the schema `schema`.
pub(super) fn of_request(content: Content, schema: &str) -> Content {
    let one = match schema {
        "InitRequest" => init(),
        "UpdateStatusRequest" => update_status(),
        "ForceApproveRequest" => json!({"customerPhoneNumber": "12345678", "token": LANDING_TOKEN}),
        "CreateMerchantRequest" => merchant(),
        "UpdateMerchantRequest" => json!({"name": "Example", "website": "https://example.com"}),
        _ => return content,
    };
    ContentBuilder::from(content).example(Some(one)).build()
}

/// The calls to a `makePaymentUrl`.
pub(super) fn make_payment(content: Content) -> Content {
    let notice = |state: &str| json!({"pspTransactionId": "abcABC12345", "merchantSerialNumber": "100001", "paymentState": state, "paymentInstrument": "TOKEN"});
    named(
        content,
        [
            ("accepted", "The user has approved", accepted()),
            ("userCancel", "The user has cancelled", notice("USER_CANCEL")),
            ("timeout", "The time is over", notice("TIMEOUT")),
        ],
    )
}

/// What a PSP can answer.
pub(super) fn make_payment_answer(content: Content) -> Content {
    let info = |status: &str| json!({"pspTransactionId": "abcABC12345", "status": status});
    let page =
        json!({"pspTransactionId": "abcABC12345", "status": "SOFT_DECLINE", "url3dSecure": "https://example.com/3ds"});
    let error = |id: &str, text: &str| json!({"errorId": id, "errorText": text});
    named(
        content,
        [
            ("ok", "Authorised", json!({"paymentInfo": info("OK")})),
            (
                "fail",
                "Not authorised",
                json!({"paymentInfo": info("FAIL"), "errorMessage": error("82", "Refused by issuer")}),
            ),
            (
                "softDecline",
                "3-D Secure first",
                json!({"paymentInfo": page, "errorMessage": error("1036", "Soft decline")}),
            ),
        ],
    )
}

fn named<const N: usize>(content: Content, examples: [(&str, &str, Value); N]) -> Content {
    let examples = examples
        .into_iter()
        .map(|(name, summary, value)| (name, ExampleBuilder::new().summary(summary).value(Some(value)).build()));
    ContentBuilder::from(content).examples_from_iter(examples).build()
}

fn init() -> Value {
    json!({
        "pspTransactionId": "abcABC12345",
        "merchantOrderId": "abcABC-12345",
        "customerMobileNumber": "12345678",
        "amount": 49900,
        "currency": "NOK",
        "pspRedirectUrl": "https://example.com/page-seen-after-payment",
        "makePaymentUrl": "https://example.com/your-endpoint-for-card-data",
        "makePaymentToken": "a-secret-of-the-psp",
        "paymentText": "One pair of socks",
    })
}

fn update_status() -> Value {
    json!({"transactions": [{
        "pspTransactionId": "abcABC12345",
        "status": "CAPTURED",
        "amount": 49900,
        "currency": "NOK",
        "paymentText": "One pair of socks",
    }]})
}

fn merchant() -> Value {
    json!({
        "organizationNumber": "123456785",
        "name": "Example",
        "mccCode": "5411",
        "logoUrl": "https://example.com/logo.png",
        "companyName": "Example AS",
        "companyEmail": "user@example.com",
        "website": "https://example.com",
        "termsOfServiceAccepted": true,
        "address": {"addressLine1": "Robert Levins gate 5", "city": "Oslo", "postCode": "0154", "country": "NO"},
    })
}

fn accepted() -> Value {
    let operation = |operation: &str, code: &str| {
        let step_up = "0123456789abcdef0123456789abcdef";
        let url = format!("http://127.0.0.1:8480/mobileintercept?transactionId={step_up}&responsecode={code}");
        json!({"operation": operation, "url": url})
    };
    json!({
        "pspTransactionId": "abcABC12345",
        "merchantSerialNumber": "100001",
        "paymentState": "ACCEPTED",
        "paymentInstrument": "TOKEN",
        "binNumber": "492556",
        "networkToken": {
            "number": "4895370013193500",
            "expiryMonth": "03",
            "expiryYear": "2030",
            "cryptogram": "AlhlvxmN2ZKuAAESNFZ4GoABFA==",
            "tokenType": "VISA",
            "eci": "07",
        },
        "operations": [operation("3dssuccess", "OK"), operation("3dscancel", "CANCEL"), operation("3dsfailure", "FAIL")],
    })
}

//! One payment in each final state, as PSP, phone and landing page see it: the three must tell one story.

use std::time::Duration;

use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Started, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::history;

/// How a payment ended, and what each sees of it.
struct Seen {
    id: &'static str,
    state: &'static str,
    history: &'static str,
    failure: Value,
    heading: &'static str,
    /// The heading of the link itself, opened once more.
    gone: &'static str,
}

fn rows() -> [Seen; 5] {
    let seen = |id, state, history, [heading, gone]: [&'static str; 2]| Seen {
        id,
        state,
        history,
        failure: Value::Null,
        heading,
        gone,
    };
    let paid = seen("all-paid", "RESERVED", "RESERVED 49900 true", ["Paid", "The link has been used"]);
    let refused =
        seen("all-refused", "FAILED", "RESERVED 49900 false", ["The payment failed", "The link has been used"]);
    let lost = seen("all-lost", "FAILED", "RESERVED 49900 false", ["The payment failed", "The link has been used"]);
    [
        paid,
        Seen { failure: json!({"code": "82", "outcome": "certain", "reason": null}), ..refused },
        Seen { failure: json!({"code": null, "outcome": "unknown", "reason": null}), ..lost },
        seen(
            "all-cancelled",
            "CANCELLED",
            "CANCELLED 49900 true",
            ["The payment is cancelled", "The payment was cancelled"],
        ),
        seen("all-expired", "EXPIRED", "CANCELLED 49900 true", ["Time is up", "The link has expired"]),
    ]
}

/// Ends each payment in its own way, all by the landing page and the first user's phone.
async fn ended(app: &TestApp) -> Vec<Started> {
    app.psp.answer("all-refused", [Reply::Fail(82)]);
    app.psp.answer("all-lost", [Reply::Close]);
    let phone = app.first_phone().await;
    let card = phone.card("VISA").await;
    let mut payments = Vec::new();
    for Seen { id, .. } in rows() {
        let payment = app.init(id).await;
        let page = LandingPage::open(app, &payment).await;
        assert_eq!(page.confirm("12345678").await, StatusCode::SEE_OTHER);
        let number = app.payment(id).id.get().to_string();
        match id {
            "all-expired" => {}
            "all-cancelled" => assert_eq!(page.cancel().await, StatusCode::SEE_OTHER),
            _ => {
                drop(phone.approve(&number, &card).await.succeeded());
                app.until(id, |payment| payment.state.is_final()).await;
            }
        }
        payments.push(payment);
    }
    app.advance(Duration::from_mins(5)).await;
    payments
}

fn heading(page: &str) -> &str {
    let inside = page.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next());
    inside.expect("a page has a heading").trim()
}

#[tokio::test(flavor = "multi_thread")]
async fn psp_phone_and_landing_page_tell_one_story_of_each_end() {
    let app = TestApp::start().await;
    let payments = ended(&app).await;
    let phone = app.first_phone().await;
    assert_eq!(phone.waiting().await, []);
    for (payment, seen) in payments.iter().zip(rows()) {
        assert_eq!(app.state(seen.id), seen.state);
        assert_eq!(history(&app, seen.id).await, [seen.history], "{}", seen.id);
        let number = app.payment(seen.id).id.get();
        let on_the_phone = phone.get(&format!("/payments/{number}")).await;
        assert_eq!((&on_the_phone["state"], &on_the_phone["failure"]), (&json!(seen.state), &seen.failure));
        let facts = ["deadline", "cancellable", "stepUpUrl", "backToShop"].map(|name| on_the_phone[name].clone());
        assert_eq!(facts, [Value::Null, json!(false), Value::Null, Value::Null], "the landing page leads back");
        let wait = app.url(&format!("/landing/wait?lang=en&token={}", payment.token));
        let waiting = Answer::to(app.client().get(wait)).await;
        assert_eq!((waiting.status, heading(&waiting.text)), (StatusCode::OK, seen.heading), "{}", seen.id);
        assert!(waiting.text.contains("content=\"4; url=https://shop.example/thanks\""), "{}", seen.id);
        let link = Answer::to(app.client().get(format!("{}&lang=en", payment.link))).await;
        assert_eq!((link.status, heading(&link.text)), (StatusCode::GONE, seen.gone), "{}", seen.id);
        assert!(!link.text.contains("http-equiv=\"refresh\""), "a link that is gone leads nobody away");
    }
    app.stop().await;
}

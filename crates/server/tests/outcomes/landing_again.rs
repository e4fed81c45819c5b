//! The link of a payment that is over, opened again: by the browser that waited for the end, and by any other browser.

use std::time::Duration;

use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Started, TestApp};
use reqwest::StatusCode;

async fn again(app: &TestApp, payment: &Started, cookie: Option<&str>) -> (StatusCode, String) {
    let request = app.client().get(format!("{}&lang=en", payment.link));
    let request = if let Some(cookie) = cookie { request.header("Cookie", cookie) } else { request };
    let answer = Answer::to(request).await;
    let heading = answer.text.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next());
    (answer.status, heading.expect("a page has a heading").trim().to_owned())
}

/// Payments that end in each way, and the page that a browser has of each.
async fn ended(app: &TestApp) -> Vec<(Started, LandingPage)> {
    app.psp.answer("la-refused", [Reply::Fail(82)]);
    app.psp.answer("la-lost", [Reply::Close]);
    let phone = app.first_phone().await;
    let card = phone.card("VISA").await;
    let mut pages = Vec::new();
    for id in ["la-paid", "la-refused", "la-lost", "la-cancelled", "la-expired"] {
        let payment = app.init(id).await;
        let page = LandingPage::open(app, &payment).await;
        assert_eq!(page.confirm("12345678").await, StatusCode::SEE_OTHER);
        match id {
            "la-expired" => {}
            "la-cancelled" => assert_eq!(page.cancel().await, StatusCode::SEE_OTHER),
            _ => {
                drop(phone.approve(&app.payment(id).id.get().to_string(), &card).await.succeeded());
                app.until(id, |payment| payment.state.is_final()).await;
            }
        }
        pages.push((payment, page));
    }
    app.advance(Duration::from_mins(5)).await;
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_that_waited_sees_the_result_again_and_others_that_the_link_is_over() {
    let app = TestApp::start().await;
    let rows = [
        ("Paid", "The link has been used"),
        ("The payment failed", "The link has been used"),
        ("The payment failed", "The link has been used"),
        ("The payment is cancelled", "The payment was cancelled"),
        ("Time is up", "The link has expired"),
    ];
    let pages = ended(&app).await;
    let stranger = pages[4].1.seen_cookie.clone();
    for ((payment, page), (result, over)) in pages.iter().zip(rows) {
        let own = again(&app, payment, Some(&page.seen_cookie)).await;
        assert_eq!(own, (StatusCode::OK, result.to_owned()), "{}", payment.id);
        assert_eq!(again(&app, payment, None).await, (StatusCode::GONE, over.to_owned()), "{}", payment.id);
        if payment.id != "la-expired" {
            let other = again(&app, payment, Some(&stranger)).await;
            assert_eq!(other, (StatusCode::GONE, over.to_owned()), "{}: another payment's cookie", payment.id);
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_later_the_link_is_unknown_to_everybody() {
    let app = TestApp::with_settings(&[("token_lifetime_s", "604800")]).await;
    let payment = app.init("la-day").await;
    let page = LandingPage::open(&app, &payment).await;
    app.advance(Duration::from_hours(24)).await;
    let unknown = (StatusCode::NOT_FOUND, "We do not know this link".to_owned());
    assert_eq!(again(&app, &payment, Some(&page.seen_cookie)).await, unknown);
    assert_eq!(again(&app, &payment, None).await, unknown);
    app.stop().await;
}

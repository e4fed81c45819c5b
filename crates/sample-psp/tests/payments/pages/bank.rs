//! The bank's 3-D Secure page: asked, asked again, each way out, and over; with the longest text and the largest amount.

use lommebok_sample_psp::acquirer::simulated::IssuerRules;
use lommebok_sdk::PspTransactionId;
use lommebok_testing::Card;
use lommebok_testkit::browser::Browser;
use reqwest::Method;

use super::{at_rest, in_each_language};
use crate::customer::with_shop;
use crate::world::{World, id, send};

/// The largest amount of the API.
const LARGEST: i64 = 2_147_483_647;

/// A payment that waits at the bank, and the bank's page.
async fn waiting(world: &World, order: &str, text: &str, amount: i64) -> (PspTransactionId, String) {
    let mut body = World::body(order, amount);
    body["description"] = text.into();
    let payment = id(&send(world.call(Method::POST, "/payments").json(&body)).await.succeeded());
    world.wallet.approve_with(&payment, Card::Mastercard).await.unwrap();
    let page = world.wallet.step_up_page(&payment).unwrap().unwrap();
    (payment, page)
}

/// Sends the page's form as its buttons do.
async fn answers(world: &World, page: &str, form: &str) {
    let request = world.http.post(page).header("Content-Type", "application/x-www-form-urlencoded");
    request.body(form.to_owned()).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banks_page_is_readable_in_every_state() {
    in_each_language(async |browser: &Browser| {
        let rules = IssuerRules { limit: LARGEST, opening_balance: LARGEST };
        let world = World::with(|config| {
            with_shop(config);
            config.issuer = rules;
        })
        .await;
        for (order, text) in [("one-word", "W".repeat(100)), ("many-words", "Kaffe og kaker ".repeat(6))] {
            let (payment, page) = waiting(&world, order, &text, LARGEST).await;
            browser.go(&page).await;
            browser.inspect(&format!("bank-{order}")).await;
            world.wallet.cancel(&payment).await.unwrap();
        }
        let ways = [("passed", "way=code&code=1234"), ("cancelled", "way=cancel&code="), ("denied", "way=fail&code=")];
        for (name, form) in ways {
            let (payment, page) = waiting(&world, name, "Kaffe", 49_900).await;
            browser.go(&page).await;
            if name == "passed" {
                answers(&world, &page, "way=code&code=1").await;
                browser.reload().await;
                browser.inspect("bank-wrong-code").await;
            }
            answers(&world, &page, form).await;
            at_rest(browser, &page).await;
            browser.inspect(&format!("bank-leaving-{name}")).await;
            world.wallet.cancel(&payment).await.unwrap();
            browser.go(&page).await;
            browser.inspect("bank-over").await;
        }
        what_else_lives_there(browser, &world).await;
        world.stop().await;
    })
    .await;
}

/// The page of the PSP's own address, and the bank's when the ledger fails.
async fn what_else_lives_there(browser: &Browser, world: &World) {
    for (name, path) in [("home", "/"), ("nowhere", "/nowhere")] {
        browser.go(&format!("http://{}{path}", world.psp.address)).await;
        browser.inspect(&format!("psp-{name}")).await;
    }
    let database = rusqlite::Connection::open(world.data_dir().join("ledger.db")).unwrap();
    database.execute_batch("ALTER TABLE session RENAME TO gone").unwrap();
    browser.go(&format!("http://{}/3ds/any", world.psp.address)).await;
    browser.inspect("bank-failed").await;
    browser.go("about:blank").await;
    database.execute_batch("ALTER TABLE gone RENAME TO session").unwrap();
}

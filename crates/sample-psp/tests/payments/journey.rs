//! The whole journey in headless Chromium: the shop in one browser, the phone in another, and the bank inside the phone.

use std::time::Duration;

use lommebok_testkit::browser::Device;
use lommebok_testkit::browser::{Browser, Language};

use crate::world::World;

/// The bank's page needs its scripts, and the wallet's return page comes into the same frame.
const OWN_PAGE_IN_A_SANDBOX: &str = "can escape its sandboxing";

fn with_shop(config: &mut lommebok_sample_psp::SamplePspConfig) {
    let listen = "127.0.0.1:0".parse().unwrap();
    config.shop = Some(lommebok_sample_psp::ShopConfig { listen, public_url: None, phone_simulator: None });
}

fn shop(world: &World, path: &str) -> String {
    world.psp.shop_url.as_ref().unwrap().join(path).unwrap().to_string()
}

/// The browser becomes the first user's phone.
async fn sign_in(world: &World, phone: &Browser) {
    phone.go(&format!("{}/phone", world.wallet.base_url())).await;
    phone.fill("Mobile number", "12345678").await;
    phone.fill("PIN", "1236").await;
    phone.press("Sign in").await;
    phone.sees("Hello, Kari").await;
}

/// Buys a product and stands on the wallet's waiting page.
async fn buy(world: &World, browser: &Browser, product: &str) {
    browser.go(&shop(world, &format!("/checkout?product={product}"))).await;
    browser.fill("Mobile number optional, but for a notification", "12345678").await;
    browser.press("Pay with the wallet").await;
    browser.arrives_at(world.wallet.base_url()).await;
    browser.press("Next").await;
    browser.sees("Open your app and approve").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coffee_is_bought_paid_captured_and_refunded_in_part() {
    let (Some(desk), Some(phone)) = (Browser::desktop().await, Browser::phone().await) else { return };
    let world = World::with(with_shop).await;
    sign_in(&world, &phone).await;
    desk.go(&shop(&world, "/")).await;
    desk.press("Buy First Light").await;
    desk.sees("Checkout").await;
    desk.press("Pay with the wallet").await;
    desk.arrives_at(world.wallet.base_url()).await;
    desk.fill("Mobile number", "12345678").await;
    desk.press("Next").await;
    phone.press("Fjellkroa Kaffe asks for").await;
    phone.press("Pay NOK 149.00").await;
    phone.sees("Paid").await;
    desk.sees("Thank you! The order is paid.").await;
    desk.inspect("shop-order-paid").await;
    desk.press("See the order from the back office").await;
    desk.fill("Amount to capture", "100.00").await;
    desk.press("Capture").await;
    desk.sees("Done. The wallet is being told.").await;
    desk.fill("Amount to refund", "25").await;
    desk.press("Refund").await;
    // The wallet was told a moment after the page was made; the page shows it by itself.
    desk.sees("status REFUNDED").await;
    desk.no_longer_sees("The wallet has not yet been told").await;
    desk.inspect("shop-backoffice-order").await;
    desk.fill("Amount to release", "9999").await;
    desk.press("Release").await;
    desk.sees("That is more than is left.").await;
    world.work().await;
    phone.press("Done").await;
    phone.press("Receipts").await;
    phone.press("Fjellkroa Kaffe").await;
    phone.sees("NOK 100.00").await;
    phone.sees("NOK 25.00").await;
    desk.close().await;
    phone.close().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_page_in_another_browser_keeps_up_without_any_redirect() {
    let (Some(desk), Some(other), Some(phone)) =
        (Browser::desktop().await, Browser::phone().await, Browser::phone().await)
    else {
        return;
    };
    let world = World::with(with_shop).await;
    sign_in(&world, &phone).await;
    for (product, press, outcome) in [
        ("fjellvann", "Pay NOK 59.00", "The order is paid."),
        ("spoon-189", "Pay NOK 1.89", "The payment did not go through"),
        ("tindebrent", "Cancel", "The payment was cancelled"),
    ] {
        buy(&world, &desk, product).await;
        // The customer's tab is closed for good; somebody looks from elsewhere.
        desk.go("about:blank").await;
        other.go(&shop(&world, "/backoffice")).await;
        other.press("1").await;
        other.press("the customer’s page").await;
        other.sees("Approve on your phone").await;
        phone.press("Fjellkroa Kaffe asks for").await;
        phone.press(press).await;
        other.sees(outcome).await;
        other.inspect(&format!("shop-order-{product}")).await;
        phone.press("Done").await;
    }
    buy(&world, &desk, "kroakoppen").await;
    desk.go("about:blank").await;
    other.go(&shop(&world, "/backoffice")).await;
    other.press("1").await;
    other.press("the customer’s page").await;
    other.sees("Approve on your phone").await;
    world.advance(Duration::from_mins(5)).await;
    other.sees("The time ran out").await;
    desk.close().await;
    other.close().await;
    phone.close().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_inside_the_phone_lets_through_cancels_and_denies() {
    let (Some(desk), Some(mut phone)) = (Browser::desktop().await, Browser::phone().await) else { return };
    phone.expect_complaint(OWN_PAGE_IN_A_SANDBOX);
    let world = World::with(with_shop).await;
    sign_in(&world, &phone).await;
    for (product, price, way, on_the_phone, in_the_shop) in [
        ("spoon-202", "NOK 2.02", "Confirm", "Paid", "The order is paid."),
        ("spoon-202", "NOK 2.02", "Cancel", "The payment is cancelled", "The payment was cancelled"),
        ("spoon-202", "NOK 2.02", "Let the bank deny", "Your bank could not confirm", "The payment was cancelled"),
        ("spoon-197", "NOK 1.97", "Confirm", "Your bank could not confirm", "The payment was cancelled"),
    ] {
        buy(&world, &desk, product).await;
        phone.press("Fjellkroa Kaffe asks for").await;
        phone.press(&format!("Pay {price}")).await;
        phone.sees("Confirm with your bank").await;
        desk.sees("Confirm with your bank").await;
        phone.enter_frame("iframe").await;
        phone.sees("This is a simulated bank.").await;
        phone.fill("One-time code", "1234").await;
        phone.press(way).await;
        phone.leave_frame().await;
        phone.sees(on_the_phone).await;
        desk.sees(in_the_shop).await;
        phone.press("Done").await;
        phone.sees("Hello, Kari").await;
    }
    desk.close().await;
    phone.close().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_shop_and_bank_is_readable_in_both_languages_themes_and_sizes() {
    for language in [Language::English, Language::Norwegian] {
        let Some(browser) = Browser::open(Device::Desktop, language).await else { return };
        let world = World::with(with_shop).await;
        let paid = world.reserved(49_900).await;
        world.operate(&paid, "captures", Some(20_000), "c1").await.succeeded();
        let stepped_up = world.create(202).await;
        world.wallet.approve(&stepped_up).await.unwrap();
        let bank = world.wallet.step_up_page(&stepped_up).unwrap().unwrap();
        let checkout = "/checkout?product=kverna";
        for (name, path) in [
            ("front", "/"),
            ("bench", "/bench"),
            ("checkout", checkout),
            ("reconciliation", "/backoffice/reconciliation"),
        ] {
            browser.go(&shop(&world, path)).await;
            browser.inspect(&format!("shop-{name}")).await;
        }
        browser.go(&bank).await;
        browser.inspect("bank-challenge").await;
        browser.close().await;
        world.stop().await;
    }
}

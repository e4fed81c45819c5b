//! 3-D Secure: the bank's page inside the phone, passed, cancelled and failed.

use crate::stage::Stage;

/// The bank's page needs its scripts, and the wallet's return page comes into the same frame.
const OWN_PAGE_IN_A_SANDBOX: &str = "can escape its sandboxing";

/// Product, price, what is pressed at the bank, what the phone then says, and what the shop.
const WAYS: [(&str, &str, &str, &str, &str); 4] = [
    ("spoon-202", "NOK 2.02", "Confirm", "Paid", "The order is paid."),
    ("spoon-202", "NOK 2.02", "Cancel", "The payment is cancelled", "The payment was cancelled"),
    ("spoon-202", "NOK 2.02", "Let the bank deny", "Your bank could not confirm", "The payment was cancelled"),
    ("spoon-197", "NOK 1.97", "Confirm", "Your bank could not confirm", "The payment was cancelled"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_inside_the_phone_lets_through_cancels_and_denies() {
    let Some(mut stage) = Stage::with_a_phone(&[]).await else { return };
    stage.phone.expect_complaint(OWN_PAGE_IN_A_SANDBOX);
    let (desk, phone) = (&stage.desk, &stage.phone);
    for (product, price, way, on_the_phone, in_the_shop) in WAYS {
        stage.buy(product).await;
        stage.approve(price).await;
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
    stage.advance("31s");
    stage.all_agree(WAYS.len()).await;
    stage.strike().await;
}

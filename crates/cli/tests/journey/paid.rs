//! Paid: reserved, captured, refunded in part, and seen on the phone.

use crate::stage::{NUMBER, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn coffee_is_bought_paid_captured_and_refunded_in_part() {
    let Some(stage) = Stage::with_a_phone(&[]).await else { return };
    let (desk, phone) = (&stage.desk, &stage.phone);
    desk.go(&stage.shop("/")).await;
    desk.press("Buy First Light").await;
    desk.sees("Checkout").await;
    desk.press("Pay with the wallet").await;
    desk.arrives_at(stage.server.base()).await;
    desk.fill("Mobile number", NUMBER).await;
    desk.press("Next").await;
    stage.approve("NOK 149.00").await;
    phone.sees("Paid").await;
    desk.arrives_at(&stage.shop("/orders/")).await;
    desk.sees("Thank you! The order is paid.").await;
    desk.press("See the order from the back office").await;
    desk.fill("Amount to capture", "100.00").await;
    desk.press("Capture").await;
    desk.sees("Done. The wallet is being told.").await;
    desk.fill("Amount to refund", "25").await;
    desk.press("Refund").await;
    // The wallet was told a moment after the page was made; the page shows it by itself.
    desk.sees("status REFUNDED").await;
    desk.no_longer_sees("The wallet has not yet been told").await;
    desk.fill("Amount to release", "9999").await;
    desk.press("Release").await;
    desk.sees("That is more than is left.").await;
    phone.press("Done").await;
    phone.press("Receipts").await;
    phone.press("Fjellkroa Kaffe").await;
    phone.sees("NOK 100.00").await;
    phone.sees("NOK 25.00").await;
    // The check of the details comes 30 s of business time after the OK.
    stage.advance("31s");
    stage.all_agree(1).await;
    stage.strike().await;
}

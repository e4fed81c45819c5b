//! An answer after 16 s: the wallet has given up and does not know the outcome, until the PSP's reconciliation settles it,
//! in the way that the setting says.

use crate::stage::Stage;

/// Buys the spoon whose answer leaves after 16 s, approves it, and lets those pass.
async fn answered_too_late(stage: &Stage) {
    stage.buy("spoon-201").await;
    stage.approve("NOK 2.01").await;
    // The money is set aside at the acquirer; only the answer is on its way.
    stage.newest_order(&stage.desk).await;
    stage.desk.sees("The order is paid.").await;
    stage.advance("16s");
    stage.phone.sees("We do not know whether the payment went through. Ask the shop before you pay again.").await;
    stage.unknown_outcomes(1).await;
    stage.phone.press("Done").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_16_seconds_is_settled_as_reserved() {
    let Some(stage) = Stage::with_a_phone(&[]).await else { return };
    answered_too_late(&stage).await;
    stage.advance("14s");
    stage.unknown_outcomes(0).await;
    stage.newest_order(&stage.desk).await;
    stage.desk.sees("Thank you! The order is paid.").await;
    stage.desk.press("See the order from the back office").await;
    stage.desk.press("Capture").await;
    stage.desk.sees("status CAPTURED").await;
    stage.phone.press("Receipts").await;
    stage.phone.press("Fjellkroa Kaffe").await;
    stage.phone.sees("Paid").await;
    stage.all_agree(1).await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_16_seconds_is_reversed_if_the_setting_says_so() {
    let Some(stage) = Stage::with_a_phone(&["--psp-if-missing", "reverse"]).await else { return };
    answered_too_late(&stage).await;
    stage.advance("14s");
    stage.unknown_outcomes(0).await;
    stage.newest_order(&stage.desk).await;
    stage.desk.sees("The payment did not go through").await;
    stage.desk.sees("The bank answered too late.").await;
    stage.desk.press("See the order from the back office").await;
    stage.desk.sees("status CANCELLED").await;
    stage.all_agree(1).await;
    stage.strike().await;
}

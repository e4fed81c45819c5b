//! Not paid: cancelled on the phone, expired, and refused with each of the error ids.

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;

use crate::stage::{NUMBER, PIN, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_cancelled_on_the_phone_and_the_next_one_expires() {
    let Some(stage) = Stage::with_a_phone(&[]).await else { return };
    stage.buy("tindebrent").await;
    stage.phone.press("Fjellkroa Kaffe asks for").await;
    stage.phone.press("Cancel").await;
    stage.phone.sees("The payment is cancelled").await;
    stage.desk.arrives_at(&stage.shop("/orders/")).await;
    stage.desk.sees("The payment was cancelled").await;
    stage.phone.press("Done").await;
    stage.buy("kverna").await;
    stage.phone.sees("Fjellkroa Kaffe asks for").await;
    // The clock runs: to the last second is for tests that stop it.
    stage.advance("4m");
    stage.desk.sees("Open your app and approve").await;
    stage.advance("1m");
    stage.desk.arrives_at(&stage.shop("/orders/")).await;
    stage.desk.sees("The time ran out").await;
    stage.phone.no_longer_sees("Fjellkroa Kaffe asks for").await;
    stage.all_agree(2).await;
    stage.strike().await;
}

/// Each price that the sample PSP refuses, and what the order page says of it.
const REFUSED: [(&str, &str); 14] = [
    ("spoon-171", "The fault is ours, not yours."),
    ("spoon-172", "The fault is ours, not yours."),
    ("spoon-181", "The bank behind the card could not be found."),
    ("spoon-182", "Your bank declined the payment."),
    ("spoon-183", "Your bank declined the payment."),
    ("spoon-184", "The amount is over the limit of the card."),
    ("spoon-185", "The bank answered too late."),
    ("spoon-186", "The card has expired."),
    ("spoon-187", "The card is not valid."),
    ("spoon-188", "Credit cards are not accepted here."),
    ("spoon-189", "There is not enough money on the card."),
    ("spoon-151", "There is not enough money on the card."),
    ("spoon-191", "Something went wrong on the way to the bank."),
    ("spoon-194", "The bank could not confirm that it was you."),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_order_page_says_why_for_each_error_id() {
    let Some(stage) = Stage::set(&[]).await else { return };
    let phone = FakePhone::sign_in(stage.server.base(), NUMBER, PIN).await;
    let card = phone.card("VISA").await;
    for (product, why) in REFUSED {
        stage.push(product).await;
        let asked = wait_until("the push", async || phone.waiting().await.into_iter().next()).await;
        let ended = phone.approve(&asked.id, &card).await;
        assert!(ended.status.is_success(), "{product}: {}", ended.text);
        stage.desk.sees("The payment did not go through").await;
        stage.desk.sees(why).await;
        wait_until("the end on the phone", async || phone.waiting().await.is_empty().then_some(())).await;
    }
    stage.unknown_outcomes(0).await;
    stage.all_agree(REFUSED.len()).await;
    stage.strike().await;
}

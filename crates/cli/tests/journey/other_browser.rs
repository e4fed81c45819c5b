//! The customer does not come back from the wallet: the tab is closed for good, and the order page keeps up in another browser.

use lommebok_testkit::browser::Browser;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_page_in_another_browser_keeps_up_without_any_redirect() {
    let (Some(stage), Some(other)) = (Stage::with_a_phone(&[]).await, Browser::phone().await) else { return };
    for (product, press, outcome) in [
        ("fjellvann", "Pay NOK 59.00", "The order is paid."),
        ("spoon-189", "Pay NOK 1.89", "The payment did not go through"),
        ("tindebrent", "Cancel", "The payment was cancelled"),
    ] {
        stage.buy(product).await;
        stage.desk.go("about:blank").await;
        stage.newest_order(&other).await;
        other.sees("Approve on your phone").await;
        stage.phone.press("Fjellkroa Kaffe asks for").await;
        stage.phone.press(press).await;
        other.sees(outcome).await;
        stage.phone.press("Done").await;
    }
    stage.buy("kroakoppen").await;
    stage.desk.go("about:blank").await;
    stage.newest_order(&other).await;
    other.sees("Approve on your phone").await;
    stage.advance("5m");
    other.sees("The time ran out").await;
    other.close().await;
    stage.strike().await;
}

//! The back office as a browser without script sees it: the list of all payments, what is done with their money, and the
//! comparison with the wallet.

use lommebok_testing::State;
use reqwest::{Method, StatusCode};

use crate::customer::{bought, form, page, page_in, with_shop};
use crate::walk_in::started_elsewhere;
use crate::world::{World, send};

#[tokio::test]
async fn the_back_office_captures_in_part_refunds_and_shows_who_did_what() {
    let world = World::with(with_shop).await;
    let (order, payment) = bought(&world, "kroakoppen", "landing_page").await;
    world.wallet.approve(&payment).await.unwrap();
    let desk = "/backoffice/orders/1001";
    let done = (StatusCode::SEE_OTHER, format!("{desk}?said=done"));
    // The same form twice is one capture.
    for _ in 0..2 {
        assert_eq!(form(&world, &format!("{desk}/captures"), "amount=200%2C00&key=k1").await, done);
    }
    assert_eq!(form(&world, &format!("{desk}/refunds"), "amount=50.00&key=k2").await, done);
    for (body, said) in
        [("amount=1000&key=k3", "too-much"), ("amount=much&key=k4", "no-amount"), ("amount=0&key=k5", "no-amount")]
    {
        let (_, leads) = form(&world, &format!("{desk}/captures"), body).await;
        assert_eq!(leads, format!("{desk}?said={said}"));
    }
    assert_eq!(form(&world, &format!("{desk}/cancel"), "amount=&key=k6").await, done);
    world.work().await;
    let seen = world.wallet.payment(&payment).unwrap();
    assert_eq!((seen.captured_ore, seen.refunded_ore, seen.released_ore), (20_000, 5_000, 4_900));
    let (_, html) = page(&world, desk).await;
    for shown in ["F126.8 (TAVV)", "DE39", "Took an updatestatus", "489537••••••", "CAPTURED", "REFUNDED"] {
        assert!(html.contains(shown), "{shown} is not in {html}");
    }
    assert!(page(&world, &format!("{order}/state")).await.1.contains("partly-refunded"));
    let (_, html) = page(&world, "/backoffice").await;
    assert!(html.contains("1001") && html.contains("Partly refunded") && html.contains(payment.as_str()), "{html}");
    assert!(page(&world, "/backoffice/reconciliation").await.1.contains("1 compared, 1 agree, 0 differ"));
    world.stop().await;
}

#[tokio::test]
async fn a_payment_that_was_started_elsewhere_is_listed_and_captured_like_an_order() {
    let world = World::with(with_shop).await;
    let (_, ordered) = bought(&world, "morgengry", "landing_page").await;
    let id = started_elsewhere(&world, "curl-1", 49_900, "?amount=49900").await;
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::Reserved);
    let desk = "/backoffice/payments/curl-1";
    for (lang, words) in [
        ("en", ["Started elsewhere", "Reserved", "Times are in UTC."]),
        ("nb", ["Startet et annet sted", "Reservert", "Tider i UTC."]),
    ] {
        let (_, html) = page_in(&world, "/backoffice", lang).await;
        for shown in [desk, "/backoffice/orders/1001", "curl-1", ordered.as_str(), "2026-05-04 10:00:00"]
            .into_iter()
            .chain(words)
        {
            assert!(html.contains(shown), "{shown} is not in {html}");
        }
    }
    let done = (StatusCode::SEE_OTHER, format!("{desk}?said=done"));
    assert_eq!(form(&world, &format!("{desk}/captures"), "amount=499&key=k1").await, done);
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 49_900);
    let (_, html) = page(&world, desk).await;
    for shown in ["Captured", "walk-in-curl-1", "status", "CAPTURED", "Amount to refund"] {
        assert!(html.contains(shown), "{shown} is not in {html}");
    }
    assert!(!html.contains("Sent<") && !html.contains("Amount to capture"), "{html}");

    let (status, _) = page(&world, &format!("/backoffice/payments/{ordered}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "an order has a page of its own");
    for nothing in ["nobodys", "a%2Ftimeline", "..", "curl-1%3Flimit"] {
        assert_eq!(
            page(&world, &format!("/backoffice/payments/{nothing}")).await.0,
            StatusCode::NOT_FOUND,
            "{nothing}"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn the_back_office_has_a_merchants_words_for_each_state_and_the_customer_has_others() {
    let world = World::with(with_shop).await;
    let (order, payment) = bought(&world, "morgengry", "landing_page").await;
    for (operation, merchant, customer) in [
        (None, ("Reserved", "Reservert"), ("Paid", "Betalt")),
        (Some(("captures", 10_000)), ("Partly captured", "Delvis trukket"), ("Sent", "Sendt")),
        (Some(("captures", 4_900)), ("Captured", "Trukket"), ("Sent", "Sendt")),
        (Some(("refunds", 100)), ("Partly refunded", "Delvis refundert"), ("Partly refunded", "Delvis refundert")),
        (Some(("refunds", 14_800)), ("Refunded", "Refundert"), ("Refunded", "Refundert")),
    ] {
        match operation {
            None => drop(world.wallet.approve(&payment).await.unwrap()),
            Some((what, amount)) => {
                drop(world.operate(&payment, what, Some(amount), &format!("k{amount}")).await.succeeded());
            }
        }
        for (path, (en, nb)) in [("/backoffice", merchant), (order.as_str(), customer)] {
            for (lang, words) in [("en", en), ("nb", nb)] {
                let (_, html) = page_in(&world, path, lang).await;
                assert!(html.contains(&format!(">{words}<")), "{path}: {words} is not in {html}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_wallet_that_can_not_be_asked_is_not_taken_for_one_that_agrees() {
    let world = World::with(with_shop).await;
    bought(&world, "kverna", "landing_page").await;
    let world = world.restarted_with(|config| config.wallet.base_url = "http://127.0.0.1:1".to_owned()).await;
    let html = page(&world, "/backoffice/reconciliation").await.1;
    assert!(html.contains("The wallet could not be asked.") && !html.contains("compared"), "{html}");
    world.stop().await;
}

#[tokio::test]
async fn the_reconciliation_goes_beyond_its_first_page_and_says_what_it_covers() {
    let world = World::with(with_shop).await;
    for number in 0..51 {
        let body = World::body(&format!("order-{number}"), 49_900);
        send(world.call(Method::POST, "/payments").json(&body)).await.succeeded();
    }
    let html = page(&world, "/backoffice/reconciliation").await.1;
    assert!(html.contains("51 compared, 51 agree, 0 differ"), "{html}");
    assert!(html.contains("at most the newest 1000 payments of each merchant"), "{html}");
    assert!(!html.contains("Older payments were not compared."), "{html}");
    world.stop().await;
}

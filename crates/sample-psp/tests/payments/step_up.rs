//! 3-D Secure over HTTP: a browser without script on the bank's page, and the way back to the wallet.

use lommebok_sdk::PspTransactionId;
use lommebok_testing::{Card, State};
use lommebok_testkit::steady_address::steady_address;
use reqwest::StatusCode;

use crate::world::World;

/// Opens the page, sends the form, and answers the address that the page then leads to.
async fn on_the_page(world: &World, id: &PspTransactionId, form: &str) -> Option<String> {
    let page = world.wallet.step_up_page(id).unwrap().expect("the wallet sends the user to a page");
    let asked = world.http.get(&page).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::OK);
    let policy = asked.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
    assert!(policy.ends_with(&format!("frame-ancestors {}", world.wallet.base_url())), "{policy}");
    assert!(asked.text().await.unwrap().contains("1234"), "a simulation says its code");
    let request = world.http.post(&page).header("Content-Type", "application/x-www-form-urlencoded");
    let sent = request.body(form.to_owned()).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
    let result = world.http.get(&page).send().await.unwrap().text().await.unwrap();
    let link = result.split("href=\"").find(|part| part.contains("data-leave"))?;
    Some(link.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Goes where the page leads, as the phone does.
async fn go_back(world: &World, address: &str) {
    let back = world.http.post(address).send().await.unwrap();
    assert!(back.status().is_success() || back.status().is_redirection(), "{}", back.status());
}

#[tokio::test]
async fn a_mastercard_is_approved_after_the_code_and_both_cryptograms_go_to_the_acquirer() {
    let world = World::start().await;
    let id = world.create(49_900).await;
    assert_eq!(world.wallet.approve_with(&id, Card::Mastercard).await.unwrap(), State::StepUp);
    assert_eq!(world.payment(&id).await["state"], "STEP_UP");
    let back = on_the_page(&world, &id, "way=code&code=1234").await.unwrap();
    assert!(back.ends_with("responsecode=OK"), "{back}");
    go_back(&world, &back).await;
    assert_eq!(world.wallet.outcome(&id).await.unwrap(), State::Reserved);
    let path = format!("/payments/{id}/timeline");
    let timeline = crate::world::send(world.call(reqwest::Method::GET, &path)).await.succeeded();
    let begun: Vec<_> =
        timeline["lines"].as_array().unwrap().iter().filter(|line| line["what"] == "attempt_begun").collect();
    let names = |line: &serde_json::Value| -> Vec<String> {
        line["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(names(begun[0]).contains(&"DE104 SE001".to_owned()));
    assert!(!names(begun[0]).contains(&"DE48 SE43 (AAV)".to_owned()));
    assert!(names(begun[1]).contains(&"DE104 SE001".to_owned()));
    assert!(names(begun[1]).contains(&"DE48 SE43 (AAV)".to_owned()));
    let text = timeline.to_string();
    assert!(text.contains("\"06\"") && text.contains("\"02\""), "{text}");
    assert!(!text.contains("mobileintercept"), "the way back is a secret");
    world.stop().await;
}

#[tokio::test]
async fn a_user_who_gives_up_and_one_who_fails_are_led_back_so() {
    let world = World::start().await;
    for (form, code, state) in [("way=cancel", "CANCEL", State::Cancelled), ("way=fail", "FAIL", State::Failed)] {
        let id = world.create(202).await;
        assert_eq!(world.wallet.approve(&id).await.unwrap(), State::StepUp);
        let back = on_the_page(&world, &id, form).await.unwrap();
        assert!(back.ends_with(&format!("responsecode={code}")), "{back}");
        go_back(&world, &back).await;
        assert_eq!(world.wallet.outcome(&id).await.unwrap(), state);
        assert_eq!(world.payment(&id).await["state"], "CANCELLED");
        assert!(world.wallet.approve(&id).await.is_err());
    }
    assert!(world.differences().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn the_amount_197_is_denied_even_with_the_right_code() {
    let world = World::start().await;
    let id = world.create(197).await;
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::StepUp);
    let back = on_the_page(&world, &id, "way=code&code=1234").await.unwrap();
    assert!(back.ends_with("responsecode=FAIL"), "{back}");
    world.stop().await;
}

#[tokio::test]
async fn three_wrong_codes_are_a_refusal_and_one_is_not() {
    let world = World::start().await;
    let id = world.create(202).await;
    world.wallet.approve(&id).await.unwrap();
    assert_eq!(on_the_page(&world, &id, "way=code&code=4321").await, None);
    assert_eq!(on_the_page(&world, &id, "way=code&code=").await, None);
    let back = on_the_page(&world, &id, "way=code&code=0000").await.unwrap();
    assert!(back.ends_with("responsecode=FAIL"), "{back}");
    world.stop().await;
}

#[tokio::test]
async fn a_session_outlives_a_restart_of_the_psp_and_ends_with_its_payment() {
    let world = World::with(|config| config.listen = steady_address()).await;
    let id = world.create(202).await;
    assert_eq!(world.wallet.approve(&id).await.unwrap(), State::StepUp);
    let world = world.restarted().await;
    let back = on_the_page(&world, &id, "way=code&code=1234").await.unwrap();
    let page = world.wallet.step_up_page(&id).unwrap().unwrap();
    let world = world.restarted().await;
    go_back(&world, &back).await;
    assert_eq!(world.wallet.outcome(&id).await.unwrap(), State::Reserved);
    assert_eq!(world.http.get(&page).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    world.stop().await;
}

#[tokio::test]
async fn an_unknown_session_and_a_nonsense_form_change_nothing() {
    let world = World::start().await;
    let url = format!("{}3ds/0123", world.psp.public_url);
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let id = world.create(202).await;
    world.wallet.approve(&id).await.unwrap();
    let page = world.wallet.step_up_page(&id).unwrap().unwrap();
    let request = world.http.post(&page).header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(request.body("way=sideways").send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.payment(&id).await["state"], "STEP_UP");
    world.stop().await;
}

#[tokio::test]
async fn what_the_banks_page_can_not_read_is_refused_with_a_page_in_the_users_language() {
    let world = World::start().await;
    let id = world.create(49_900).await;
    world.wallet.approve_with(&id, Card::Mastercard).await.unwrap();
    let page = world.wallet.step_up_page(&id).unwrap().unwrap();
    let urlencoded = "application/x-www-form-urlencoded";
    let long = "x".repeat(5_000);
    for (media_type, body, status) in [
        (urlencoded, "code=1234", 422),
        (urlencoded, "way=fly", 400),
        ("application/json", "{}", 415),
        (urlencoded, &long, 413),
    ] {
        for (lang, words) in [("nb", "Skjemaet kunne ikke leses"), ("en", "The form could not be read")] {
            let request = world.http.post(&page).header("Content-Type", media_type).header("Accept-Language", lang);
            let answer = request.body(body.to_owned()).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{body}");
            let html = answer.text().await.unwrap();
            assert!(html.contains(words) && !html.contains("deserialize"), "{html}");
        }
    }
    assert_eq!(world.wallet.state(&id).unwrap(), State::StepUp, "nothing was changed");
    let database = rusqlite::Connection::open(world.data_dir().join("ledger.db")).unwrap();
    database.execute_batch("ALTER TABLE session RENAME TO gone").unwrap();
    let answer = world.http.get(&page).header("Accept-Language", "nb").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let html = answer.text().await.unwrap();
    assert!(html.contains("Noe gikk galt hos banken") && !html.contains("Dette steget er over"), "{html}");
    database.execute_batch("ALTER TABLE gone RENAME TO session").unwrap();
    assert_eq!(world.http.get(&page).send().await.unwrap().status(), StatusCode::OK);
    world.wallet.cancel(&id).await.unwrap();
    world.stop().await;
}

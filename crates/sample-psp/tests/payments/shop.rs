//! The shop as a browser without script sees it: buying, the order page that asks the PSP, and forms that others sent.

use lommebok_testing::State;
use reqwest::{Method, StatusCode};

use crate::customer::{bought, form, page, url, with_shop};
use crate::world::{World, send};

async fn phase(world: &World, order: &str) -> String {
    let state: serde_json::Value =
        world.http.get(url(world, &format!("{order}/state"))).send().await.unwrap().json().await.unwrap();
    state["phase"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_order_is_paid_without_anybody_coming_back_from_the_wallet() {
    let world = World::with(with_shop).await;
    let (order, payment) = bought(&world, "morgengry", "landing_page").await;
    assert_eq!(phase(&world, &order).await, "waiting");
    let (_, html) = page(&world, &order).await;
    assert!(html.contains("Approve on your phone") && html.contains("http://phone.example/phone?link="), "{html}");
    assert_eq!(world.wallet.approve(&payment).await.unwrap(), State::Reserved);
    assert_eq!(phase(&world, &order).await, "reserved");
    assert!(page(&world, &order).await.1.contains("Thank you!"));
    assert_eq!(world.wallet.payment(&payment).unwrap().amount_ore, 14_900);
    world.stop().await;
}

#[tokio::test]
async fn coming_to_the_order_page_pays_nothing() {
    let world = World::with(with_shop).await;
    let (order, payment) = bought(&world, "morgengry", "landing_page").await;
    for query in ["", "?paid=true", "?status=OK"] {
        page(&world, &format!("{order}{query}")).await;
    }
    assert_eq!(phase(&world, &order).await, "waiting");
    world.wallet.cancel(&payment).await.unwrap();
    assert_eq!(phase(&world, &order).await, "cancelled");
    world.stop().await;
}

#[tokio::test]
async fn the_page_before_the_wallet_leads_there_by_script_refresh_and_link() {
    let world = World::with(with_shop).await;
    let (order, _) = bought(&world, "morgengry", "landing_page").await;
    let (status, html) = page(&world, &format!("{order}/pay")).await;
    assert_eq!(status, StatusCode::OK);
    let wallet = format!("{}/dwo-api-application/v1/deeplink/vippsgateway?v=2", world.wallet.base_url());
    assert!(html.contains("http-equiv=\"refresh\"") && html.contains("data-leave"), "{html}");
    assert_eq!(html.matches(wallet.as_str()).count(), 2, "{html}");
    world.stop().await;
}

#[tokio::test]
async fn a_double_click_is_one_order_and_one_payment() {
    let world = World::with(with_shop).await;
    let body = "product=kverna&quantity=1&way=landing_page&phone=&once=0123456789abcdef0123456789abcdef";
    let (first, second) = (form(&world, "/checkout", body).await, form(&world, "/checkout", body).await);
    assert_eq!(first, second);
    for _ in 0..2 {
        page(&world, &first.1).await;
    }
    let payments = send(world.call(Method::GET, "/payments")).await.succeeded();
    assert_eq!(payments["payments"].as_array().unwrap().len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn the_app_gets_its_link_and_a_push_goes_through_the_other_merchant() {
    let world = World::with(with_shop).await;
    let (order, payment) = bought(&world, "fjellvann", "app").await;
    assert!(page(&world, &order).await.1.contains("vippsMT://?token="));
    assert_eq!(world.wallet.approve(&payment).await.unwrap(), State::Reserved);
    world.stop().await;
    let world = World::with(with_shop).await;
    let (order, payment) = bought(&world, "fjellvann", "push").await;
    assert_eq!(world.wallet.state(&payment).unwrap(), State::AwaitingApproval);
    let (_, html) = page(&world, &order).await;
    assert!(html.contains("We sent a notification to 123\u{a0}45\u{a0}678."), "{html}");
    assert!(!html.contains("Go on to the wallet") && !html.contains("token="), "the phone has it already: {html}");
    assert!(html.contains("href=\"http://phone.example/phone\""), "{html}");
    world.wallet.approve(&payment).await.unwrap();
    assert_eq!(phase(&world, &order).await, "reserved");
    world.stop().await;
}

#[tokio::test]
async fn a_refused_payment_names_its_error_and_offers_another_try() {
    let world = World::with(with_shop).await;
    let (order, payment) = bought(&world, "spoon-189", "landing_page").await;
    world.wallet.approve(&payment).await.unwrap();
    let (_, html) = page(&world, &order).await;
    let why = "There is not enough money on the card. Choose another card.";
    assert!(html.contains(why) && html.contains("/checkout?product=spoon-189"), "{html}");
    let (_, html) = page(&world, &format!("{order}?lang=nb")).await;
    assert!(html.contains("Det er ikke nok penger på kortet. Velg et annet kort."), "{html}");
    world.stop().await;
}

#[tokio::test]
async fn a_number_is_taken_as_a_customer_writes_it_and_another_countrys_is_refused_with_words() {
    let world = World::with(with_shop).await;
    let typed = [
        "%2B47+12+34+56+78",
        "004712345678",
        "4712345678",
        "12-34-56-78",
        "(%2B47)%C2%A012.34.56.78",
        "%E2%80%AA%2B4712345678%E2%80%AC",
    ];
    for (number, typed) in typed.into_iter().enumerate() {
        let body = format!("product=kverna&quantity=1&way=push&phone={typed}&once={number:032x}");
        let (status, pay) = form(&world, "/checkout", &body).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{typed}");
        let (_, html) = page(&world, pay.trim_end_matches("/pay")).await;
        assert!(html.contains("We sent a notification to 123\u{a0}45\u{a0}678."), "{typed}: {html}");
    }
    for (typed, words) in [
        ("%2B46701234567", "This number is another country’s."),
        ("1234567", "A Norwegian number has 8 digits"),
        ("call+me", "This is not a phone number."),
        ("", "Write the number that gets the notification."),
    ] {
        let body = format!("product=kverna&quantity=1&way=push&phone={typed}&once=0123456789abcdef0123456789abcdef");
        let request = world.http.post(url(&world, "/checkout")).header("Sec-Fetch-Site", "same-origin");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        let html = answer.text().await.unwrap();
        assert!(html.contains(words), "{typed}: {html}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_form_of_another_site_and_a_request_under_another_name_are_refused() {
    let world = World::with(with_shop).await;
    let body = "product=kverna&quantity=1&way=landing_page&phone=&once=0123456789abcdef0123456789abcdef";
    let own = world.psp.shop_url.as_ref().unwrap().origin().ascii_serialization();
    for (header, value, status) in [
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Sec-Fetch-Site", "none", 403),
        ("Origin", "http://evil.example", 403),
        ("Origin", "null", 403),
        ("X-Nothing", "", 403),
        ("Origin", own.as_str(), 303),
    ] {
        let request = world.http.post(url(&world, "/checkout")).header(header, value);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{header}: {value}");
        let html = answer.text().await.unwrap();
        assert_eq!(html.contains("This form did not come from the shop"), status == 403, "{header}: {value}: {html}");
    }
    let rebound = world.http.get(url(&world, "/backoffice")).header("Host", "evil.example");
    let rebound = rebound.header("Accept-Language", "nb").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::MISDIRECTED_REQUEST);
    let html = rebound.text().await.unwrap();
    assert!(html.contains("<html lang=\"nb\">") && html.contains("svarer ikke under dette navnet"), "{html}");
    assert!(!html.contains("href=\"/backoffice\""), "a page that leads nowhere: {html}");
    let files: Vec<&str> = html.split('"').filter(|text| text.starts_with("/assets/")).collect();
    assert!(files.len() >= 3, "{html}");
    for file in files {
        let answer = world.http.get(url(&world, file)).header("Host", "evil.example").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{file}, without which the page is bare");
    }
    world.stop().await;
}

#[tokio::test]
async fn nonsense_is_refused_with_a_page_and_places_no_order() {
    let world = World::with(with_shop).await;
    let once = "0123456789abcdef0123456789abcdef";
    for path in
        ["/checkout", "/checkout?product=none", "/orders/none", "/orders/none/pay", "/backoffice/orders/1", "/nowhere"]
    {
        assert_eq!(page(&world, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for body in [
        format!("product=kverna&quantity=1&way=push&phone=&once={once}"),
        format!("product=kverna&quantity=1&way=app&phone=123&once={once}"),
        format!("product=kverna&quantity=1&way=app&phone=%2B46701234567&once={once}"),
        format!("product=kverna&quantity=1&way=app&phone=call+me&once={once}"),
        format!("product=kverna&quantity=1&way=telepathy&phone=&once={once}"),
        "product=kverna&quantity=1&way=app&phone=&once=short".to_owned(),
    ] {
        assert_eq!(form(&world, "/checkout", &body).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    assert!(page(&world, "/backoffice").await.1.contains("Nobody has bought anything yet."));
    world.stop().await;
}

#[tokio::test]
async fn what_can_not_be_read_is_refused_with_a_page_and_changes_nothing() {
    let world = World::with(with_shop).await;
    let urlencoded = "application/x-www-form-urlencoded";
    let long = format!("product=kverna&once={}", "0".repeat(9_000));
    for (method, path, media_type, body, status) in [
        (Method::GET, "/backoffice/orders/none", urlencoded, "", 404),
        (Method::POST, "/backoffice/orders/none/captures", urlencoded, "amount=1&key=k", 404),
        (Method::GET, "/orders/%ff", urlencoded, "", 404),
        (Method::POST, "/checkout", urlencoded, "product=kverna&quantity=many&way=app&once=1", 422),
        (Method::POST, "/checkout", "application/json", "{}", 415),
        (Method::POST, "/checkout", urlencoded, &long, 413),
        (Method::PUT, "/checkout", urlencoded, "", 405),
    ] {
        let request = world.http.request(method.clone(), url(&world, path)).header("Sec-Fetch-Site", "same-origin");
        let answer = request.header("Content-Type", media_type).body(body.to_owned()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{method} {path}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("<html lang=\"en\">") && html.contains("To the shop"), "{method} {path}: {html}");
        assert_eq!(html.contains("Nothing was changed."), status != 404, "{method} {path}");
        assert!(!html.contains("aria-current=\"page\""), "it is none of the places in the menu");
    }
    assert!(page(&world, "/backoffice").await.1.contains("Nobody has bought anything yet."));
    world.stop().await;
}

#[tokio::test]
async fn every_page_has_a_strict_policy_and_speaks_both_languages() {
    let world = World::with(with_shop).await;
    let (order, _) = bought(&world, "morgengry", "landing_page").await;
    for path in [
        "/",
        "/bench",
        "/checkout?product=kverna",
        &order,
        "/backoffice",
        "/backoffice/orders/1001",
        "/backoffice/reconciliation",
    ] {
        for (lang, word) in [("nb", "lang=\"nb\""), ("en", "lang=\"en\"")] {
            let answer = world.http.get(url(&world, path)).header("Accept-Language", lang).send().await.unwrap();
            let policy = answer.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
            assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
            let html = answer.text().await.unwrap();
            assert!(html.contains(&format!("<html {word}>")), "{path}");
            for inline in [" style=", "onclick", "<style", "<script>"] {
                assert!(!html.contains(inline), "{path} holds {inline}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn an_order_placed_while_the_wallet_is_away_is_paid_later() {
    let world = World::with(|config| {
        with_shop(config);
        config.wallet.base_url = "http://127.0.0.1:1".to_owned();
    })
    .await;
    let body = "product=kverna&quantity=1&way=landing_page&phone=&once=0123456789abcdef0123456789abcdef";
    let (_, pay) = form(&world, "/checkout", body).await;
    let (status, leads) = {
        let answer = world.http.get(url(&world, &pay)).send().await.unwrap();
        (answer.status(), answer.headers()["location"].to_str().unwrap().to_owned())
    };
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(phase(&world, &leads).await, "preparing");
    let base_url = world.wallet.base_url().to_owned();
    let world = world.restarted_with(|config| config.wallet.base_url = base_url).await;
    world.advance(std::time::Duration::from_secs(21)).await;
    assert_eq!(phase(&world, &leads).await, "waiting");
    world.stop().await;
}

//! The merchant API's own promises: keys, orders, repeats, limits, and that another merchant's payments look like nothing.

use lommebok_testing::State;
use reqwest::Method;
use serde_json::json;

use crate::world::{World, id, send};

#[tokio::test]
async fn without_the_right_key_nothing_is_answered() {
    let world = World::start().await;
    let url = format!("http://{}/merchant/v1/payments", world.psp.address);
    let own = world.psp.merchant_key("100001").unwrap().to_owned();
    for header in
        [None, Some(String::new()), Some(own.clone()), Some(format!("bearer {own}")), Some(format!("Bearer {own}x"))]
    {
        let mut request = world.http.get(&url);
        if let Some(value) = &header {
            request = request.header("Authorization", value);
        }
        assert_eq!(send(request).await.status, 401, "{header:?}");
    }
    assert_eq!(send(world.http.get(&url).bearer_auth(&own)).await.status, 200);
    world.stop().await;
}

#[tokio::test]
async fn the_same_order_again_is_the_same_payment_and_with_other_terms_a_conflict() {
    let world = World::start().await;
    let create = |body: serde_json::Value| send(world.call(Method::POST, "/payments").json(&body));
    let first = create(World::body("order-1", 49_900)).await.succeeded();
    assert_eq!(create(World::body("order-1", 49_900)).await.succeeded(), first);
    assert_eq!(create(World::body("order-1", 49_901)).await.status, 409);
    world.stop().await;
}

#[tokio::test]
async fn faults_of_a_body_are_named_together_and_change_nothing() {
    let world = World::start().await;
    let body = json!({
        "orderId": "a b", "amount": 99, "returnUrl": "javascript:alert(1)", "mobileNumber": "+4712345678",
        "description": "x".repeat(101),
    });
    let refused = send(world.call(Method::POST, "/payments").json(&body)).await;
    assert_eq!(refused.status, 400);
    let named: Vec<&str> =
        refused.json["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(named, ["orderId", "amount", "returnUrl", "description", "mobileNumber"]);
    for broken in ["", "[]", "{", "{\"orderId\":\"a\"}", "{\"amount\":1.5}", "{\"unknown\":1}"] {
        let request = world.call(Method::POST, "/payments").body(broken);
        assert_eq!(send(request).await.status, 400, "{broken}");
    }
    for back in ["https://me@shop.example/", "myapp://back", "/orders/1"] {
        let mut body = World::body("order-1", 49_900);
        body["returnUrl"] = back.into();
        let refused = send(world.call(Method::POST, "/payments").json(&body)).await;
        assert_eq!(
            refused.json["errors"][0]["field"], "returnUrl",
            "the wallet would not take {back}: {}",
            refused.json
        );
    }
    let page = send(world.call(Method::GET, "/payments")).await.succeeded();
    assert_eq!(page["payments"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_as_a_problem() {
    let world = World::start().await;
    let id = world.reserved(49_900).await;
    for path in ["/payments".to_owned(), format!("/payments/{id}/captures"), format!("/payments/{id}/cancel")] {
        let request = world.call(Method::POST, &path).header("Idempotency-Key", "k").body("x".repeat(16 * 1024 + 1));
        let answer = send(request).await;
        assert_eq!((answer.status.as_u16(), &answer.json["status"]), (413, &413.into()), "{path}");
        assert_eq!(answer.json["detail"], "A body has at most 16384 bytes; nothing was changed.", "{path}");
    }
    world.stop().await;
}

#[tokio::test]
async fn an_operation_is_done_once_under_its_key_and_a_key_serves_one_operation() {
    let world = World::start().await;
    let id = world.reserved(49_900).await;
    for _ in 0..3 {
        let captured = world.operate(&id, "captures", Some(10_000), "key-1").await.succeeded();
        assert_eq!(captured["captured"], 10_000);
    }
    assert_eq!(world.operate(&id, "captures", Some(10_001), "key-1").await.status, 409);
    assert_eq!(world.operate(&id, "cancel", Some(10_000), "key-1").await.status, 409);
    let path = format!("/payments/{id}/captures");
    assert_eq!(send(world.call(Method::POST, &path).json(&json!({"amount": 1}))).await.status, 400);
    for amount in ["0", "-1", "2147483648", "\"1\"", "1.0"] {
        let request =
            world.call(Method::POST, &path).header("Idempotency-Key", "k").body(format!("{{\"amount\":{amount}}}"));
        assert_eq!(send(request).await.status, 400, "{amount}");
    }
    assert_eq!(world.operate(&id, "captures", Some(39_901), "key-2").await.status, 422);
    assert_eq!(world.operate(&id, "refunds", Some(10_001), "key-3").await.status, 422);
    world.work().await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 10_000);
    world.stop().await;
}

#[tokio::test]
async fn another_merchants_payment_looks_like_nothing() {
    let world = World::start().await;
    let own = world.reserved(49_900).await;
    for path in [format!("/payments/{own}"), format!("/payments/{own}/timeline"), "/payments/none".to_owned()] {
        assert_eq!(send(world.call_of("100002", Method::GET, &path)).await.status, 404, "{path}");
    }
    let request = world.call_of("100002", Method::POST, &format!("/payments/{own}/captures"));
    assert_eq!(send(request.header("Idempotency-Key", "k")).await.status, 404);
    let page = send(world.call_of("100002", Method::GET, "/payments")).await.succeeded();
    assert_eq!(page["payments"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn payments_are_listed_newest_first_in_pages() {
    let world = World::start().await;
    let mut made = Vec::new();
    for amount in [10_000, 20_000, 30_000] {
        made.push(world.create(amount).await);
    }
    let page = send(world.call(Method::GET, "/payments?limit=2")).await.succeeded();
    let listed = page["payments"].as_array().unwrap();
    assert_eq!([id(&listed[0]), id(&listed[1])], [made[2].clone(), made[1].clone()]);
    let before = listed[1]["number"].as_i64().unwrap();
    let rest = send(world.call(Method::GET, &format!("/payments?before={before}"))).await.succeeded();
    assert_eq!(id(&rest["payments"][0]), made[0]);
    for query in ["limit=many", "before=", "page=2"] {
        let refused = send(world.call(Method::GET, &format!("/payments?{query}"))).await;
        assert_eq!((refused.status.as_u16(), &refused.json["status"]), (400, &400.into()), "{query}: {}", refused.json);
    }
    world.stop().await;
}

#[tokio::test]
async fn an_app_gets_a_link_that_opens_the_wallets_app() {
    let world = World::start().await;
    let mut body = World::body("app-1", 49_900);
    body["flow"] = "app".into();
    body["returnUrl"] = "fjellkroa://orders/1".into();
    let created = send(world.call(Method::POST, "/payments").json(&body)).await.succeeded();
    assert!(created["paymentPageUrl"].as_str().unwrap().starts_with("vippsMT://?token="), "{created}");
    assert_eq!(world.wallet.approve(&id(&created)).await.unwrap(), State::Reserved);
    world.stop().await;
}

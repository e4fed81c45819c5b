//! Where a sandbox listens, what it then calls itself, and under which names its pages answer: two at once, one in a container.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use lommebok_testkit::server_process::{Launch, ServerProcess};
use lommebok_testkit::test_app::Answer;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

fn variables(launch: &Launch) -> Value {
    serde_json::from_str(&launch.printed(&["env", "--json"])).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_were_told_of_one_free_port_only_run_side_by_side() {
    for more in [&[][..], &["--no-shop"]] {
        let words = [&["dev", "--listen", "127.0.0.1:0"], more].concat();
        let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let launches = directories.each_ref().map(|directory| Launch::of(BINARY, directory.path(), &words));
        let servers = [ServerProcess::start(&launches[0]).await, ServerProcess::start(&launches[1]).await];
        let [one, other] = launches.each_ref().map(variables);
        for name in ["LOMMEBOK_URL", "MAKE_PAYMENT_URL", "CLIENT_ID"] {
            assert_ne!(one[name], other[name], "{name}");
        }
        for server in servers {
            server.stop().await;
        }
    }
}

/// The answer to a GET of `url` under this `Host`.
async fn under(client: &Client, url: &str, host: &str) -> Answer {
    Answer::to(client.get(url).header("host", host)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_on_every_address_calls_itself_by_one_that_can_be_called_and_its_orders_are_taken() {
    let directory = tempfile::tempdir().unwrap();
    let words = ["dev", "--listen", "0.0.0.0:0", "--allowed-host", "wallet.test", "--allowed-host", "shop.test"];
    let launch = Launch::of(BINARY, directory.path(), &words);
    let server = ServerProcess::start(&launch).await;
    assert!(server.said().contains("every other address of this machine"), "{}", server.said());
    assert!(!server.said().contains("0.0.0.0"), "nobody can call that: {}", server.said());
    let variables = variables(&launch);
    for (name, value) in variables.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_URL")) {
        assert!(value.as_str().unwrap().starts_with("http://127.0.0.1:"), "{name}: {value}");
    }
    let client = Client::builder().no_proxy().build().unwrap();
    let text = |name: &str| variables[name].as_str().unwrap();
    let order = json!({"orderId": "a-1", "amount": 49_900, "returnUrl": "https://shop.example/"});
    let placed = client.post(format!("{}/payments", text("MERCHANT_API_URL"))).bearer_auth(text("MERCHANT_KEY"));
    let placed = Answer::to(placed.json(&order)).await.succeeded().json;
    assert_eq!(placed["state"], "OPEN", "{placed:#}");
    assert!(launch.printed(&["clock", "show"]).contains("(running)"), "commands find it");

    for host in ["shop.test", "SHOP.TEST:9000", "shop", "localhost:9000", "192.0.2.7"] {
        assert_eq!(under(&client, text("SHOP_URL"), host).await.status, StatusCode::OK, "{host}");
    }
    let refused = under(&client, text("SHOP_URL"), "evil.test:8481").await;
    assert_eq!(refused.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(refused.text.contains("evil.test:8481") && refused.text.contains("--allowed-host"), "{}", refused.text);
    server.stop().await;
}

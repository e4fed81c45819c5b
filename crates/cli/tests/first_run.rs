//! The first quarter of an hour: what the terminal shows, pasted; restarts; addresses of one's own choice.

use std::path::Path;

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, pasted};
use lommebok_testkit::test_app::Answer;
use serde_json::{Value, json};

/// A payment of the first merchant's, to be paid at the sample PSP.
fn init_body(client: &PspClient, id: &str) -> Value {
    json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    })
}

fn launch(directory: &Path) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_block_starts_another_payment_each_time_it_is_pasted() {
    let directory = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(&launch(directory.path())).await;
    let said = server.said();
    let block: Vec<&str> = said.lines().skip_while(|line| !line.starts_with("LOMMEBOK_URL=")).collect();
    let end = block.iter().position(|line| *line == "END").unwrap();
    let block = format!("{}\n", block[..=end].join("\n"));
    let answers = pasted(&format!("{block}{block}"));
    let payments: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(payments.len(), 2, "{answers}");
    assert_ne!(payments[0]["pspTransactionId"], payments[1]["pspTransactionId"]);
    for payment in &payments {
        let link = payment["vippsRedirectUrl"].as_str().unwrap();
        let page = Answer::to(reqwest::Client::builder().no_proxy().build().unwrap().get(link)).await;
        assert_eq!(page.status.as_u16(), 200, "{link}");
        assert!(page.text.contains("A demo order"), "{}", page.text);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_commands_work_wherever_they_are_pasted() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("it's $HOME");
    let server = ServerProcess::start(&launch(&data_dir)).await;
    let said = server.said();
    let command = said.lines().map(str::trim).find(|line| line.contains(" env --data-dir ")).unwrap();
    assert!(command.starts_with(env!("CARGO_BIN_EXE_lommebok")), "the path does not lead to it: {command}");
    let elsewhere = format!("cd / && eval \"$({command})\" && echo \"$LOMMEBOK_URL\"\n");
    assert_eq!(pasted(&elsewhere).trim(), server.base());
    let page = Answer::to(reqwest::Client::builder().no_proxy().build().unwrap().get(server.base())).await;
    let on_the_page = page.text.replace("&#39;", "'").replace("&#x27;", "'");
    assert!(on_the_page.contains(&command.replace(" env ", " clock advance 5m ")), "{command}: {on_the_page}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_data_survive_a_restart_on_another_port_and_tokens_as_long_as_the_public_url_does() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = launch(directory.path());
    let launch = elsewhere.with(&["--public-url", "https://wallet.example"]);
    let first = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &first).await;
    let id = "before-the-restart";
    assert!(client.post("/psp/v3/psppayments/init", &init_body(&client, id), id).await.unwrap().status.is_success());
    let before: Value = serde_json::from_str(&launch.printed(&["env", "--json"])).unwrap();
    let old = first.base().to_owned();
    first.stop().await;

    let second = ServerProcess::start(&launch).await;
    let after: Value = serde_json::from_str(&launch.printed(&["env", "--json"])).unwrap();
    for name in ["CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_KEY", "PSP_ID", "MSN", "MOBILE_NUMBER", "PIN"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    let moved = client.moved_to(&second);
    assert_eq!(moved.details(id).await.unwrap().succeeded().json["merchantOrderId"], id, "{old}");
    second.stop().await;

    let third = ServerProcess::start(&elsewhere).await;
    let refused = client.moved_to(&third).details(id).await.unwrap();
    assert_eq!(refused.status.as_u16(), 401, "the public URL that issued the token is another");
    assert!(refused.hint().contains("the token's issuer is another"), "{}", refused.hint());
    let renewed = PspClient::new(&elsewhere, &third).await;
    assert_eq!(renewed.details(id).await.unwrap().succeeded().json["merchantOrderId"], id);
    third.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_begin_with_the_public_url_and_the_terminal_says_both_addresses() {
    let directory = tempfile::tempdir().unwrap();
    let launch = launch(directory.path()).with(&["--public-url", "https://wallet.example"]);
    let server = ServerProcess::start(&launch).await;
    assert!(server.said().starts_with("Lommebok is ready: https://wallet.example\n"), "{}", server.said());
    assert!(server.base().starts_with("http://127.0.0.1:"), "{}", server.said());
    let client = PspClient::new(&launch, &server).await;
    assert_eq!(client.variable("LOMMEBOK_URL"), "https://wallet.example");
    let started = client.post("/psp/v3/psppayments/init", &init_body(&client, "p-1"), "p-1").await.unwrap().succeeded();
    let link = started.json["vippsRedirectUrl"].as_str().unwrap();
    assert!(
        link.starts_with("https://wallet.example/dwo-api-application/v1/deeplink/vippsgateway?v=2&token="),
        "{link}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_credentials_leave_merchants_and_payments_with_their_psp() {
    let directory = tempfile::tempdir().unwrap();
    let launch = launch(directory.path());
    let first = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &first).await;
    let (id, old_key) = ("kept", client.variable("SUBSCRIPTION_KEY").to_owned());
    drop(client.post("/psp/v3/psppayments/init", &init_body(&client, id), id).await.unwrap().succeeded());
    first.stop().await;
    // The file says of itself: "Delete this file, and the next start makes new ones."
    std::fs::remove_file(directory.path().join("sandbox.toml")).unwrap();

    let second = ServerProcess::start(&launch).await;
    let renewed = PspClient::new(&launch, &second).await;
    assert_ne!(renewed.variable("SUBSCRIPTION_KEY"), old_key);
    assert_eq!(renewed.details(id).await.unwrap().succeeded().json["merchantOrderId"], id);
    assert_eq!(client.moved_to(&second).details(id).await.unwrap().status.as_u16(), 401, "the old key is void");
    second.stop().await;
}

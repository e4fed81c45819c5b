//! Every page in every state and both languages, rendered from sample data: what the markup owes to its reader and its policy.
//!
//! With `LOMMEBOK_PAGES_DIR` set, the pages are also written there, to be looked at.

use std::sync::Arc;

use askama::Template;
use lommebok_engine::keys::Secret;
use lommebok_server::http::sandbox_pages::{Invocation, ShopAddresses};
use lommebok_server::ui::{
    brand::Brand,
    error_page::{Addresses, ErrorPage, UnknownHostPage, Wrong},
    intercept::{Field, InterceptPage, Misread, Returning, Why},
    landing::{
        AnotherNumber, Deadline, FormKeys, Gone, GonePage, NumberPage, OtherWays, Outcome, Purchase, ResultPage,
        TooLate, WaitingFor, WaitingPage, WrongNumber,
    },
    page::Page,
    qr::Qr,
    sandbox::{PhonePage, PspValues, StartPage, TestCard, TestUser},
    shown::ShownClock,
    typed_number::NoNumber,
};
use lommebok_web::pages::lang::Lang;

const LINK: &str = "vippsMT://?token=AAAAAAAAAAEAAAGXh3sQ0m1nJ5mFZkq9pXo0c2VjcmV0LWhtYWM";
const KEYS: FormKeys<'static> = FormKeys {
    token: "AAAA",
    form_token: "BBBB",
    events: "/landing/events?token=AAAA",
    status: "/landing/status?token=AAAA",
    now: "/landing/wait?token=AAAA",
};

/// Every page by the name of its state.
fn gallery(lang: Lang) -> Vec<(&'static str, String)> {
    let brand = Brand::default();
    let page = Page {
        lang,
        brand: &brand,
        base: "",
        sandbox: true,
        here: "/dwo-api-application/v1/deeplink/vippsgateway?v=2&token=AAAA",
    };
    let mut pages = landing(page);
    pages.extend(others(page));
    pages.extend(errors(page));
    pages
}

fn landing(page: Page<'_>) -> Vec<(&'static str, String)> {
    let purchase = Purchase {
        merchant: "Kaffebrenneriet på hjørnet".to_owned(),
        text: "Ordre 1001: to kanelboller og en filterkaffe <b>&".to_owned(),
        amount: page.lang.kroner(49_900),
        deadline: Some(Deadline::OfTheLink("2026-05-04T10:05:00.000Z".to_owned())),
        clock: ShownClock::Ahead(3_600_000),
    };
    let at_the_bank =
        Purchase { deadline: Some(Deadline::OfTheBank("2026-05-04T10:10:00.000Z".to_owned())), ..purchase.clone() };
    let purchase = &purchase;
    let other_ways = OtherWays {
        qr: Qr::encode(LINK).map(Arc::new),
        app_link: LINK.to_owned(),
        simulator: Some("/phone?link=vippsMT%3A%2F%2F%3Ftoken%3DAAAA".to_owned()),
    };
    let production = OtherWays { simulator: None, ..other_ways.clone() };
    let number =
        |number, number_wrong| NumberPage { page, purchase, keys: KEYS, number, number_wrong, other_ways: &other_ways };
    let waiting = |waiting_for, another_number, refused| WaitingPage {
        page,
        purchase,
        keys: KEYS,
        waiting_for,
        number: Some("123 45 678"),
        another_number,
        refused,
        other_ways: &other_ways,
    };
    let wrong = WrongNumber { typed: "12\"", why: NoNumber::Unreadable };
    let result = |outcome| ResultPage { page, purchase, outcome, shop: "https://shop.example/order/1001?a=1&b='2'" };
    let gone = |gone, shop| GonePage { page, gone, shop };
    let known = Some(("Kaffebrenneriet på hjørnet", "https://shop.example/order/1001"));
    vec![
        ("landing-number", render(&number("12345678", None))),
        ("landing-number-empty", render(&number("", None))),
        ("landing-number-wrong", render(&number("123<\"", Some(NoNumber::Unreadable)))),
        ("landing-number-foreign", render(&number("+46", Some(NoNumber::Foreign)))),
        (
            "landing-number-production",
            render(&NumberPage { page: Page { sandbox: false, ..page }, other_ways: &production, ..number("", None) }),
        ),
        ("landing-waiting-approval", render(&waiting(WaitingFor::Approval, AnotherNumber::Welcome, None))),
        ("landing-waiting-number-wrong", render(&waiting(WaitingFor::Approval, AnotherNumber::Wrong(wrong), None))),
        (
            "landing-waiting-number-refused",
            render(&waiting(WaitingFor::Approval, AnotherNumber::Exhausted, Some(TooLate::Number))),
        ),
        ("landing-waiting-bank", render(&waiting(WaitingFor::Bank, AnotherNumber::Never, None))),
        (
            "landing-waiting-cancel-refused",
            render(&waiting(WaitingFor::Bank, AnotherNumber::Never, Some(TooLate::Cancel))),
        ),
        (
            "landing-waiting-step-up",
            render(&WaitingPage { purchase: &at_the_bank, ..waiting(WaitingFor::StepUp, AnotherNumber::Never, None) }),
        ),
        ("landing-result-paid", render(&result(Outcome::Paid))),
        ("landing-result-failed", render(&result(Outcome::Failed))),
        ("landing-result-unclear", render(&result(Outcome::Unclear))),
        ("landing-result-cancelled", render(&result(Outcome::Cancelled))),
        ("landing-result-expired", render(&result(Outcome::Expired))),
        ("landing-gone-expired", render(&gone(Gone::Expired, known))),
        ("landing-gone-used", render(&gone(Gone::Used, known))),
        ("landing-gone-cancelled", render(&gone(Gone::Cancelled, known))),
        ("landing-gone-unknown", render(&gone(Gone::Unknown, None))),
    ]
}

fn others(page: Page<'_>) -> Vec<(&'static str, String)> {
    let clock = ShownClock::Stands("2026-05-04T10:00:00.000Z".to_owned());
    let users = [
        user(
            "Kari Nordmann",
            "12345678",
            "Hurtigstartens nummer; alle slags kort",
            "The quick start’s number; every kind of card",
        ),
        user("Ola Nordmann", "91234567", "Bare ett Visa-kort", "One Visa card only"),
        user("Nora Hansen", "98765432", "Ingen kort som kan betale", "No card that can pay"),
    ];
    let cards = [
        card("Visa ···· 4321", "03/30", None),
        card("Mastercard ···· 8031", "11/29", None),
        card("Visa ···· 1111", "05/24", Some(("Utløpt", "Expired"))),
        card("Mastercard ···· 0442", "08/31", Some(("Ikke i ordningen", "Not eligible"))),
    ];
    let shop = ShopAddresses {
        shop: "http://127.0.0.1:8481/".to_owned(),
        back_office: "http://127.0.0.1:8481/backoffice".to_owned(),
        merchant_api: "http://127.0.0.1:8482/merchant/v1".to_owned(),
    };
    let intercept = |returning| render(&InterceptPage { page, returning: &returning });
    let misread = [(Field::TransactionId, Why::Doubled), (Field::ResponseCode, Why::Malformed)];
    let misread = misread.map(|(field, why)| Misread { field, why }).to_vec();
    let invocation =
        Invocation { program: "/opt/a\\ b/lommebok".to_owned(), options: "--data-dir '/tmp/it is'".to_owned() };
    let values = ["CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_KEY", "PSP_ID", "MSN"];
    let values = values.map(|name| (name, Secret::new("0123456789abcdef0123456789abcdef".to_owned())));
    let psps = ["nordlys", "polarnatt"].map(|name| PspValues { name: name.to_owned(), values: values.to_vec() });
    vec![
        (
            "start",
            render(&StartPage {
                page: Page { here: "/", ..page },
                public_url: "http://127.0.0.1:8480",
                make_payment_url: "http://127.0.0.1:8482/make-payment",
                shop: Some(&shop),
                invocation: &invocation,
                psps: &psps,
                version: "0.1.0",
                test_users: &users,
                test_cards: &cards,
                latest: None,
            }),
        ),
        (
            "phone",
            render(&PhonePage {
                page: Page { here: "/phone", ..page },
                clock: &clock,
                tenant: "default",
                test_users: &users,
            }),
        ),
        ("intercept-now", intercept(Returning::Now("/mobileintercept?transactionId=0&responsecode=OK".to_owned()))),
        ("intercept-taken", intercept(Returning::Taken)),
        ("intercept-over", intercept(Returning::Over)),
        ("intercept-misread", intercept(Returning::Misread(misread))),
    ]
}

fn errors(page: Page<'_>) -> Vec<(&'static str, String)> {
    let addresses = || Addresses { named: "http://127.0.0.1:9080".to_owned(), own: "http://127.0.0.1:8480".to_owned() };
    let unknown = |asked| render(&UnknownHostPage::new(page, asked, "http://127.0.0.1:8480"));
    let error = |wrong, again| ErrorPage { page, wrong, again };
    let production = Page { sandbox: false, ..page };
    vec![
        ("error-not-found", render(&error(Wrong::NotFound, None))),
        ("error-stale-form", render(&error(Wrong::StaleForm, Some("/landing")))),
        ("error-no-cookie", render(&error(Wrong::NoCookie, Some("/landing")))),
        ("error-foreign-form", render(&error(Wrong::ForeignForm(Some(addresses())), Some("/landing")))),
        ("error-other-address", render(&error(Wrong::OtherAddress(addresses()), None))),
        (
            "error-other-address-production",
            render(&ErrorPage { page: production, ..error(Wrong::OtherAddress(addresses()), None) }),
        ),
        (
            "error-foreign-form-production",
            render(&ErrorPage { page: production, ..error(Wrong::ForeignForm(Some(addresses())), None) }),
        ),
        ("error-internal", render(&error(Wrong::Internal, None))),
        ("error-unavailable", render(&error(Wrong::Unavailable, Some("/landing/wait?token=t")))),
        ("unknown-host", unknown("evil.example:8480")),
        ("unknown-host-none", unknown("")),
    ]
}

fn user(name: &str, number: &str, nb: &str, en: &str) -> TestUser {
    TestUser {
        name: name.to_owned(),
        phone_number: number.to_owned(),
        pin: "1236".to_owned(),
        about: (nb.to_owned(), en.to_owned()),
    }
}

fn card(card: &str, expiry: &str, cannot_pay: Option<(&str, &str)>) -> TestCard {
    let cannot_pay = cannot_pay.map(|(nb, en)| (nb.to_owned(), en.to_owned()));
    TestCard {
        user: "Kari Nordmann".to_owned(),
        card: card.to_owned(),
        kind: ("kreditt".to_owned(), "credit".to_owned()),
        expiry: expiry.to_owned(),
        cannot_pay,
    }
}

fn render(template: &impl Template) -> String {
    template.render().expect("the templates hold no fallible expressions")
}

fn everything() -> impl Iterator<Item = (String, String)> {
    [Lang::Nb, Lang::En]
        .into_iter()
        .flat_map(|lang| gallery(lang).into_iter().map(move |(name, html)| (format!("{name}.{}", lang.tag()), html)))
}

#[test]
fn no_page_needs_anything_that_the_policy_forbids() {
    for (name, html) in everything() {
        for forbidden in [" style=", "<style", " onclick=", " onload=", " onsubmit=", "javascript:", "src=\"http"] {
            assert!(!html.contains(forbidden), "{name} holds {forbidden}");
        }
        let fetched = html.match_indices("<link").map(|(at, _)| html[at..].split('>').next().unwrap_or_default());
        for link in fetched {
            assert!(link.contains(" href=\"/assets/"), "{name} fetches {link}");
        }
        let inline = html
            .match_indices("<script")
            .any(|(at, _)| !html[at..].split('>').next().unwrap_or_default().contains(" src=\"/assets/"));
        assert!(!inline, "{name} holds a script of its own");
    }
}

#[test]
fn every_page_has_one_heading_one_main_a_title_and_its_language() {
    for (name, html) in everything() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main id=\"main\"").count(), 1, "{name}");
        assert!(html.contains("<title>") && !html.contains("<title> ·"), "{name}");
        let lang = name.rsplit('.').next().unwrap_or_default();
        assert!(html.contains(&format!("<html lang=\"{lang}\">")), "{name}");
    }
}

#[test]
fn ids_are_unique_on_every_page() {
    for (name, html) in everything() {
        let mut ids: Vec<&str> =
            html.match_indices(" id=\"").filter_map(|(at, mark)| html[at + mark.len()..].split('"').next()).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}");
    }
}

#[test]
fn what_a_shop_wrote_stays_text() {
    for (name, html) in everything() {
        assert!(!html.contains("<b>"), "{name}");
    }
}

#[test]
fn a_result_leaves_by_link_refresh_and_script() {
    let pages = everything().filter(|(name, _)| name.starts_with("landing-result"));
    for (name, html) in pages {
        assert!(
            html.contains(
                "<noscript><meta http-equiv=\"refresh\" content=\"4; url=https://shop.example/order/1001?a=1&#38;b=&#39;2&#39;\""
            ),
            "{name}"
        );
        assert!(html.contains("data-leave"), "{name}");
        assert!(html.contains("landing.js"), "{name}");
    }
}

#[test]
fn a_link_that_leads_nowhere_redirects_nowhere() {
    for (name, html) in everything().filter(|(name, _)| name.starts_with("landing-gone")) {
        assert!(!html.contains("http-equiv=\"refresh\"") && !html.contains("data-leave"), "{name}");
    }
}

#[test]
fn outside_the_sandbox_a_form_from_another_address_names_neither_address_nor_setting() {
    let pages: Vec<_> =
        everything().filter(|(name, _)| name.starts_with("error-") && name.contains("-production")).collect();
    assert_eq!(pages.len(), 4);
    for (name, html) in pages {
        let inside = ["public-url", "public_url", "127.0.0.1", "proxy", "cookie", "informasjonskaps"];
        assert!(!inside.iter().any(|word| html.contains(word)), "{name}: {html}");
    }
}

#[test]
fn outside_the_sandbox_no_page_offers_the_simulator() {
    let html = everything().find(|(name, _)| name == "landing-number-production.en").map(|(_, html)| html).unwrap();
    assert!(!html.contains("/phone") && !html.contains("andbox"));
    assert!(html.contains(LINK));
}

#[test]
fn the_pages_can_be_written_out_to_be_looked_at() {
    let Ok(directory) = std::env::var("LOMMEBOK_PAGES_DIR") else { return };
    for (name, html) in everything() {
        std::fs::write(format!("{directory}/{name}.html"), html).unwrap();
    }
}

//! Why an order was not paid: in the customer's own language and words, with nothing of the inside; the back office has that
//! besides, and calls it technical.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use lommebok_sdk::BoxFuture;
use lommebok_sdk::transport::{HttpTransport, Transport, TransportError};
use lommebok_testing::State;

use crate::customer::{bought, form, page_in, with_shop};
use crate::world::World;

/// What a customer must never read, in either language.
const INNER: [&str; 22] = [
    "status 4",
    "status 5",
    "HTTP",
    "errorCode",
    "errorId",
    "contextId",
    "81:",
    "44:",
    "99:",
    "51:",
    "21:",
    "(81)",
    "(89)",
    "not registered",
    "Invalid",
    "Internal error",
    "REFUSED",
    "FAILED",
    "RESERVED",
    "_",
    "{",
    "::",
];

/// What is written on a page's own part.
fn written(html: &str) -> String {
    let main = html.split_once("<main").and_then(|(_, main)| main.split_once("</main>")).unwrap().0;
    let texts = main.split('<').filter_map(|tag| Some(tag.split_once('>')?.1.trim()));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The order page in both languages holds these words, and none of the inside.
async fn reads(world: &World, order: &str, nb: &str, en: &str) {
    for (lang, words) in [("nb", nb), ("en", en)] {
        let (_, html) = page_in(world, order, lang).await;
        let text = written(&html);
        assert!(text.contains(words), "{lang}: {words} is not in {text}");
        for inner in INNER {
            assert!(!text.contains(inner), "{lang}: {inner} is in {text}");
        }
    }
}

/// Answers inits in the wallet's place, as long as it has something to say.
#[derive(Clone)]
struct InitAnsweredWith {
    wallet: HttpTransport,
    says: Arc<Mutex<Says>>,
}

#[derive(Clone, Copy)]
enum Says {
    Nothing,
    Refuses(u16, &'static str),
    /// Neither inits nor details reach the wallet.
    NotReached,
}

impl fmt::Debug for InitAnsweredWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InitAnsweredWith")
    }
}

impl Transport for InitAnsweredWith {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let (says, path) = (*self.says.lock().unwrap(), request.uri().path().to_owned());
        match says {
            Says::Refuses(status, code) if path.ends_with("/init") => {
                let id = "1f0a3c52-7d3e-4a44-9c1b-0d8d1c2b3a4f";
                let body =
                    format!(r#"[{{"errorCode":"{code}","errorMessage":"In the wallet's words","contextId":"{id}"}}]"#);
                Box::pin(async move { Ok(Response::builder().status(status).body(Bytes::from(body)).unwrap()) })
            }
            Says::NotReached if path.contains("psppayments") => {
                Box::pin(async { Err(TransportError::not_sent("no route to the wallet")) })
            }
            Says::Nothing | Says::Refuses(..) | Says::NotReached => self.wallet.send(request),
        }
    }
}

impl InitAnsweredWith {
    fn new() -> Self {
        Self { wallet: HttpTransport::new(), says: Arc::new(Mutex::new(Says::Nothing)) }
    }

    fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    async fn world(&self) -> World {
        let transport = Arc::new(self.clone());
        World::with(|config| {
            with_shop(config);
            config.wallet.transport = Some(transport);
        })
        .await
    }
}

/// Orders something whose payment the wallet may not take, and answers the order's page.
async fn ordered(world: &World, number: usize) -> String {
    let body = format!("product=kverna&quantity=1&way=landing_page&phone=&once={number:032x}");
    let order = form(world, "/checkout", &body).await.1.trim_end_matches("/pay").to_owned();
    page_in(world, &order, "en").await;
    order
}

#[tokio::test]
async fn a_push_to_nobodys_number_is_refused_in_the_customers_words() {
    let world = World::with(with_shop).await;
    let body = "product=morgengry&quantity=1&way=push&phone=99999999&once=0123456789abcdef0123456789abcdef";
    let order = form(&world, "/checkout", body).await.1.trim_end_matches("/pay").to_owned();
    let words = ("Ingen har en lommebok med dette nummeret.", "Nobody has a wallet with this number.");
    reads(&world, &order, words.0, words.1).await;
    assert!(page_in(&world, &order, "nb").await.1.contains("999\u{a0}99\u{a0}999"), "the number stands beside");
    for (lang, label) in [("nb", "Teknisk årsak"), ("en", "Technical reason")] {
        let text = written(&page_in(&world, "/backoffice/orders/1001", lang).await.1);
        let technical = text.split_once(label).expect("the technical reason is labelled").1;
        assert!(technical.trim().starts_with("status 400; 81: User not registered"), "{lang}: {technical}");
        assert!(text.contains(if lang == "nb" { words.0 } else { words.1 }), "{lang}: what the customer reads: {text}");
    }
    world.stop().await;
}

#[tokio::test]
async fn whatever_the_wallet_says_to_an_init_the_customer_reads_what_it_means() {
    let gateway = InitAnsweredWith::new();
    let world = gateway.world().await;
    let ours = ("Feilen er hos oss, ikke hos deg.", "The fault is ours, not yours.");
    for (number, (status, code, words)) in [
        (400, "81", ("Ingen har en lommebok med dette nummeret.", "Nobody has a wallet with this number.")),
        (400, "21", ("Butikken kan ikke ta imot betalinger nå.", "The shop can’t take payments at the moment.")),
        (400, "44", ("Denne ordren er sendt til lommeboken før.", "This order was sent to the wallet before.")),
        (400, "99", ("Denne ordren er sendt til lommeboken før.", "This order was sent to the wallet before.")),
        (400, "51", ours),
        (400, "amount", ours),
        (400, "a.code.of.tomorrow", ours),
        (403, "52", ours),
        (409, "409", ours),
        (415, "415", ours),
        (429, "429", ("Vi gjør klar betalingen", "Preparing the payment")),
        (500, "500", ("Vi gjør klar betalingen", "Preparing the payment")),
        (503, "503", ("Vi gjør klar betalingen", "Preparing the payment")),
    ]
    .into_iter()
    .enumerate()
    {
        gateway.says(Says::Refuses(status, code));
        let order = ordered(&world, number).await;
        reads(&world, &order, words.0, words.1).await;
    }
    world.stop().await;
}

#[tokio::test]
async fn a_wallet_that_is_never_reached_is_said_to_be_just_that() {
    let gateway = InitAnsweredWith::new();
    let world = gateway.world().await;
    gateway.says(Says::NotReached);
    let order = ordered(&world, 1).await;
    reads(&world, &order, "Det tar litt lenger enn vanlig.", "This takes a little longer than usual.").await;
    world.advance(Duration::from_mins(11)).await;
    // Whether an init came through the wallet says itself, as soon as it can be asked.
    gateway.says(Says::Refuses(503, "503"));
    world.advance(Duration::from_mins(10)).await;
    reads(&world, &order, "Vi fikk ikke kontakt med lommeboken.", "We could not reach the wallet.").await;
    world.stop().await;
}

/// Each price that the PSP refuses, and what the customer reads.
const REFUSED: [(&str, &str, &str); 14] = [
    ("171", "Feilen er hos oss, ikke hos deg.", "The fault is ours, not yours."),
    ("172", "Feilen er hos oss, ikke hos deg.", "The fault is ours, not yours."),
    ("181", "Vi fant ikke banken bak kortet.", "The bank behind the card could not be found."),
    ("182", "Banken din sa nei til betalingen.", "Your bank declined the payment."),
    // No answer tells what made the bank suspicious.
    ("183", "Banken din sa nei til betalingen.", "Your bank declined the payment."),
    ("184", "Beløpet er over grensen for kortet.", "The amount is over the limit of the card."),
    ("185", "Banken svarte for sent.", "The bank answered too late."),
    ("186", "Kortet er utløpt.", "The card has expired."),
    ("187", "Kortet er ikke gyldig.", "The card is not valid."),
    ("188", "Her kan du ikke betale med kredittkort.", "Credit cards are not accepted here."),
    ("189", "Det er ikke nok penger på kortet.", "There is not enough money on the card."),
    ("151", "Det er ikke nok penger på kortet.", "There is not enough money on the card."),
    ("191", "Noe gikk galt på veien til banken.", "Something went wrong on the way to the bank."),
    ("194", "Banken fikk ikke bekreftet at det var deg.", "The bank could not confirm that it was you."),
];

#[tokio::test]
async fn each_error_of_the_payments_end_has_words_for_the_customer_and_is_named_in_the_back_office() {
    let world = World::with(with_shop).await;
    for (number, (price, nb, en)) in REFUSED.into_iter().enumerate() {
        let (order, payment) = bought(&world, &format!("spoon-{price}"), "landing_page").await;
        assert_eq!(world.wallet.approve(&payment).await.unwrap(), State::Failed, "{price}");
        reads(&world, &order, nb, en).await;
        let desk = written(&page_in(&world, &format!("/backoffice/orders/{}", 1001 + number), "nb").await.1);
        let error = if price == "151" { "89" } else { &price[1..] };
        assert!(desk.contains(&format!("Teknisk årsak errorId {error}: ")), "{desk}");
    }
    world.stop().await;
}

#[tokio::test]
async fn an_order_that_the_psp_itself_refuses_is_not_left_to_prepare_for_ever() {
    let gateway = InitAnsweredWith::new();
    let world = gateway.world().await;
    gateway.says(Says::NotReached);
    let order = ordered(&world, 1).await;
    // The payment is there; the shop lost its name, and asks for it under another address.
    let database = rusqlite::Connection::open(world.data_dir().join("shop.db")).unwrap();
    database.execute("UPDATE shop_order SET payment = NULL, amount = amount + 1", []).unwrap();
    reads(&world, &order, "Feilen er hos oss, ikke hos deg.", "The fault is ours, not yours.").await;
    let desk = written(&page_in(&world, "/backoffice/orders/1001", "en").await.1);
    assert!(desk.contains("Technical reason the PSP refused the payment: 409"), "{desk}");
    world.stop().await;
}

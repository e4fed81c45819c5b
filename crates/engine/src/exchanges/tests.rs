//! What of an exchange may be kept, and how much. Secrets are written down here by hand.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use lommebok_domain::{PaymentId, TenantId, Timestamp};
use tokio::time::Instant;

use super::Exchanges;
use super::file::Files;
use super::hiding::Own;
use super::masking::mask;
use super::memory::{Filter, Limits, Memory, Payments};
use super::record::{
    About, Body, CallOut, Exchange, Interface, NotShown, Observed, ObservedBody, ObservedHeaders, Reason, Target,
};
use crate::keys::Secret;
use crate::outbound::Phases;

const TENANT: TenantId = TenantId::new(1);
const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJhcHBpZCI6IjEifQ.c2lnbmF0dXJlLWNhbmFyeQ";

fn own() -> Own {
    Own::new(&[Secret::new(KEY.to_owned()), Secret::new("c2VjcmV0LWNhbmFyeQ==".to_owned())])
}

fn observed(uri: &str, headers: &[(&'static str, &str)], body: &[u8]) -> Observed {
    let header = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    Observed {
        about: About::new(TENANT, Interface::PspApi),
        at: Timestamp::from_millis(1_777_888_800_000),
        ms: 3,
        method: Method::POST,
        target: Target::Endpoint(uri.parse().unwrap()),
        headers: ObservedHeaders::Map(headers.iter().map(header).collect()),
        body: ObservedBody::Whole(Bytes::copy_from_slice(body)),
        status: Some(200),
        answer_headers: ObservedHeaders::Map(HeaderMap::new()),
        answer_body: ObservedBody::Whole(Bytes::new()),
        reason: None,
        call: None,
    }
}

fn masked(observed: &Observed) -> Exchange {
    mask(7, observed, &own())
}

fn text(body: &Body) -> &str {
    let Body::Shown { text, .. } = body else { panic!("{body:?} is not shown") };
    text
}

fn body_of(sent: &str) -> String {
    text(&masked(&observed("/psp/v3/psppayments/init", &[], sent.as_bytes())).request.body).to_owned()
}

fn header<'e>(exchange: &'e Exchange, name: &str) -> &'e str {
    exchange.request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap()
}

/// Everything that is kept, as text.
fn all(exchange: &Exchange) -> String {
    format!("{exchange:?}").to_lowercase()
}

#[test]
fn a_members_value_is_shown_only_when_it_is_listed_and_order_and_repetition_stay() {
    let sent = r#"{"pspTransactionId":"p-1","amount":49900,"customerMobileNumber":"12345678","makePaymentToken":"s3cr3t-canary",
        "isApp":false,"new":{"deep":["x",{"amount":1}],"n":5},"amount":2,"empty":[],"none":{},"nothing":null}"#;
    assert_eq!(
        body_of(sent),
        r#"{"pspTransactionId":"p-1","amount":49900,"customerMobileNumber":"***","makePaymentToken":"***","isApp":false,"new":{"deep":["***",{"amount":1}],"n":"***"},"amount":2,"empty":[],"none":{},"nothing":null}"#
    );
}

#[test]
fn a_name_that_is_none_is_masked_like_a_value() {
    assert_eq!(body_of(r#"{"4895370013193500":1,"s\u0065cret canary":true}"#), r#"{"***":"***","***":true}"#);
}

#[test]
fn a_cards_number_in_a_text_and_what_an_address_says_in_private_are_masked() {
    let sent = r#"{"paymentText":"card 4895 3700 1319 3500","merchantOrderId":"202611290001",
        "makePaymentUrl":"https://user:canary@psp.example:8443/pay?key=canary&canary#canary"}"#;
    assert_eq!(
        body_of(sent),
        r#"{"paymentText":"card ***","merchantOrderId":"202611290001","makePaymentUrl":"https://***@psp.example:8443/pay?key=***&***#***"}"#
    );
}

#[test]
fn credentials_are_masked_in_their_headers_and_wherever_else_somebody_put_them() {
    let authorization = format!("Bearer {TOKEN}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("ocp-apim-subscription-key", "ffffffffffffffffffffffffffffffff"),
        ("client_secret", "c2VjcmV0LWNhbmFyeQ=="),
        ("psp-id", KEY),
        ("client_id", TOKEN),
        ("merchant-serial-number", "100001"),
        ("cookie", "session=canary"),
        ("user-agent", "shop/1.0 ffffffffffffffffffffffffffffffff"),
    ];
    let sent = format!(r#"{{"merchantOrderId":"{}","paymentText":"{TOKEN}"}}"#, KEY.to_uppercase());
    let kept = masked(&observed(&format!("/psp/v3/psppayments/init?code={KEY}"), &headers, sent.as_bytes()));
    assert_eq!(header(&kept, "authorization"), "Bearer ***");
    assert_eq!(header(&kept, "merchant-serial-number"), "100001");
    assert_eq!(header(&kept, "user-agent"), "shop/1.0 ***");
    assert_eq!(kept.path, "/psp/v3/psppayments/init?code=***");
    assert_eq!(text(&kept.request.body), r#"{"merchantOrderId":"***","paymentText":"***"}"#);
    for secret in [KEY, "eyj", "ffffffff", "canary", "c2vjcmv0"] {
        assert!(!all(&kept).contains(secret), "{secret}: {kept:?}");
    }
}

#[test]
fn what_an_answer_repeats_of_what_was_masked_is_masked_too() {
    let mut refused = observed("/x", &[], br#"{"customerMobileNumber":"12345678","secretWord":"s3cr3t/\"canary\""}"#);
    refused.target = Target::Unknown("/x".parse().unwrap());
    refused.status = Some(400);
    let hint = HeaderValue::from_static("12345678 or s3cr3t%2F%22canary%22?");
    refused.answer_headers =
        ObservedHeaders::Map([(HeaderName::from_static("lommebok-hint"), hint)].into_iter().collect());
    refused.answer_body = ObservedBody::Whole(Bytes::from_static(
        br#"[{"errorCode":"98","errorMessage":"not 12345678, not czNjcjN0LyJjYW5hcnki, not s3cr3t/\"can"}]"#,
    ));
    let kept = masked(&refused);
    assert_eq!(kept.hint.as_deref(), Some("*** or ***?"));
    assert_eq!(text(&kept.answer.body), r#"[{"errorCode":"98","errorMessage":"not ***, not ***, not ***"}]"#);
}

#[test]
fn a_body_that_is_encoded_or_no_json_is_kept_as_kind_and_length() {
    let not_shown = |observed: &Observed| match masked(observed).request.body {
        Body::NotShown { bytes, why } => (bytes, why),
        body @ (Body::Empty | Body::Shown { .. }) => panic!("{body:?}"),
    };
    let utf_16: Vec<u8> = "{\"amount\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(not_shown(&observed("/x", &[], &utf_16)), (24, NotShown::NotJson));
    assert_eq!(not_shown(&observed("/x", &[], b"\x1f\x8bcanary")), (8, NotShown::Encoded));
    assert_eq!(not_shown(&observed("/x", &[("content-encoding", "br")], b"{}")), (2, NotShown::Encoded));
    assert_eq!(not_shown(&observed("/x", &[], b"{\"amount\":1} canary")), (19, NotShown::NotJson));
    assert_eq!(not_shown(&observed("/x", &[], b"amount=1&token=canary")), (21, NotShown::NotJson));
    let mut cut = observed("/x", &[], b"");
    cut.body = ObservedBody::Part { bytes: 70_000, why: NotShown::TooLong };
    assert_eq!(not_shown(&cut), (70_000, NotShown::TooLong));
    assert_eq!(masked(&observed("/x", &[], b"")).request.body, Body::Empty);
}

#[test]
fn of_an_unknown_path_no_long_segment_is_kept() {
    let mut unknown = observed("/", &[], b"");
    let address = "/psp/v3/AQAAAAAAAAABAAAAAAAAAAEAAAGiLmhsTWaqe7cJLr7AaWB4XEQtGEk/x?q";
    unknown.target = Target::Unknown(address.parse().unwrap());
    assert_eq!(masked(&unknown).path, "/psp/v3/***/x?***");
}

#[test]
fn payments_are_noted_from_path_and_bodies_once() {
    let sent = br#"{"transactions":[{"pspTransactionId":"a"},{"pspTransactionId":"b"},{"pspTransactionId":"a"}]}"#;
    let mut observed = observed("/psp/v3/psppayments/a/details", &[], sent);
    let path = "/psp/v3/psppayments/a/details".parse().unwrap();
    observed.target = Target::OfPayment(path, "a".to_owned());
    assert_eq!(masked(&observed).payments, ["a", "b"]);
}

fn numbered(id: u64, status: u16) -> Arc<Exchange> {
    let mut observed = observed("/x", &[], format!(r#"{{"pspTransactionId":"p-{id}"}}"#).as_bytes());
    observed.status = Some(status);
    Arc::new(mask(id, &observed, &own()))
}

#[test]
fn the_oldest_are_forgotten_when_there_are_too_many_bytes_or_hours() {
    let (hour, began) = (Duration::from_hours(1), Instant::now());
    let bytes = numbered(1, 200).size_bytes();
    let mut memory = Memory::new(Limits { most_bytes: bytes.saturating_mul(2), longest: hour });
    for id in 1..=3 {
        memory.keep(numbered(id, 200), began);
    }
    let ids = |memory: &mut Memory, filter: &Filter, limit, now| {
        let (page, more) = memory.list(filter, limit, now);
        (page.iter().map(|exchange| exchange.id).collect::<Vec<_>>(), more)
    };
    let everything = Filter::of(TENANT);
    assert_eq!(ids(&mut memory, &everything, 9, began), (vec![3, 2], false));
    assert_eq!(ids(&mut memory, &everything, 1, began), (vec![3], true));
    assert_eq!(memory.one(1, began), None);
    memory.keep(numbered(4, 400), began.checked_add(hour).unwrap());
    assert_eq!(ids(&mut memory, &Filter { refused: true, ..Filter::of(TENANT) }, 9, began), (vec![4], false));
    let three = Payments { ids: vec!["p-3".to_owned()], numbers: Vec::new() };
    let of_three = Filter { payments: Some(three), ..Filter::of(TENANT) };
    assert_eq!(ids(&mut memory, &of_three, 9, began), (vec![3], false));
    let late = began.checked_add(hour).unwrap().checked_add(Duration::from_millis(1)).unwrap();
    assert_eq!(ids(&mut memory, &everything, 9, late), (vec![4], false));
}

#[test]
fn a_filter_has_its_tenants_alone_and_tells_payments_of_one_id_apart_by_number() {
    let about = |tenant, number| {
        let mut exchange = (*numbered(1, 200)).clone();
        exchange.about = About { payment: number, ..About::new(tenant, Interface::MakePayment) };
        exchange
    };
    let [first, second] = [1, 2].map(PaymentId::new);
    let payments = Payments { ids: vec!["p-1".to_owned()], numbers: vec![first] };
    let filter = Filter { payments: Some(payments), ..Filter::of(TENANT) };
    assert!(filter.has(&about(TENANT, Some(first))) && filter.has(&about(TENANT, None)));
    assert!(!filter.has(&about(TENANT, Some(second))), "another PSP's payment with the same id");
    assert!(!filter.has(&about(TenantId::new(2), Some(first))), "another tenant's");
}

const LIMITS: Limits = Limits { most_bytes: 1_000_000, longest: Duration::from_hours(1) };

fn files(directory: &Path, limits: Limits) -> (Files, Vec<Exchange>) {
    let (files, earlier) = Files::open(directory, limits, u64::MAX);
    (files, earlier.into_iter().map(|earlier| earlier.exchange).collect())
}

#[test]
fn a_file_gives_back_what_was_kept_without_what_is_torn_or_foreign_or_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let (mut first, earlier) = files(directory.path(), LIMITS);
    assert!(earlier.is_empty());
    let mut call = (*numbered(2, 500)).clone();
    call.about =
        About { payment: Some(PaymentId::new(9)), attempt: Some(1), ..About::new(TENANT, Interface::MakePayment) };
    let phases = Phases { dns: None, connect: Some(Duration::from_micros(5)), ..Phases::default() };
    call.call = Some(CallOut { failure: Some("reset".into()), outcome: "FAILED".to_owned(), phases });
    call.reason = Some(Reason { code: "98".into(), message: "Invalid".into() });
    let mut others = (*numbered(3, 200)).clone();
    others.about.tenant = TenantId::new(7);
    for exchange in [&*numbered(1, 200), &call, &others] {
        first.keep(exchange);
    }
    first.forget(TenantId::new(7));
    first.write();
    drop(first);
    let path = directory.path().join("exchanges.jsonl");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut torn = fs::read(&path).unwrap();
    torn.extend_from_slice(b"nonsense\n\xff\xfe\n{\"kept\":{\"wall_ms\":1,\"exch");
    fs::write(&path, torn).unwrap();
    let (mut second, earlier) = files(directory.path(), LIMITS);
    assert_eq!(earlier, [(*numbered(1, 200)).clone(), call]);
    second.keep(&numbered(4, 200));
    second.write();
    let ids = |limits| files(directory.path(), limits).1.iter().map(|exchange| exchange.id).collect::<Vec<_>>();
    assert_eq!(ids(LIMITS), [1, 2, 4]);
    Files::remove(directory.path());
    assert!(ids(LIMITS).is_empty());
}

#[test]
fn the_files_have_so_many_bytes_together_and_the_oldest_go() {
    let directory = tempfile::tempdir().unwrap();
    let limits = Limits { most_bytes: 4_000, ..LIMITS };
    let (mut kept, _) = files(directory.path(), limits);
    for id in 1..=100 {
        kept.keep(&numbered(id, 200));
        kept.write();
    }
    let bytes: u64 = fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes <= 4_000, "{bytes}");
    let ids: Vec<u64> = files(directory.path(), limits).1.iter().map(|exchange| exchange.id).collect();
    assert_eq!(ids.last(), Some(&100));
    assert!(ids.windows(2).all(|pair| pair[0] + 1 == pair[1]) && ids.len() > 3, "{ids:?}");
}

#[test]
fn what_is_no_file_or_too_long_is_left_out_and_nothing_fails() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("exchanges.jsonl")).unwrap();
    fs::write(directory.path().join("exchanges-before.jsonl"), vec![b'x'; 3_000_000]).unwrap();
    let (mut none, earlier) = files(directory.path(), LIMITS);
    assert!(earlier.is_empty());
    none.keep(&numbered(1, 200));
    none.write();
    assert!(!none.is_behind());
}

#[tokio::test]
async fn each_tenant_has_its_own_exchanges_and_credentials_and_a_forgotten_one_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let start = || Exchanges::start(LIMITS, Some(directory.path().to_owned())).unwrap();
    let [first, second] = [1, 2].map(TenantId::new);
    let exchanges = start();
    for tenant in [first, second] {
        exchanges.know(tenant, &[Secret::new(format!("secret-of-{}-canary", tenant.get()))]);
        let mut said = observed("/x", &[("psp-id", "secret-of-1-canary secret-of-2-canary")], b"");
        said.about.tenant = tenant;
        exchanges.take(exchanges.place().unwrap(), said).unwrap();
    }
    let ids = async |exchanges: &Exchanges, tenant| {
        let (list, _) = exchanges.list(&Filter::of(tenant), 9).await;
        list.iter().map(|exchange| exchange.id).collect::<Vec<_>>()
    };
    let (list, _) = exchanges.list(&Filter::of(second), 9).await;
    assert_eq!(header(&list[0], "psp-id"), "secret-of-1-canary ***");
    let (mine, theirs) = (ids(&exchanges, first).await, list[0].id);
    assert_eq!((mine.len(), list.len()), (1, 1));
    assert!(exchanges.one(first, theirs).await.is_none() && exchanges.one(second, theirs).await.is_some());
    exchanges.forget(second);
    assert_eq!((ids(&exchanges, first).await, ids(&exchanges, second).await), (mine.clone(), Vec::new()));
    drop(exchanges);
    let again = start();
    assert_eq!((ids(&again, first).await, ids(&again, second).await), (mine.clone(), Vec::new()));
    let later = again.take(again.place().unwrap(), observed("/x", &[], b"")).unwrap();
    assert_eq!(ids(&again, first).await, [later, mine[0]], "numbers rise over a restart");
    drop(again);
    assert!(Exchanges::start(Limits { most_bytes: 0, ..LIMITS }, Some(directory.path().to_owned())).is_none());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "who keeps none leaves none");
}

//! SDK and API agree on every endpoint: what the client sends is read by the API's own readers, and what the API's own
//! types write is read by the client. Neither crate knows the other; this test knows both.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use lommebok_psp_v3::details::{DetailsAnswer, LogEntry, TransactionSummary};
use lommebok_psp_v3::init::InitAnswer;
use lommebok_psp_v3::merchants::{Address as ApiAddress, CreateMerchantAnswer, Merchant, MerchantList};
use lommebok_psp_v3::paths::{Endpoint, route};
use lommebok_psp_v3::updatestatus::UpdateStatusAnswer;
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_psp_v3::{access_token, force_approve, headers, init, merchants, updatestatus};
use lommebok_sdk::client::{Address, Company, MerchantChanges, NewMerchant, Operation};
use lommebok_sdk::transport::{Transport, TransportError};
use lommebok_sdk::{
    Amount, BoxFuture, Client, Credentials, Init, MakePaymentToken, MakePaymentUrl, PspRedirectUrl, Secret, Status,
    StatusUpdate,
};
use lommebok_values::{EntryStatus, MerchantStatus, OperationStatus};
use serde::Serialize;

/// Reads requests and writes answers with crate `psp-v3`, in the same process; keeps what it read.
#[derive(Clone, Debug, Default)]
struct ApiByItself(Arc<Mutex<Vec<String>>>);

impl Transport for ApiByItself {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let (status, body) = self.answer(&request);
        let answer = Response::builder().status(status).body(Bytes::from(body)).unwrap();
        Box::pin(async move { Ok(answer) })
    }
}

fn written(status: u16, body: &impl Serialize) -> (u16, String) {
    (status, serde_json::to_string(body).unwrap())
}

impl ApiByItself {
    fn client(&self) -> Client {
        let builder = Client::builder(Credentials::new("id-1", "secret-1", "key-1", "PSP-1"));
        builder.system("acme", "3.1.2").plugin("shop", "1").transport(self.clone()).build().unwrap()
    }

    fn read(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    /// What was read since the last time, the token request left out.
    fn taken(&self) -> Vec<String> {
        let mut read = std::mem::take(&mut *self.0.lock().unwrap());
        read.retain(|line| !line.starts_with("token"));
        read
    }

    fn answer(&self, request: &Request<Bytes>) -> (u16, String) {
        let (method, body) = (request.method(), request.body());
        let endpoint = route(request.uri().path()).unwrap_or_else(|| panic!("no endpoint {}", request.uri()));
        assert!(endpoint.methods().contains(method), "{method} {}", request.uri());
        if endpoint == Endpoint::AccessToken {
            let read = access_token::parse(request.headers()).unwrap();
            self.read(format!("token {} {} {}", read.client_id, read.client_secret, read.subscription_key));
            return written(200, &access_token::TokenAnswer::new("the-token", "a-resource", 1_000, 4_600));
        }
        check_headers(request.headers(), body.len());
        match endpoint {
            Endpoint::Init => self.init(request),
            Endpoint::UpdateStatus => self.update_status(body),
            Endpoint::Details { id } => written(200, &details(id.id().unwrap())),
            Endpoint::ForceApprove { id } => {
                let read = force_approve::parse(body).unwrap();
                let (number, token) = (read.customer_phone_number, read.token.expose().to_owned());
                self.read(format!("approve {} {number} {token}", id.id().unwrap()));
                (200, String::new())
            }
            Endpoint::Merchants if method == Method::GET => written(200, &MerchantList { merchants: vec![merchant()] }),
            Endpoint::Merchants => {
                headers::required_idempotency_key(request.headers()).unwrap();
                self.read(format!("{:?}", merchants::parse_create(body).unwrap()));
                written(201, &CreateMerchantAnswer { merchant_serial_number: "123456" })
            }
            Endpoint::Merchant { msn } if method == Method::GET => {
                assert_eq!(msn.id(), Some("123456"));
                written(200, &merchant())
            }
            Endpoint::Merchant { .. } => {
                self.read(format!("{:?}", merchants::parse_update(body).unwrap()));
                (204, String::new())
            }
            Endpoint::AccessToken | Endpoint::Deeplink => panic!("{}", request.uri()),
        }
    }

    fn init(&self, request: &Request<Bytes>) -> (u16, String) {
        let msn = headers::required_merchant_serial_number(request.headers()).unwrap();
        assert!(headers::idempotency_key(request.headers()).unwrap().is_some());
        let read = init::parse(request.body(), UrlPolicy::Sandbox).unwrap();
        let secret = read.make_payment_token.as_ref().map(|token| token.expose().to_owned());
        self.read(format!("init {msn} {secret:?} {read:?}"));
        let (id, order) = (read.psp_transaction_id.as_str(), read.merchant_order_id.as_str());
        let vipps_redirect_url = "https://w.example/dwo-api-application/v1/deeplink/vippsgateway?v=2&token=abc";
        written(200, &InitAnswer { psp_transaction_id: id, merchant_order_id: order, vipps_redirect_url })
    }

    fn update_status(&self, body: &[u8]) -> (u16, String) {
        let read = updatestatus::parse(body).unwrap();
        for entry in &read.entries {
            let failed = entry.operation_status == OperationStatus::Failed;
            let (id, status, amount) = (&entry.psp_transaction_id, entry.status.as_str(), entry.amount.ore());
            self.read(format!("{id} {status} {amount} {:?} failed: {failed}", entry.payment_text.as_deref()));
        }
        written(200, &UpdateStatusAnswer::SUCCESS)
    }
}

fn check_headers(sent: &HeaderMap, body_bytes: usize) {
    assert_eq!(headers::bearer(sent).unwrap(), "the-token");
    assert_eq!(headers::subscription_key(sent).unwrap(), "key-1");
    assert_eq!(headers::psp_id(sent).unwrap(), "PSP-1");
    let system = headers::system_headers(sent);
    assert_eq!((system.name, system.version, system.hint), (Some("acme"), Some("3.1.2"), None));
    assert_eq!((system.plugin_name, system.plugin_version), (Some("shop"), Some("1")));
    if body_bytes > 0 {
        headers::check_json(sent, body_bytes).unwrap();
    }
}

fn details(id: &str) -> DetailsAnswer<'_> {
    DetailsAnswer {
        psp_transaction_id: id,
        merchant_order_id: "order-1",
        transaction_summary: TransactionSummary {
            captured_amount: 300,
            remaining_amount_to_capture: 200,
            refunded_amount: 100,
            remaining_amount_to_refund: 200,
        },
        transaction_log_history: vec![LogEntry {
            amount: 500,
            payment_text: "socks",
            time_stamp: "2026-05-04T10:00:00.000Z".to_owned(),
            operation: EntryStatus::Reserved,
            operation_success: true,
        }],
    }
}

fn merchant() -> Merchant {
    Merchant {
        organization_number: "910000012".to_owned(),
        company_name: "Eksempel AS".to_owned(),
        company_email: "post@eksempel.example".to_owned(),
        merchant_serial_number: "123456".to_owned(),
        name: "Eksempel".to_owned(),
        status: MerchantStatus::Active,
        email: None,
        website: Some("https://eksempel.example".to_owned()),
        logo_url: None,
        created_at: "2026-05-04T10:00:00Z".to_owned(),
        updated_at: "2026-05-04T10:00:00Z".to_owned(),
        address: ApiAddress {
            address_line1: "Storgata 1".to_owned(),
            address_line2: None,
            city: "Oslo".to_owned(),
            post_code: "0155".to_owned(),
            country: "NO".to_owned(),
        },
    }
}

#[tokio::test]
async fn the_token_endpoint_is_agreed_on() {
    let api = ApiByItself::default();
    let token = api.client().access_token().await.unwrap();
    assert_eq!((token.expose(), token.lifetime().as_secs()), ("the-token", 3_600));
    assert_eq!(*api.0.lock().unwrap(), ["token id-1 secret-1 key-1"]);
}

#[tokio::test]
async fn init_is_agreed_on_with_every_member() {
    let api = ApiByItself::default();
    let init = Init::new(
        "abcABC12345".parse().unwrap(),
        "abcABC-12345".parse().unwrap(),
        Amount::ore(49_900).unwrap(),
        MakePaymentUrl::new("https://psp.example/make-payment").unwrap(),
        PspRedirectUrl::new("myapp://back").unwrap(),
    );
    let init = init
        .payment_text("Ærlig \"talt\"\n")
        .make_payment_token(MakePaymentToken::new("Bearer x").unwrap())
        .app()
        .skip_landing_page("12345678".parse().unwrap());
    let started = api.client().init(&"100001".parse().unwrap(), &init).await.unwrap();
    assert_eq!(started.psp_transaction_id.as_str(), "abcABC12345");
    assert_eq!(started.redirect_url.token().unwrap().expose(), "abc");
    let read = api.taken().remove(0);
    for part in [
        "init 100001 Some(\"Bearer x\")",
        r#"psp_transaction_id: PspTransactionId("abcABC12345")"#,
        r#"merchant_order_id: MerchantOrderId("abcABC-12345")"#,
        r#"customer_mobile_number: Some(PhoneNumber("12345678"))"#,
        "amount: Amount(49900)",
        r#"psp_redirect_url: "myapp://back""#,
        r#"make_payment_url: "https://psp.example/make-payment""#,
        r#"payment_text: Some("Ærlig \"talt\"\n")"#,
        "is_app: true",
        "skip_landing_page: true",
        "hints: Hints([Hint(PaymentTextHidden)])",
    ] {
        assert!(read.contains(part), "{part} is not in {read}");
    }
}

#[test]
fn an_address_that_the_sdk_takes_the_wallet_takes_too() {
    let odd = ["https:host", "http://127.1/", "HTTPS://A.EXAMPLE", "https://a.example/å b", "https://a.example\\b"];
    let apps = [
        "myapp://back",
        "myapp:back",
        "MYAPP://x?y#z",
        "javascript:alert(1)",
        "about:blank",
        "intent://x",
        "myapp://u@h",
    ];
    let usual =
        ["http://127.0.0.1:9/make-payment", "https://psp.example/a?b=c", "https://a.example/#f", "ftp://a.example", ""];
    let mut taken = 0;
    for text in odd.into_iter().chain(apps).chain(usual) {
        if let Ok(url) = MakePaymentUrl::new(text) {
            lommebok_psp_v3::urls::check_make_payment_url(url.as_str(), UrlPolicy::Sandbox)
                .unwrap_or_else(|fault| panic!("{text}: {fault}"));
            taken += 1;
        }
        if let Ok(url) = PspRedirectUrl::new(text) {
            lommebok_psp_v3::urls::psp_redirect_url(url.as_str(), true, UrlPolicy::Sandbox)
                .unwrap_or_else(|fault| panic!("{text}: {fault}"));
            taken += 1;
        }
    }
    assert!(taken >= 8, "{taken}");
}

#[tokio::test]
async fn updatestatus_is_agreed_on_with_every_status() {
    let api = ApiByItself::default();
    let entry = |status| StatusUpdate::new("a1".parse().unwrap(), status, Amount::ore(100).unwrap());
    let entries = vec![
        entry(Status::Reserved),
        entry(Status::Captured).payment_text("to \"A\""),
        entry(Status::Cancelled),
        entry(Status::Refunded).failed(),
    ];
    assert_eq!(api.client().update_status(entries).await.complete().unwrap(), 4);
    let expected = [
        "a1 RESERVED 100 None failed: false",
        "a1 CAPTURED 100 Some(\"to \\\"A\\\"\") failed: false",
        "a1 CANCELLED 100 None failed: false",
        "a1 REFUNDED 100 None failed: true",
    ];
    assert_eq!(api.taken(), expected);
}

#[tokio::test]
async fn details_are_agreed_on() {
    let details = ApiByItself::default().client().details(&"a._-1".parse().unwrap()).await.unwrap();
    assert_eq!((details.psp_transaction_id.as_str(), details.merchant_order_id.as_str()), ("a._-1", "order-1"));
    let sums = details.sums;
    assert_eq!((sums.captured_ore, sums.remaining_to_capture_ore), (300, 200));
    assert_eq!((sums.refunded_ore, sums.remaining_to_refund_ore), (100, 200));
    assert!(details.has(&Operation::Reserved) && !details.has(&Operation::Captured));
    let entry = &details.history[0];
    assert_eq!((entry.amount_ore, entry.payment_text.as_str(), entry.success), (500, "socks", true));
    assert_eq!(entry.time_stamp, "2026-05-04T10:00:00.000Z");
}

#[tokio::test]
async fn force_approve_is_agreed_on() {
    let api = ApiByItself::default();
    let (id, number, token) = ("a1".parse().unwrap(), "12345678".parse().unwrap(), Secret::new("abc"));
    api.client().force_approve(&id, &number, &token).await.unwrap();
    assert_eq!(api.taken(), ["approve a1 12345678 abc"]);
}

#[tokio::test]
async fn merchants_are_agreed_on() {
    let api = ApiByItself::default();
    let client = api.client();
    let address = || Address::new("Storgata 1", "Oslo", "0155", "NO").line_2("2. etasje");
    let company = Company::new("Eksempel AS", "post@eksempel.example");
    let new = NewMerchant::new("910000012", "Eksempel", "5411", company, address())
        .email("hei@eksempel.example")
        .website("https://eksempel.example")
        .logo_url("https://eksempel.example/logo.png")
        .terms_of_service_accepted();
    assert_eq!(client.merchants().create(&new).await.unwrap().as_str(), "123456");
    let read = api.taken().remove(0);
    for part in ["910000012", "Eksempel AS", "hei@eksempel.example", "logo.png", "2. etasje", "accepted: Some(true)"] {
        assert!(read.contains(part), "{part} is not in {read}");
    }
    let msn = "123456".parse().unwrap();
    let changes = MerchantChanges::new().name("Nytt navn").mcc_code("5812").company_name("N AS").address(address());
    client.merchants().update(&msn, &changes.deactivate()).await.unwrap();
    let read = api.taken().remove(0);
    for part in ["deactivate: Some(true)", "Nytt navn", "5812", "N AS", "0155"] {
        assert!(read.contains(part), "{part} is not in {read}");
    }
    let merchant = client.merchants().get(&msn).await.unwrap();
    assert_eq!((merchant.name.as_str(), merchant.address.unwrap().city()), ("Eksempel", "Oslo"));
    assert_eq!(merchant.status, lommebok_sdk::client::MerchantStatus::Active);
    assert_eq!(client.merchants().list().await.unwrap().len(), 1);
}

#[test]
fn both_take_the_same_schemes_of_apps() {
    let refused = "about android-app blob brave chrome chrome-extension content data edge feed file ftp hcp intent its jar javascript \
                   jscript ldap livescript mhtml microsoft-edge microsoft-edge-holographic mk mocha moz-extension ms \
                   ms-appx ms-msdt ms-officecmd nfs opera rdp res resource rlogin search search-ms shell smb ssh telnet \
                   vbscript view-source vivaldi vnc ws wss wyciwyg x-javascript afp filesystem";
    let taken = "myshop vipps mswallet shell-pay com.example.shop a+b-c.d edges";
    for (schemes, expected) in [(refused, false), (taken, true)] {
        for scheme in schemes.split_whitespace() {
            let url = format!("{scheme}://order/7");
            let wallet = lommebok_psp_v3::urls::psp_redirect_url(&url, true, UrlPolicy::Sandbox).is_ok();
            assert_eq!((wallet, PspRedirectUrl::new(&url).is_ok()), (expected, expected), "{url}");
        }
    }
}

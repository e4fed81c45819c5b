//! The production router, built of nothing that a sandbox has: no test route answers, and what a real service needs does.
//!
//! Nothing here comes from `assembly`, `seeds`, `stub_psp` or the simulated token service; that it compiles so is half of the
//! test. Each route that must be missing is also asked of a sandbox, where it must be there, or the list would prove nothing.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use lommebok_domain::TenantId;
use lommebok_engine::attempts::{CrashPoints, SENDS_WITHIN_MS};
use lommebok_engine::clock::BusinessClock;
use lommebok_engine::keys::Keys;
use lommebok_engine::keys::envelope::Envelope;
use lommebok_engine::keys::handle::HandleKey;
use lommebok_engine::keys::lookup::LookupKey;
use lommebok_engine::keys::{MasterKeys, Secret, SigningKey, SigningKeyPair};
use lommebok_engine::outbound::{OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::status_updates::BatchMode;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::tokens::TokenRefused;
use lommebok_engine::tokens::TokenSource;
use lommebok_engine::wallet::{Environment, Parts, Settings, Wallet};
use lommebok_psp_v3::hosts::KnownHosts;
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_server::access_token::{AccessTokens, TokenSettings};
use lommebok_server::http::control::Control;
use lommebok_server::http::edge::{BodyLimits, Edge, EdgeParts};
use lommebok_server::http::rates::RateLimits;
use lommebok_server::http::{ProductionPages, production_router};
use lommebok_server::ui::brand::Brand;
use lommebok_store::{HashKey, Store, StoreOptions};
use lommebok_testkit::test_app::TestApp;
use tempfile::TempDir;
use tower::ServiceExt as _;

const TENANT: TenantId = TenantId::new(1);
const CONTROL_TOKEN: &str = "an-operators-token-of-enough-length";

/// A production server without its listener.
struct Production {
    router: Router,
    tasks: Tasks,
    _directory: TempDir,
}

impl Production {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let randomness = Randomness::operating_system();
        let master = MasterKeys::random(&randomness);
        let url = format!("sqlite:{}", directory.path().join("production.db").display());
        let store = Store::open(&StoreOptions::new(url, HashKey::new(*master.lookup_pepper.expose()))).unwrap();
        let keys = Arc::new(Keys {
            envelope: Envelope::new(&master.key_encryption, randomness.clone()),
            lookup: LookupKey::new(&master.lookup_pepper),
            handle: HandleKey::new(&master.handle_key),
        });
        let tasks = Tasks::new();
        let wallet = wallet(&store, &keys, &randomness, &tasks);
        let edge = Edge::new(EdgeParts {
            wallets: vec![wallet.clone()],
            store,
            keys,
            access_tokens: access_tokens(&randomness),
            randomness,
            shows_hints: false,
            rate_limits: RateLimits::default(),
            body_limits: BodyLimits {
                ordinary_bytes: 1_048_576,
                batch_bytes: 8_388_608,
                wait: Duration::from_secs(30),
            },
        });
        let token = Secret::new(CONTROL_TOKEN.to_owned());
        let hosts = Arc::new(KnownHosts::new("https://wallet.example", &[]));
        let control = Control::new(wallet.clone(), token, hosts);
        let pages = ProductionPages { wallet, brand: Arc::new(Brand::default()) };
        let router = production_router(&edge, control, pages, &tasks);
        Self { router, tasks, _directory: directory }
    }

    /// Asks as an operator would, so that no answer is about credentials.
    async fn asks(&self, method: &str, path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder().method(method).uri(path);
        self.answers(request.header("authorization", format!("Bearer {CONTROL_TOKEN}"))).await
    }

    async fn answers(&self, request: http::request::Builder) -> (StatusCode, HeaderMap, String) {
        let request = request.header("host", "wallet.example").body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }
}

fn wallet(store: &Store, keys: &Arc<Keys>, randomness: &Randomness, tasks: &Tasks) -> Arc<Wallet> {
    Wallet::new(Parts {
        tenant: TENANT,
        clock: BusinessClock::real(),
        store: store.clone(),
        keys: Arc::clone(keys),
        randomness: randomness.clone(),
        tasks: tasks.clone(),
        exchanges: None,
        outbound: OutboundClient::new(
            Policy::new(UrlPolicy::Production),
            tls_with_web_roots(&[]).unwrap(),
            Resolver::System,
        ),
        slots: Arc::new(Slots::new(256)),
        tokens: TokenSource::new(|_| Err(TokenRefused::NotEligible)),
        settings: Settings {
            own_listener: ([127, 0, 0, 1], 8480).into(),
            public_url: "https://wallet.example".to_owned(),
            base_path: String::new(),
            environment: Environment::PRODUCTION,
            keeps_late_answers: false,
            prompts_per_number: 5,
            batch_mode: BatchMode::OnDemand,
            batch_kept_days: 7,
            crash_points: CrashPoints::default(),
            sends_within: Duration::from_millis(SENDS_WITHIN_MS),
        },
    })
}

fn access_tokens(randomness: &Randomness) -> AccessTokens {
    let settings = TokenSettings {
        issuer: "https://wallet.example".to_owned(),
        audience: "8a3f0c5e-27d4-4f19-9b6a-5c1e7d02b948".to_owned(),
        lifetime_s: 86_400,
    };
    let pair = Arc::new(SigningKeyPair::generate().unwrap());
    AccessTokens::new(settings, SigningKey::ready_made(pair), randomness.clone())
}

/// Every route that only a sandbox has.
const SANDBOX_ONLY: [(&str, &str); 35] = [
    ("POST", "/psp/v3/integration-test/psppayments/p-1/approve"),
    ("POST", "/PSP/v3/Integration-Test/PspPayments/p-1/Approve/"),
    ("GET", "/psp/v3/integration-test/psppayments/p-1/approve"),
    ("POST", "/control/v1/payments/p-1/approve"),
    ("GET", "/control/v1/payments/p-1/await?state=RESERVED"),
    ("GET", "/control/v1/batch/1/await"),
    ("POST", "/control/v1/payments/p-1/cancel"),
    ("POST", "/control/v1/payments/p-1/step-up"),
    ("POST", "/control/v1/payments/p-1/expire"),
    ("GET", "/control/v1/users"),
    ("GET", "/control/v1/users/12345678"),
    ("PUT", "/control/v1/users/12345678/script"),
    ("DELETE", "/control/v1/users/12345678/script"),
    ("GET", "/control/v1/clock"),
    ("POST", "/control/v1/clock/freeze"),
    ("POST", "/control/v1/clock/resume"),
    ("POST", "/control/v1/clock/advance"),
    ("POST", "/control/v1/clock/auto"),
    ("POST", "/control/v1/clock/reset"),
    ("GET", "/control/v1/exchanges"),
    ("GET", "/control/v1/exchanges/1"),
    ("GET", "/control/v1/exchanges/stream"),
    ("GET", "/control/v1/tenants"),
    ("POST", "/control/v1/tenants"),
    ("GET", "/control/v1/tenants/a"),
    ("DELETE", "/control/v1/tenants/a"),
    ("POST", "/control/v1/tenants/a/reset"),
    ("GET", "/"),
    ("GET", "/phone"),
    ("GET", "/phone/default"),
    ("GET", "/phone?link=x"),
    ("POST", "/control/v1/dashboard/links"),
    ("GET", "/dashboard"),
    ("GET", "/dashboard/sign-in?once=x"),
    ("POST", "/dashboard/payments/1/cancel"),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_route_of_the_sandbox_answers_in_production() {
    let production = Production::new();
    for (method, path) in SANDBOX_ONLY {
        let (status, headers, body) = production.asks(method, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}: {body}");
        assert!(!headers.contains_key("lommebok-hint"), "{method} {path} helps a stranger");
        assert!(!headers.contains_key("lommebok-exchange"), "{method} {path} is kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_production_lacks_is_one_of_the_sandbox() {
    let app = TestApp::start().await;
    for (method, path) in SANDBOX_ONLY {
        let method = method.parse().unwrap();
        let answer = app.client().request(method, app.url(path)).send().await.unwrap();
        assert_ne!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn production_serves_what_a_real_service_needs() {
    let production = Production::new();
    for (method, path, expected) in [
        ("GET", "/healthz", StatusCode::OK),
        ("GET", "/readyz", StatusCode::OK),
        ("GET", "/metrics", StatusCode::OK),
        ("GET", "/openapi.json", StatusCode::OK),
        ("GET", "/.well-known/jwks.json", StatusCode::OK),
        ("GET", "/control/v1/payments", StatusCode::OK),
        ("POST", "/control/v1/batch/run", StatusCode::OK),
        ("GET", "/control/v1/batch/report", StatusCode::OK),
        ("POST", "/accesstoken/get", StatusCode::BAD_REQUEST),
        ("POST", "/psp/v3/psppayments/init", StatusCode::UNAUTHORIZED),
        ("POST", "/psp/v3/psppayments/updatestatus", StatusCode::UNAUTHORIZED),
        ("GET", "/psp/v3/psppayments/p-1/details", StatusCode::UNAUTHORIZED),
        ("GET", "/merchant-management/psp/v1/merchants", StatusCode::UNAUTHORIZED),
        ("GET", "/app/v1/payments", StatusCode::UNAUTHORIZED),
        ("GET", "/dwo-api-application/v1/deeplink/vippsgateway?v=2&token=x", StatusCode::NOT_FOUND),
    ] {
        let (status, _, body) = production.asks(method, path).await;
        assert_eq!(status, expected, "{method} {path}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_lives_and_is_not_ready() {
    let production = Production::new();
    production.tasks.stop();
    let (status, _, body) = production.asks("GET", "/readyz").await;
    assert_eq!((status, body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    assert_eq!(production.asks("GET", "/healthz").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_link_leads_to_no_simulator() {
    let production = Production::new();
    let (_, _, page) = production.asks("GET", "/dwo-api-application/v1/deeplink/vippsgateway?v=2&token=x").await;
    assert!(page.contains("<html"), "{page}");
    assert!(!page.contains("/phone"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_at_a_path_of_nobody_is_told_so_and_led_to_no_start_page() {
    let production = Production::new();
    let request = Request::builder().uri("/nowhere").header("accept", "text/html,*/*;q=0.8");
    let (status, _, page) = production.answers(request).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("Page not found") && !page.contains("href=\"/\""), "{page}");
}

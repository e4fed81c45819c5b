//! The OpenAPI documents of Control API and App API: each is served as it is committed, has the routes of the source and of the page for
//! people and no other, and the methods that the server says it takes.

use std::collections::{BTreeMap, BTreeSet};

use lommebok_testkit::cases::Call;
use lommebok_testkit::test_app::TestApp;
use serde_json::Value;

/// A document, and what it is about.
struct Described {
    base: &'static str,
    document: &'static str,
    /// The page for people, with a heading for each call.
    page: &'static str,
    /// The source that lists the routes, each on a line of its own, and what their paths there lack.
    routes: &'static str,
    prefix: &'static str,
}

const CONTROL: Described = Described {
    base: "/control/v1",
    document: include_str!("../../../../docs/openapi/control-v1.json"),
    page: include_str!("../../../../docs/control-api.md"),
    routes: include_str!("../../src/http/control/mod.rs"),
    prefix: "",
};

const APP: Described = Described {
    base: "/app/v1",
    document: include_str!("../../../../docs/openapi/app-v1.json"),
    page: include_str!("../../../../docs/app-api.md"),
    routes: include_str!("../../src/http/app/mod.rs"),
    prefix: "/app/v1",
};

type Methods = BTreeMap<String, BTreeSet<String>>;

impl Described {
    fn parsed(&self) -> Value {
        serde_json::from_str(self.document).expect("the document is JSON")
    }

    /// The methods of each path.
    fn methods(&self) -> Methods {
        let document = self.parsed();
        let paths = document["paths"].as_object().expect("paths are an object").iter();
        let methods = |item: &Value| item.as_object().expect("an item is an object").keys().cloned().collect();
        paths.map(|(path, item)| (path.clone(), methods(item))).collect()
    }

    fn methods_in_source(&self) -> Methods {
        let route = |line: &str| {
            let (path, handlers) = line.split_once(".route(\"")?.1.split_once("\", ")?;
            let has = |method: &&str| handlers.contains(&format!("{method}("));
            let methods: BTreeSet<String> =
                ["get", "post", "put", "delete"].iter().filter(|m| has(m)).map(|m| (*m).to_owned()).collect();
            (!methods.is_empty()).then(|| (format!("{}{path}", self.prefix), methods))
        };
        let mut all = Methods::new();
        for (path, methods) in self.routes.lines().filter_map(route) {
            all.entry(path).or_default().extend(methods);
        }
        all
    }

    /// The methods of each path that has a heading such as ``### GET `/app/v1/receipts?before={cursor}` ``.
    fn methods_on_page(&self) -> Methods {
        let mut all = Methods::new();
        let headings = self.page.lines().filter(|line| line.starts_with('#'));
        for (method, path) in headings.filter_map(|line| line.trim_start_matches(['#', ' ']).split_once(" `/")) {
            let path = path.split(['`', '?']).next().unwrap_or_default();
            all.entry(format!("/{path}")).or_default().insert(method.to_lowercase());
        }
        all
    }

    async fn is_true_of(&self, app: &TestApp) {
        let served = app.exchange(&Call::new("GET", format!("{}/openapi.json", self.base))).await.expect("an answer");
        assert_eq!((served.status.as_u16(), &*served.text), (200, self.document));
        let methods = self.methods();
        assert_eq!(methods, self.methods_in_source());
        assert_eq!(methods, self.methods_on_page());
        for (path, methods) in methods {
            let call = Call::new("OPTIONS", path.replace("{id}", "1"));
            let call = call.set("Authorization", format!("Bearer {}", app.control_token()));
            let answer = app.exchange(&call).await.expect("an answer");
            let allowed = answer.headers.get("allow").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let allowed = allowed.split(',').map(str::to_lowercase).filter(|method| method != "head").collect();
            assert_eq!((answer.status.as_u16(), methods), (405, allowed), "{path}");
        }
    }

    fn refers_to_what_it_has(&self) {
        let document = self.parsed();
        let references = self.document.split("\"#/components/").skip(1);
        let used: BTreeSet<&str> = references.filter_map(|rest| rest.split('"').next()).collect();
        let defined: BTreeSet<String> = ["schemas", "responses"]
            .iter()
            .flat_map(|kind| {
                document["components"][kind]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(move |(name, _)| format!("{kind}/{name}"))
            })
            // What the event stream carries is named in words.
            .filter(|name| name != "schemas/ChangedPayment")
            .collect();
        assert_eq!(used, defined.iter().map(String::as_str).collect());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_api_is_described_as_it_is() {
    let app = TestApp::start().await;
    CONTROL.is_true_of(&app).await;
    CONTROL.refers_to_what_it_has();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_api_is_described_as_it_is() {
    let app = TestApp::start().await;
    APP.is_true_of(&app).await;
    APP.refers_to_what_it_has();
    app.stop().await;
}

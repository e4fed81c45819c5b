//! What every journey begins with: a running sandbox and two browsers, the customer's desk and the customer's phone.

use lommebok_testkit::browser::Browser;
use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::server_process::{Launch, ServerProcess};
use serde_json::Value;

/// The first seeded user's.
pub(crate) const NUMBER: &str = "12345678";
/// And the PIN.
pub(crate) const PIN: &str = "1236";

/// The sandbox and who uses it.
pub(crate) struct Stage {
    pub(crate) launch: Launch,
    pub(crate) server: ServerProcess,
    pub(crate) desk: Browser,
    pub(crate) phone: Browser,
    variables: Value,
    _directory: tempfile::TempDir,
}

impl Stage {
    /// `lommebok dev` with these further arguments; `None` when browser tests are left out.
    pub(crate) async fn set(arguments: &[&str]) -> Option<Self> {
        let (Some(desk), Some(phone)) = (Browser::desktop().await, Browser::phone().await) else { return None };
        let directory = tempfile::tempdir().unwrap();
        let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path());
        let server = ServerProcess::start(&launch.with(arguments)).await;
        let variables = serde_json::from_str(&launch.printed(&["env", "--json"])).unwrap();
        Some(Self { launch, server, desk, phone, variables, _directory: directory })
    }

    /// The same, and the phone is signed in.
    pub(crate) async fn with_a_phone(arguments: &[&str]) -> Option<Self> {
        let stage = Self::set(arguments).await?;
        let phone = &stage.phone;
        phone.go(&format!("{}/phone", stage.server.base())).await;
        phone.fill("Mobile number", NUMBER).await;
        phone.fill("PIN", PIN).await;
        phone.press("Sign in").await;
        phone.sees("Hello, Kari").await;
        Some(stage)
    }

    /// An address of the shop.
    pub(crate) fn shop(&self, path: &str) -> String {
        let shop = self.variables["SHOP_URL"].as_str().unwrap();
        format!("{}{path}", shop.trim_end_matches('/'))
    }

    /// Buys a product through the landing page and stays on the wallet's waiting page.
    pub(crate) async fn buy(&self, product: &str) {
        self.desk.go(&self.shop(&format!("/checkout?product={product}"))).await;
        self.desk.fill("Mobile number optional, except for a notification", NUMBER).await;
        self.desk.press("Pay with the wallet").await;
        self.desk.arrives_at(self.server.base()).await;
        self.desk.press("Next").await;
        self.desk.sees("Open your app and approve").await;
    }

    /// Sends a product's payment straight to the phone, and stays on its order page.
    pub(crate) async fn push(&self, product: &str) {
        self.desk.go(&self.shop(&format!("/checkout?product={product}"))).await;
        self.desk.press("Straight to my phone").await;
        self.desk.fill("Mobile number optional, except for a notification", NUMBER).await;
        self.desk.press("Pay with the wallet").await;
        self.desk.sees("Approve on your phone").await;
    }

    /// Opens the page of the newest order in a browser, by way of the back office.
    pub(crate) async fn newest_order(&self, browser: &Browser) {
        browser.go(&self.shop("/backoffice")).await;
        browser.press("1").await;
        browser.press("the customer’s page").await;
    }

    /// The user approves the newest request at this price.
    pub(crate) async fn approve(&self, price: &str) {
        self.phone.press("Fjellkroa Kaffe asks for").await;
        self.phone.press(&format!("Pay {price}")).await;
    }

    /// `lommebok clock advance`: what becomes due on the way is done when it returns.
    pub(crate) fn advance(&self, by: &str) {
        self.launch.printed(&["clock", "advance", by]);
    }

    /// Waits until so many outcomes are unknown to the wallet, as its operator sees it.
    pub(crate) async fn unknown_outcomes(&self, count: usize) {
        let what = format!("{count} unknown outcomes");
        wait_until(&what, async || {
            let listed = self.launch.printed(&["payments", "list", "--outcome-unknown", "--json"]);
            let listed: Value = serde_json::from_str(&listed).unwrap();
            (listed["payments"].as_array().unwrap().len() == count).then_some(())
        })
        .await;
    }

    /// The back office compares ledger and wallet: all of so many payments agree.
    pub(crate) async fn all_agree(&self, payments: usize) {
        let agree = format!("{payments} compared, {payments} agree, 0 differ.");
        wait_until(&agree, async || {
            self.desk.go(&self.shop("/backoffice/reconciliation")).await;
            self.desk.text().await.contains(&agree).then_some(())
        })
        .await;
    }

    /// Sees that no page had anything to complain of, and that the sandbox stops in order.
    pub(crate) async fn strike(self) {
        self.desk.close().await;
        self.phone.close().await;
        self.server.stop().await;
    }
}

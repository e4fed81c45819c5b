//! What every test here begins with: a wallet with a clock of its own, and a shop that somebody else runs.

use lommebok_testkit::browser::Site;
use lommebok_testkit::test_app::{Started, TestApp};
use serde_json::{Value, json};

/// A wallet and a shop.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) shop: Site,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self { app: TestApp::start().await, shop: Site::start().await }
    }

    /// Starts a payment that leads back to the shop.
    pub(crate) async fn payment(&self, id: &str) -> Started {
        self.payment_with(id, json!({})).await
    }

    /// The same with other members.
    pub(crate) async fn payment_with(&self, id: &str, changes: Value) -> Started {
        let mut all = json!({"pspRedirectUrl": self.shop.url("/thanks")});
        for (name, value) in changes.as_object().expect("changes are an object") {
            all[name] = value.clone();
        }
        self.app.init_with(id, all).await
    }

    /// Ends, and sees that the wallet left nothing over. Close the browsers first.
    pub(crate) async fn strike(self) {
        self.app.stop().await;
    }
}

//! One payment in each state, for rules that differ by state. What is due has happened before this returns, so that no row
//! is added behind a table's back.

use std::collections::BTreeMap;
use std::time::Duration;

use lommebok_app_api::{Payment, PaymentState};
use lommebok_domain::payment::Notice;

use crate::fake_psp::{Gate, Reply};
use crate::landing_page::LandingPage;
use crate::test_app::{Started, TestApp};

/// Payments by the name of their state; those that failed are `FAILED-certain` and `FAILED-unknown`.
#[derive(Debug)]
pub struct EachState {
    /// The payments. Their ids are `in-` and the name.
    pub payments: BTreeMap<&'static str, Started>,
    /// Holds the answer that the payment in AUTHORIZING waits for.
    pub gate: Gate,
}

impl EachState {
    /// Starts them all, for the first PSP's first merchant.
    ///
    /// # Panics
    /// When one does not come into its state.
    pub async fn of(app: &TestApp) -> Self {
        let mut all = Self { payments: BTreeMap::new(), gate: Gate::new() };
        all.init(app, "EXPIRED").await;
        drop(app.advance(Duration::from_mins(5)).await);
        all.init(app, "CANCELLED").await;
        LandingPage::open(app, &all.payments["CANCELLED"]).await.cancel().await;
        all.init(app, "AWAITING_USER").await;
        all.init(app, "AWAITING_APPROVAL").await;
        LandingPage::open(app, &all.payments["AWAITING_APPROVAL"]).await.confirm("12345678").await;
        let replies = [
            ("RESERVED", Reply::Ok),
            ("FAILED-certain", Reply::Fail(82)),
            ("FAILED-unknown", Reply::Reset),
            ("STEP_UP", Reply::SoftDecline("https://3ds.example/".to_owned())),
        ];
        for (name, reply) in replies {
            all.init(app, name).await;
            app.psp.answer(&all.payments[name].id, [reply]);
            drop(app.force_approve(&all.payments[name]).await.succeeded());
        }
        all.authorizing(app).await;
        for (name, payment) in &all.payments {
            let state = name.split('-').next().unwrap_or_default();
            let settled = |notice| !matches!(notice, Notice::Due { .. });
            app.until(&payment.id, |payment| payment.state.name().as_str() == state && settled(payment.notice)).await;
        }
        all
    }

    async fn init(&mut self, app: &TestApp, name: &'static str) {
        let started = app.init(&format!("in-{name}")).await;
        self.payments.insert(name, started);
    }

    /// Approved on the phone, because force-approve waits for the outcome.
    async fn authorizing(&mut self, app: &TestApp) {
        self.init(app, "AUTHORIZING").await;
        let payment = &self.payments["AUTHORIZING"];
        app.psp.answer(&payment.id, [Reply::Ok.held_by(&self.gate)]);
        let phone = app.first_phone().await;
        let opened: Payment = phone.open(&payment.link).await.succeeded().read();
        let approved = phone.approve(&opened.id, &phone.card("VISA").await).await.succeeded();
        assert_eq!(approved.read::<Payment>().state, PaymentState::Authorizing);
        drop(app.psp.wait_for_payment(&payment.id, 1).await);
    }
}

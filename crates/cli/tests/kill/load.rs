//! The load: workers that start, approve, cancel, report and read payments until the server is gone.
//!
//! A worker records before it sends and acknowledges after the whole answer; a lost answer ends it, since the server is dead.

use std::sync::{Arc, Mutex};

use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::{FakePsp, Gate, Reply};
use lommebok_testkit::recorder::check::Wrong;
use lommebok_testkit::recorder::{Known, Plan, RecordedEntry, RecordedPayment, Recorder};
use lommebok_testkit::server_process::{Lost, PspClient, ServerProcess};
use lommebok_testkit::test_app::Answer;
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::world::{Random, World};

/// Workers at once.
const WORKERS: usize = 32;
/// Entries of a request that takes more than one commit (500 each).
const MANY_ENTRIES: u64 = 600;

/// How many payments out of a hundred the PSP does not simply answer with OK.
#[derive(Clone, Copy)]
pub(super) enum Psp {
    /// None.
    SaysOk,
    /// A third: it refuses, wants 3-D Secure, or is late.
    IsMixed,
}

/// The load on one server.
#[derive(Clone)]
pub(super) struct Load {
    client: PspClient,
    phone: FakePhone,
    card: String,
    psp: Arc<FakePsp>,
    recorder: Arc<Recorder>,
    random: Arc<Random>,
    seen: Arc<Mutex<Vec<Wrong>>>,
    gate: Gate,
    kill: usize,
    behaviour: Psp,
}

impl Load {
    pub(super) async fn new(world: &World, server: &ServerProcess, client: &PspClient, behaviour: Psp) -> Self {
        let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
        let card = phone.card("VISA").await;
        Self {
            client: client.clone(),
            phone,
            card,
            psp: Arc::clone(&world.psp),
            recorder: Arc::clone(&world.recorder),
            random: Arc::clone(&world.random),
            seen: Arc::clone(&world.seen),
            gate: world.gate.clone(),
            kill: world.kill,
            behaviour,
        }
    }

    /// Starts the workers. They end by themselves when the server is gone.
    pub(super) fn start(&self) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let load = self.clone();
            workers.spawn(async move {
                let mut own = Vec::new();
                while load.step(worker, &mut own).await.is_ok() {}
            });
        }
        workers
    }

    /// One thing that a PSP, its customer or a 3-D Secure page does. `own` are the worker's payments, oldest first.
    async fn step(&self, worker: usize, own: &mut Vec<String>) -> Result<(), Lost> {
        match self.random.below(100) {
            0..50 => {
                let id = format!("kill-{}-{worker}-{}", self.kill, own.len());
                own.push(id.clone());
                self.pay(&id).await
            }
            50..85 => self.report(own).await,
            _ => self.read_back(own).await,
        }
    }

    async fn pay(&self, id: &str) -> Result<(), Lost> {
        let plan = self.plan();
        let payment = RecordedPayment {
            id: id.to_owned(),
            // Beyond the magic amounts, which repeat their cryptogram.
            amount: self.random.between(50_000, 99_999),
            plan,
            init: Known::Sent,
            token: None,
            outcome: None,
        };
        self.psp.answer(id, self.replies(plan));
        let body = payment.init_body(&self.psp.make_payment_url());
        self.recorder.starts(payment);
        let answer = self.client.post("/psp/v3/psppayments/init", &body, id).await?;
        if !answer.status.is_success() {
            return self.saw(id, &answer);
        }
        let link = answer.json["vippsRedirectUrl"].as_str().unwrap_or_default();
        let token = link.rsplit_once("token=").map_or("", |(_, token)| token).to_owned();
        self.recorder.started(id, &token);
        match (plan, self.random.below(100)) {
            (_, 0..8) => Ok(()),
            (_, 8..12) => self.cancel_on_phone(link).await,
            (Plan::Late, _) | (_, 12..40) => self.approve_on_phone(link).await,
            (plan, _) => {
                self.approve_by_force(id, &token).await?;
                if plan == Plan::StepUp { self.pass_3d_secure(id).await } else { Ok(()) }
            }
        }
    }

    fn plan(&self) -> Plan {
        match (self.behaviour, self.random.below(100)) {
            (Psp::IsMixed, 0..10) => Plan::Fail,
            (Psp::IsMixed, 10..22) => Plan::StepUp,
            (Psp::IsMixed, 22..32) => Plan::Late,
            _ => Plan::Ok,
        }
    }

    fn replies(&self, plan: Plan) -> Vec<Reply> {
        match plan {
            Plan::Ok => vec![Reply::Ok],
            Plan::Fail => vec![Reply::Fail(82)],
            Plan::StepUp => vec![Reply::SoftDecline("http://127.0.0.1:9/3ds".to_owned()), Reply::Ok],
            Plan::Late => vec![Reply::Ok.held_by(&self.gate), Reply::Ok],
        }
    }

    async fn approve_by_force(&self, id: &str, token: &str) -> Result<(), Lost> {
        self.recorder.approved(id, Known::Sent);
        let path = format!("/psp/v3/integration-test/psppayments/{id}/approve");
        let body = json!({"customerPhoneNumber": "12345678", "token": token});
        let answer = self.client.send(self.client.call(Method::POST, &path).json(&body)).await?;
        if !answer.status.is_success() {
            return self.saw(id, &answer);
        }
        self.recorder.approved(id, Known::Acknowledged);
        Ok(())
    }

    async fn approve_on_phone(&self, link: &str) -> Result<(), Lost> {
        if let Some(number) = self.open_on_phone(link).await? {
            let approve = self.phone.call(Method::POST, &format!("/payments/{number}/approve"));
            self.client.send(approve.json(&json!({"cardId": self.card}))).await?;
        }
        Ok(())
    }

    async fn cancel_on_phone(&self, link: &str) -> Result<(), Lost> {
        if let Some(number) = self.open_on_phone(link).await? {
            self.client.send(self.phone.call(Method::POST, &format!("/payments/{number}/cancel"))).await?;
        }
        Ok(())
    }

    async fn open_on_phone(&self, link: &str) -> Result<Option<String>, Lost> {
        let open = self.phone.call(Method::POST, "/payments/open").json(&json!({"link": link}));
        let opened = self.client.send(open).await?;
        Ok(opened.json["id"].as_str().map(str::to_owned))
    }

    async fn pass_3d_secure(&self, id: &str) -> Result<(), Lost> {
        let requests = self.psp.requests_for(id);
        if let Some(url) = requests.last().and_then(|request| request.operation_url("3dssuccess")) {
            self.client.send(self.client.plain(url)).await?;
        }
        Ok(())
    }

    /// Reports captures, refunds and releases, more than can be applied; now and then a request of several commits.
    async fn report(&self, own: &[String]) -> Result<(), Lost> {
        let count = if self.random.percent(3) { MANY_ENTRIES } else { self.random.between(1, 20) };
        let entries: Vec<RecordedEntry> = (0..count).filter_map(|_| self.entry(own, count)).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let request = self.recorder.reports(entries);
        let answer = self.client.post("/psp/v3/psppayments/updatestatus", &request.body(), &request.key()).await?;
        if !answer.status.is_success() {
            return self.saw(&request.marker(), &answer);
        }
        self.recorder.reported(request.number);
        Ok(())
    }

    fn entry(&self, own: &[String], count: u64) -> Option<RecordedEntry> {
        // The newest payments most: they may be with the PSP right now.
        let back = usize::try_from(self.random.below(12)).ok()?;
        let id = own.get(own.len().checked_sub(back.checked_add(1)?)?)?;
        let payment = self.recorder.payment(id)?;
        let reserved = payment.plan == Plan::Ok && payment.outcome == Some(Known::Acknowledged);
        // A release in full is a thing of its own, and one before the reservation cancels.
        let status = match self.random.below(10) {
            0..7 => "CAPTURED",
            7..9 => "REFUNDED",
            _ if reserved => "CANCELLED",
            _ => "CAPTURED",
        };
        let most = if count == MANY_ENTRIES { 50 } else { payment.amount / 2 };
        Some(RecordedEntry { id: id.clone(), status, amount: self.random.between(1, most) })
    }

    /// What was acknowledged can be read at once.
    async fn read_back(&self, own: &[String]) -> Result<(), Lost> {
        let index = usize::try_from(self.random.below(own.len().try_into().unwrap_or(0))).unwrap_or(0);
        let Some(payment) = own.get(index).and_then(|id| self.recorder.payment(id)) else { return Ok(()) };
        let answer = self.client.details(&payment.id).await?;
        if payment.init == Known::Acknowledged && !answer.status.is_success() {
            return self.saw(&payment.id, &answer);
        }
        Ok(())
    }

    /// An answer that must not be; the load goes on.
    #[expect(clippy::unnecessary_wraps, reason = "it stands where an answer was wanted")]
    fn saw(&self, id: &str, answer: &Answer) -> Result<(), Lost> {
        let what = format!("answered {} {} under load", answer.status, answer.text);
        self.seen.lock().unwrap().push(Wrong { payment: id.to_owned(), what });
        Ok(())
    }
}

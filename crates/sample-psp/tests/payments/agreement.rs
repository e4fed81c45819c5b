//! After any sequence of operations, losses and repeats, then faults off, an hour advanced and reconciliation run: wallet,
//! ledger and acquirer agree on every payment, and no outcome is unknown.

use std::sync::Arc;
use std::time::Duration;

use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sdk::PspTransactionId;
use lommebok_sdk::transport::HttpTransport;
use lommebok_testing::{Card, State};
use proptest::prelude::*;
use reqwest::Method;
use tokio_util::task::TaskTracker;

use crate::faults::{Fault, Faults, FaultyAcquirer, FaultyTransport, Proxy};
use crate::world::{MAY_PUSH, World, id, send};

/// Something that a party does with one of the payments.
#[derive(Clone, Debug)]
enum Step {
    Create(i64),
    /// Straight to the phone: the user may be faster than the answer to the init.
    Push(i64),
    Approve(usize, Card),
    /// The bank's page: `code&code=1234`, `cancel` or `fail`; then the phone goes back.
    Bank(usize, &'static str),
    UserCancels(usize),
    Operate(usize, &'static str, Option<i64>),
    Advance(u64),
    Work,
    Restart,
    ToWallet(Vec<Fault>),
    ToAcquirer(Vec<Fault>),
    FromWallet(Vec<Fault>),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        2 => Just(Fault::None),
        2 => Just(Fault::RequestLost),
        3 => Just(Fault::AnswerLost),
        1 => Just(Fault::Twice),
    ]
}

/// Approved, refused, and stepped up.
const AMOUNTS: [i64; 9] = [49_900, 49_900, 10_000, 189, 202, 171, 197, 4_200, 2_200];

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..3;
    let card = prop_oneof![3 => Just(Card::Visa), 2 => Just(Card::Mastercard)];
    let faults = || prop::collection::vec(fault(), 1..5);
    prop_oneof![
        3 => prop::sample::select(AMOUNTS.to_vec()).prop_map(Step::Create),
        3 => prop::sample::select(AMOUNTS.to_vec()).prop_map(Step::Push),
        6 => (which.clone(), card).prop_map(|(which, card)| Step::Approve(which, card)),
        3 => (which.clone(), prop::sample::select(vec!["code&code=1234", "code&code=1234", "cancel", "fail"]))
            .prop_map(|(which, way)| Step::Bank(which, way)),
        1 => which.clone().prop_map(Step::UserCancels),
        6 => (which, prop::sample::select(vec!["captures", "captures", "cancel", "refunds"]),
              prop_oneof![Just(None), Just(Some(5_000)), Just(Some(1_000)), Just(Some(99))])
            .prop_map(|(which, what, amount)| Step::Operate(which, what, amount)),
        2 => prop::sample::select(vec![1_u64, 15, 16, 30, 300, 660]).prop_map(Step::Advance),
        2 => Just(Step::Work),
        1 => Just(Step::Restart),
        3 => faults().prop_map(Step::ToWallet),
        3 => faults().prop_map(Step::ToAcquirer),
        3 => faults().prop_map(Step::FromWallet),
    ]
}

pub(crate) struct Lines {
    pub(crate) to_wallet: Faults,
    pub(crate) to_acquirer: Faults,
    pub(crate) from_wallet: Faults,
}

/// A world whose every line may fail.
pub(crate) struct Run {
    pub(crate) world: World,
    pub(crate) lines: Lines,
    proxy: Proxy,
    pub(crate) payments: Vec<PspTransactionId>,
    operations: usize,
}

impl Run {
    pub(crate) async fn start(if_missing: IfMissing, tasks: &TaskTracker) -> Self {
        let lines =
            Lines { to_wallet: Faults::default(), to_acquirer: Faults::default(), from_wallet: Faults::default() };
        let proxy = Proxy::start(lines.from_wallet.clone(), tasks).await;
        let (to_wallet, to_acquirer) = (lines.to_wallet.clone(), lines.to_acquirer.clone());
        let public_url = proxy.url.parse().unwrap();
        let mut world = World::with(|config| {
            config.if_missing = if_missing;
            config.public_url = Some(public_url);
            config.wallet.transport =
                Some(Arc::new(FaultyTransport { inner: HttpTransport::new(), faults: to_wallet }));
            config.wrap_acquirer =
                Some(Arc::new(move |inner| Arc::new(FaultyAcquirer { inner, faults: to_acquirer.clone() })));
        })
        .await;
        world.msn = MAY_PUSH;
        proxy.leads_to(&format!("http://{}/", world.psp.address));
        Self { world, lines, proxy, payments: Vec::new(), operations: 0 }
    }

    /// Refusals and losses are no failures here: only the end counts.
    async fn take(mut self, step: Step) -> Self {
        match step {
            Step::Create(amount) => self.create(amount, "landing_page").await,
            Step::Push(amount) => self.create(amount, "push").await,
            Step::Approve(which, card) => {
                if let Some(id) = self.payments.get(which) {
                    drop(self.world.wallet.approve_with(id, card).await);
                }
            }
            Step::Bank(which, way) => self.bank(which, way).await,
            Step::UserCancels(which) => {
                if let Some(id) = self.payments.get(which) {
                    drop(self.world.wallet.cancel(id).await);
                }
            }
            Step::Operate(which, what, amount) => {
                self.operations += 1;
                if let Some(id) = self.payments.get(which) {
                    let key = format!("key-{}", self.operations);
                    for _ in 0..2 {
                        self.world.operate(id, what, amount, &key).await;
                    }
                }
            }
            Step::Advance(seconds) => self.world.advance(Duration::from_secs(seconds)).await,
            Step::Work => self.world.work().await,
            Step::Restart => {
                self.world = self.world.restarted().await;
                self.proxy.leads_to(&format!("http://{}/", self.world.psp.address));
            }
            Step::ToWallet(faults) => self.lines.to_wallet.plan(faults),
            Step::ToAcquirer(faults) => self.lines.to_acquirer.plan(faults),
            Step::FromWallet(faults) => self.lines.from_wallet.plan(faults),
        }
        self
    }

    pub(crate) async fn create(&mut self, amount: i64, flow: &str) {
        if self.payments.len() < 3 {
            let mut body = World::body(&format!("order-{}", self.payments.len()), amount);
            body["flow"] = flow.into();
            let created = send(self.world.call(Method::POST, "/payments").json(&body)).await.succeeded();
            self.payments.push(id(&created));
        }
    }

    async fn bank(&self, which: usize, way: &str) {
        let Some(id) = self.payments.get(which) else { return };
        let Ok(Some(page)) = self.world.wallet.step_up_page(id) else { return };
        let page = page.replace(&self.proxy.url, &format!("http://{}", self.world.psp.address));
        let request = self.world.http.post(&page).header("Content-Type", "application/x-www-form-urlencoded");
        request.body(format!("way={way}")).send().await.unwrap();
        let html = self.world.http.get(&page).send().await.unwrap().text().await.unwrap();
        let link =
            html.split("href=\"").find(|part| part.contains("data-leave")).and_then(|part| part.split('"').next());
        if let Some(link) = link {
            self.world.http.post(link.replace("&#38;", "&")).send().await.unwrap();
            drop(self.world.wallet.outcome(id).await);
        }
    }

    /// Faults off, an hour goes by, and everybody agrees.
    pub(crate) async fn agrees(self) {
        for line in [&self.lines.to_wallet, &self.lines.to_acquirer, &self.lines.from_wallet] {
            line.off();
        }
        for _ in 0..12 {
            self.world.advance(Duration::from_mins(5)).await;
        }
        assert!(self.world.differences().await.is_empty(), "{:?}", self.world.differences().await);
        for id in &self.payments {
            agree(&self.world, id).await;
        }
        self.world.stop().await;
    }
}

/// Wallet, ledger and acquirer say the same of a payment.
pub(crate) async fn agree(world: &World, id: &PspTransactionId) {
    let ledger = world.payment(id).await;
    let mut holding = Vec::new();
    for attempt in [1, 2] {
        holding.extend(world.standing(id, attempt).await.filter(|held| held.code.as_str() == "00" && !held.reversed));
    }
    let Ok(wallet) = world.wallet.payment(id) else {
        assert_eq!((ledger["state"].as_str(), holding.len()), (Some("REFUSED"), 0), "the wallet never knew {id}");
        return;
    };
    if wallet.state == State::Reserved {
        assert_eq!(ledger["state"], "RESERVED", "{id}: {wallet:?} {:?}", world.timeline(id).await);
        assert_eq!(holding.len(), 1, "{id}: {wallet:?}");
        let ours = ["captured", "cancelled", "refunded"].map(|sum| ledger[sum].as_i64().unwrap());
        assert_eq!(ours, [wallet.captured_ore, wallet.released_ore, wallet.refunded_ore], "{id}");
        assert_eq!(ours, [holding[0].captured, holding[0].released, holding[0].refunded], "{id}");
    } else {
        let over = [State::Failed, State::Cancelled, State::Expired].contains(&wallet.state);
        assert!(over, "{id} is {} at the wallet: {:?}", wallet.state, world.timeline(id).await);
        let over = ["FAILED", "CANCELLED", "EXPIRED", "REFUSED"].contains(&ledger["state"].as_str().unwrap());
        assert!(over && holding.is_empty(), "{id}: {ledger} {holding:?}");
    }
}

/// How many sequences are tried, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 24;

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    ProptestConfig { cases, max_shrink_iters: 200, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_was_lost_or_repeated_all_three_agree_in_the_end(
        steps in prop::collection::vec(step(), 1..28),
        pushed in any::<bool>(),
        reverses in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let tasks = TaskTracker::new();
            let if_missing = if reverses { IfMissing::Reverse } else { IfMissing::SendReserved };
            let mut run = Run::start(if_missing, &tasks).await;
            run.create(49_900, if pushed { "push" } else { "landing_page" }).await;
            for step in steps {
                run = run.take(step).await;
            }
            run.agrees().await;
        });
    }
}

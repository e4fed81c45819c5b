//! What holds whatever happens: both memories agree, and in any life of a payment, with restarts anywhere, nothing is
//! authorised twice, nothing is said twice differently, and what was authorised in vain is reversed.

use std::sync::Arc;
use std::time::Duration;

use lommebok_sdk::receiver::memory::{Remembered, Saved, Version};
use lommebok_sdk::receiver::{BoxError, InMemory, Memory, Record, SqliteMemory};
use lommebok_sdk::{ErrorId, PspTransactionId, Receiver};
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};

use crate::psp::{Act, Gate, Psp, TestReceiver, accept, notify, token};

/// A call to a memory: the payment, the record, the version that is to be replaced.
type Save = (usize, usize, Option<Version>);

const TEXTS: [&str; 4] = [
    r#"{"merchant_serial_number":"100001","stage":"none","notice":"taken","owed":null}"#,
    r#"{"merchant_serial_number":"100001","stage":{"running":{"attempt":"first","run":7}},"notice":null,"owed":null}"#,
    r#"{"merchant_serial_number":"100001","stage":{"answered":{"attempt":"first","outcome":"ok"}},"notice":null,"owed":null}"#,
    r#"{"merchant_serial_number":"100001","stage":{"step_up_passed":{"url":"https://psp.example/3ds/1"}},"notice":null,"owed":null}"#,
];

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

async fn saved(memory: &impl Memory, saves: &[Save]) -> Vec<String> {
    let id = |number: usize| PspTransactionId::new(format!("a{number}")).unwrap();
    let mut seen = Vec::new();
    for (payment, record, replaces) in saves {
        let record = Record::from_text(TEXTS[*record]).unwrap();
        seen.push(format!("{:?}", memory.save(&id(*payment), &record, *replaces).await.unwrap()));
        let found = memory.load(&id(*payment)).await.unwrap();
        seen.push(found.map_or_else(String::new, |found| format!("{} {}", found.version, found.record.to_text())));
        let mut unsettled = memory.unsettled().await.unwrap();
        unsettled.sort();
        seen.push(format!("{unsettled:?}"));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_forms_of_the_memory_agree(
        saves in prop::collection::vec((0..3_usize, 0..4_usize, prop::option::of(0..4_u64)), 1..40)
    ) {
        let directory = tempfile::tempdir().unwrap();
        let file = SqliteMemory::open(directory.path().join("memory.db")).unwrap();
        // No timer is waited for, so paused time has nothing to jump to.
        let (in_memory, in_file) =
            runtime().block_on(async { (saved(&InMemory::new(), &saves).await, saved(&file, &saves).await) });
        prop_assert_eq!(in_memory, in_file);
    }
}

/// What can happen in the life of a payment.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Accepted,
    Notice,
    StepUpPassed,
    SecondsPass(u64),
    GateOpens,
    Restart,
}

/// What the handler does with an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Plan {
    Ok,
    Fail,
    SoftDecline,
    Panic,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        5 => Just(Happening::Accepted),
        1 => Just(Happening::Notice),
        2 => Just(Happening::StepUpPassed),
        2 => (1..20_u64).prop_map(Happening::SecondsPass),
        2 => Just(Happening::GateOpens),
        1 => Just(Happening::Restart),
    ]
}

fn plan() -> impl Strategy<Value = (Plan, bool)> {
    let plan = prop_oneof![Just(Plan::Ok), Just(Plan::Fail), Just(Plan::SoftDecline), Just(Plan::Panic)];
    (plan, any::<bool>())
}

/// A memory that outlives the process that uses it.
#[derive(Clone, Debug, Default)]
struct Surviving(Arc<InMemory>);

impl Memory for Surviving {
    async fn load(&self, id: &PspTransactionId) -> Result<Option<Remembered>, BoxError> {
        self.0.load(id).await
    }

    async fn save(&self, id: &PspTransactionId, record: &Record, replaces: Option<Version>) -> Result<Saved, BoxError> {
        self.0.save(id, record, replaces).await
    }

    async fn unsettled(&self) -> Result<Vec<PspTransactionId>, BoxError> {
        self.0.unsettled().await
    }

    fn is_shared(&self) -> bool {
        false
    }
}

/// A process that can be killed: its tasks end where they are.
struct Process {
    runtime: Runtime,
    receiver: TestReceiver<Surviving>,
}

impl Process {
    fn start(psp: &Psp, memory: &Surviving) -> Self {
        let runtime = runtime();
        let builder = Receiver::builder(psp.clone(), memory.clone(), token());
        let receiver = runtime.block_on(builder.start()).unwrap();
        Self { runtime, receiver }
    }
}

/// What was seen from outside.
struct Story<'a> {
    psp: &'a Psp,
    memory: &'a Surviving,
    gate: &'a Gate,
    said: Arc<std::sync::Mutex<Vec<String>>>,
    passed: bool,
}

impl Story<'_> {
    fn live(&mut self, process: Process, happening: Happening) -> Process {
        let id: PspTransactionId = "a1".parse().unwrap();
        match happening {
            Happening::Accepted => {
                let (receiver, said) = (process.receiver.clone(), Arc::clone(&self.said));
                process.runtime.spawn(async move {
                    let answer = accept(&receiver, "a1").await;
                    said.lock().unwrap().push(answer);
                });
            }
            Happening::Notice => {
                let receiver = process.receiver.clone();
                process.runtime.spawn(async move { notify(&receiver, "a1", "TIMEOUT").await });
            }
            Happening::StepUpPassed => {
                self.passed |= process.runtime.block_on(process.receiver.step_up_passed(&id)).is_ok();
            }
            Happening::SecondsPass(seconds) => {
                process.runtime.block_on(async { tokio::time::advance(Duration::from_secs(seconds)).await });
            }
            Happening::GateOpens => self.gate.open(),
            Happening::Restart => {
                drop(process);
                return Process::start(self.psp, self.memory);
            }
        }
        process.runtime.block_on(async {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        });
        process
    }
}

fn acts(plans: [(Plan, bool); 2], gate: &Gate) -> Vec<Act> {
    let act = |(plan, held)| {
        let act = match plan {
            Plan::Ok => Act::Ok,
            Plan::Fail => Act::Fail(ErrorId::RefusedByIssuer),
            Plan::SoftDecline => Act::SoftDecline,
            Plan::Panic => Act::Panic,
        };
        if held { gate.holds(act) } else { act }
    };
    plans.into_iter().map(act).collect()
}

fn count(log: &[String], beginning: &str) -> usize {
    log.iter().filter(|line| line.starts_with(beginning)).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn in_any_life_nothing_is_authorised_twice_or_in_vain(
        plans in [plan(), plan()],
        happenings in prop::collection::vec(happening(), 1..30)
    ) {
        let (memory, gate) = (Surviving::default(), Gate::new());
        // Notices and reversals are answered without a script.
        let psp = Psp::default();
        let mut story = Story { psp: &psp, memory: &memory, gate: &gate, said: Arc::default(), passed: false };
        psp.attempts_will("a1", acts(plans, &gate));
        let mut process = Process::start(&psp, &memory);
        for happening in happenings {
            process = story.live(process, happening);
        }
        drop(process);
        gate.open();
        let process = Process::start(&psp, &memory);
        let last = process.runtime.block_on(async {
            let last = accept(&process.receiver, "a1").await;
            tokio::time::advance(Duration::from_secs(20)).await;
            process.receiver.finish().await;
            last
        });
        let log = psp.log();
        prop_assert!(count(&log, "accepted a1") <= 1, "{log:?}");
        prop_assert!(count(&log, "accepted again a1") <= usize::from(story.passed), "{log:?}");
        let said = story.said.lock().unwrap().clone();
        let reversed = count(&log, "reverse a1") > 0;
        prop_assert!(!(last == "OK" && reversed), "{log:?}");
        if said.iter().any(|said| said == "OK") {
            prop_assert_eq!(&last, "OK");
        }
        // The last attempt that was begun may have reserved money; unless the wallet counts it, it has been reversed.
        let attempts = count(&log, "accepted a1").saturating_add(count(&log, "accepted again a1"));
        if let Some((plan, _)) = attempts.checked_sub(1).and_then(|last| plans.get(last)) {
            let soft_declined_again = attempts == 2 && *plan == Plan::SoftDecline;
            let reserves = *plan == Plan::Ok || *plan == Plan::Panic || soft_declined_again;
            prop_assert!(!reserves || last == "OK" || reversed, "{last} {log:?}");
        }
        let firm: Vec<_> = said.iter().filter(|said| ["OK", "FAIL 82", "FAIL 85", "FAIL 91"].contains(&said.as_str())).collect();
        prop_assert!(firm.iter().all(|said| **said == last), "{said:?} {last}");
    }
}

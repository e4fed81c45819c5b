//! Killed at each of the six stages of an attempt, five times each, with other payments around it.
//!
//! The server stops dead when an attempt has come so far (`--hold-at`), and is killed there. What must be true then, and
//! after the next start, is in [`TABLE`], written by hand from docs/domain.md, §4: "At most once".

use lommebok_control_api::{Event, PaymentState};
use lommebok_testkit::fake_psp::Log;
use lommebok_testkit::recorder::check::{AllShown, Shown};
use lommebok_testkit::server_process::{PspClient, ServerProcess};
use reqwest::Method;

use super::after_the_kill::{ask_again, let_time_pass, look, look_back, settle};
use super::load::{Load, Psp};
use super::world::World;

/// Kills at each stage.
const KILLS_EACH: usize = 5;
/// The attempt that is held is one of the first so many.
const HELD_WITHIN: u64 = 12;

/// One stage, and what must be true of the payment whose attempt is held there. The PSP says OK to everybody.
struct Row {
    stage: &'static str,
    /// What the PSP has of it when the server is dead.
    at_the_psp: AtThePsp,
    /// Its attempt's phase in the database, as the next start finds it; the next start resumes what is queued.
    left_as: &'static str,
    /// Its state once every deadline has passed, and the cause if it failed.
    ends: (&'static str, Option<&'static str>),
    /// Whole tokens at the PSP in the end.
    tokens: usize,
    /// What the PSP's report makes of it.
    settled: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AtThePsp {
    Nothing,
    OneByte,
    TheToken,
}

#[rustfmt::skip]
const TABLE: [Row; 6] = [
    Row { stage: "approve-committed", at_the_psp: AtThePsp::Nothing,  left_as: "queued", ends: ("RESERVED", None),               tokens: 1, settled: "RESERVED" },
    Row { stage: "open-committed",    at_the_psp: AtThePsp::Nothing,  left_as: "open",   ends: ("FAILED", Some("process_lost")), tokens: 0, settled: "FAILED" },
    Row { stage: "first-byte",        at_the_psp: AtThePsp::OneByte,  left_as: "open",   ends: ("FAILED", Some("process_lost")), tokens: 0, settled: "FAILED" },
    Row { stage: "last-byte",         at_the_psp: AtThePsp::TheToken, left_as: "open",   ends: ("FAILED", Some("process_lost")), tokens: 1, settled: "RESERVED" },
    Row { stage: "answer-received",   at_the_psp: AtThePsp::TheToken, left_as: "open",   ends: ("FAILED", Some("process_lost")), tokens: 1, settled: "RESERVED" },
    Row { stage: "outcome-committed", at_the_psp: AtThePsp::TheToken, left_as: "ended",  ends: ("RESERVED", None),               tokens: 1, settled: "RESERVED" },
];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_at_any_stage_sends_no_token_twice_and_forgets_no_outcome() {
    let mut world = World::new().await;
    for _ in 0..KILLS_EACH {
        for row in &TABLE {
            kill_at(&mut world, row).await;
        }
    }
    let (server, client) = world.start().await;
    look_back(&world, &client).await;
    server.stop().await;
    world.expect_sound_database();
    world.print_figures("each stage");
}

async fn kill_at(world: &mut World, row: &Row) {
    world.next_kill();
    let before = world.psp.log();
    let numbers = hold_and_kill(world, row).await;
    let after = world.psp.log();
    world.expect_sound_database();
    let (server, client) = world.start().await;
    let held = names(&client, &numbers).await;
    expect_at_the_psp(world, row, (&before, &after), &held).await;
    ask_again(world, &client).await;
    let lost = let_time_pass(world, &client).await;
    for id in &held {
        assert_eq!(lost.contains(id), row.left_as == "open", "{}: kill {}, payment {id}", row.stage, world.kill);
    }
    let shown = look(world, &client, &lost).await;
    for id in &held {
        expect_end(world, row, id, &shown);
    }
    settle(world, &client).await;
    for id in &held {
        let payment = &world.looked_at[id];
        // A capture says that it is reserved, before the PSP's report could say otherwise.
        let settled = if is_captured(payment) { "RESERVED" } else { row.settled };
        assert_eq!(
            payment.state().map(PaymentState::as_str),
            Some(settled),
            "{}: kill {}, payment {id}",
            row.stage,
            world.kill
        );
    }
    server.stop().await;
}

/// Runs the load until the server stops dead, kills it, and answers the numbers of the payments that were held: more than
/// one where the server has several worker threads.
async fn hold_and_kill(world: &mut World, row: &Row) -> Vec<String> {
    let hold = format!("{}:{}", row.stage, world.random.between(1, HELD_WITHIN));
    let launch = world.launch.with(&["--hold-at", &hold]);
    let mut server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    // A slow machine must not use up the time that attempts are given.
    drop(client.control(Method::POST, "/clock/freeze", None).await);
    let mut workers = Load::new(world, &server, &client, Psp::SaysOk).await.start();
    let says = format!("held at {} payment ", row.stage);
    server.until_complained(|said| said.contains(&says)).await;
    let complained = server.kill().await;
    while workers.join_next().await.is_some() {}
    complained.lines().filter_map(|line| line.strip_prefix(&says)).map(str::to_owned).collect()
}

/// The `pspTransactionId`s of payments with these numbers.
async fn names(client: &PspClient, numbers: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for number in numbers {
        let payment = client.control(Method::GET, &format!("/payments/{number}"), None).await;
        names.push(payment["pspTransactionId"].as_str().unwrap().to_owned());
    }
    assert_ne!(names, Vec::<String>::new(), "some attempt was held");
    names
}

/// What the PSP had of the held payments when the server was dead; bytes that were on the way may still be arriving.
async fn expect_at_the_psp(world: &World, row: &Row, (before, after): (&Log, &Log), held: &[String]) {
    for id in held {
        if row.at_the_psp == AtThePsp::TheToken {
            assert_eq!(world.psp.wait_for_payment(id, 1).await.len(), 1, "{}: kill {}, {id}", row.stage, world.kill);
        } else {
            assert_eq!(after.requests_for(id), [], "{}: kill {}, payment {id}", row.stage, world.kill);
        }
    }
    if row.at_the_psp == AtThePsp::OneByte {
        let single_bytes = |log: &Log| {
            let since = log.connections.iter().skip(before.connections.len());
            since.filter(|connection| connection.bytes == 1).count()
        };
        world.psp.until(|log| single_bytes(log) >= held.len()).await;
    }
}

/// The state of a held payment once every deadline has passed. A capture that waited settles it by itself, as a PSP may.
fn expect_end(world: &World, row: &Row, id: &str, shown: &AllShown) {
    let payment: &Shown = &shown[id];
    let tokens = world.psp.requests_for(id).len();
    let context = format!("{}: kill {}, payment {id}: {:#?}", row.stage, world.kill, payment.operator);
    assert_eq!(tokens, row.tokens, "{context}");
    let causes: Vec<&str> = payment.failures().map(|failure| failure.cause.as_str()).collect();
    assert_eq!(causes, row.ends.1.into_iter().collect::<Vec<_>>(), "{context}");
    if !is_captured(payment) {
        assert_eq!(payment.state().map(PaymentState::as_str), Some(row.ends.0), "{context}");
    }
}

fn is_captured(payment: &Shown) -> bool {
    payment.events().any(|event| matches!(event, Event::Captured(_)))
}

//! An answer leaves only after its commit is durable, and a change needs no listener.

use std::sync::Arc;

use lommebok_store::{Change, CommitFault, Write};
use pollster::block_on;
use tokio::task::JoinSet;

use crate::gate::gated;
use crate::world::{TENANT, World, change, decided, name, new, terms};
use lommebok_domain::{Binding, Command, Payment, PaymentId, PspId, Terms, UserId};

#[tokio::test]
async fn no_answer_leaves_before_the_sync() {
    let (world, gate) = gated();
    gate.hold();
    let mut tasks = JoinSet::new();
    for _caller in 0..16 {
        let store = world.store.clone();
        tasks.spawn(async move { store.commit(change(new(terms(&name())))).await });
    }
    // Refusals wait as well: they may rest on a neighbour that is not durable yet.
    let store = world.store.clone();
    let payment = Payment::initiate(PaymentId::new(1_000), Arc::new(terms("stale")), Binding::Open);
    let stale = decided(&payment, Command::ConfirmNumber { to: Binding::User(UserId::new(1)) });
    tasks.spawn(async move { store.commit(change(Write::Payments(vec![stale]))).await });
    tokio::task::yield_now().await;
    gate.wait_until_reached();
    assert!(tasks.try_join_next().is_none());
    assert!(block_on(world.store.payment(TENANT, PaymentId::new(1))).unwrap().is_none());
    assert_eq!(gate.syncs(), 0);
    gate.open();
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 16);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(CommitFault::Stale(_)))).count(), 1);
}

#[tokio::test]
async fn a_change_goes_its_way_when_its_caller_is_gone() {
    let (world, gate) = gated();
    gate.hold();
    let mut tasks = JoinSet::new();
    let store = world.store.clone();
    tasks.spawn(async move { store.commit(change(new(terms("left-alone")))).await });
    tokio::task::yield_now().await;
    gate.wait_until_reached();
    tasks.shutdown().await;
    gate.open();
    // One more change comes after it in the same queue.
    world.payment().await;
    assert!(block_on(world.store.payment(TENANT, PaymentId::new(1))).unwrap().is_some());
    world.assert_sound();
}

#[tokio::test]
async fn one_caller_alone_pays_one_sync() {
    let (world, gate) = gated();
    for paid in 1..=5 {
        world.payment().await;
        assert_eq!(gate.syncs(), paid);
    }
}

#[tokio::test]
async fn a_closed_store_refuses_changes_and_still_reads() {
    let world = World::new();
    let payment = world.payment().await;
    world.store.close();
    world.store.close();
    let refused = world.initiate(terms("too-late")).await;
    assert_eq!(refused, Err(CommitFault::Closed));
    assert_eq!(world.read(payment.id), payment);
}

#[tokio::test]
async fn more_waiting_changes_than_allowed_are_refused_at_once() {
    let gate = crate::gate::Gate::default();
    let hook = gate.hook();
    let world = World::with(|options| {
        options.commit_hook = Some(hook);
        options.max_changes_waiting = 2;
    });
    gate.hold();
    let mut tasks = JoinSet::new();
    let mut queue = |count: usize| {
        for _change in 0..count {
            let store = world.store.clone();
            tasks.spawn(async move { store.commit(change(new(terms(&name())))).await });
        }
    };
    queue(1);
    tokio::task::yield_now().await;
    gate.wait_until_reached();
    queue(3);
    tokio::task::yield_now().await;
    gate.open();
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| **answer == Err(CommitFault::Overloaded)).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
}

#[tokio::test]
async fn one_psps_requests_leave_places_for_others_and_what_has_begun_goes_on() {
    let gate = crate::gate::Gate::default();
    let hook = gate.hook();
    let world = World::with(|options| {
        options.commit_hook = Some(hook);
        options.max_requests_waiting = 8;
    });
    let begun = world.payment().await;
    gate.hold();
    let mut tasks = JoinSet::new();
    let mut queue = |who: &'static str, change: Change| {
        let store = world.store.clone();
        tasks.spawn(async move { (who, store.commit(change).await) });
    };
    queue("held", change(new(terms(&name()))));
    tokio::task::yield_now().await;
    gate.wait_until_reached();
    for _ in 0..10 {
        queue("first", change(new(terms(&name()))));
    }
    for _ in 0..5 {
        queue("other", change(new(Terms { psp: PspId::new(9), ..terms(&name()) })));
    }
    let confirm = Command::ConfirmNumber { to: Binding::User(UserId::new(1)) };
    queue("begun", change(Write::Payments(vec![decided(&begun, confirm)])));
    tokio::task::yield_now().await;
    gate.open();
    let answers = tasks.join_all().await;
    let taken = |of: &str| answers.iter().filter(|(who, answer)| *who == of && answer.is_ok()).count();
    assert_eq!([taken("held"), taken("first"), taken("other"), taken("begun")], [1, 6, 2, 1]);
    let refused = |answer: &Result<_, CommitFault>| matches!(answer, Err(CommitFault::Overloaded));
    assert_eq!(answers.iter().filter(|(_, answer)| refused(answer)).count(), 7);
    let again = world.store.commit(change(new(terms(&name())))).await;
    assert!(again.is_ok(), "places come back: {again:?}");
}

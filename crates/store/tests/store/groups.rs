//! The rules of a group commit, each with every caller's answer written down in advance.

use lommebok_domain::{Binding, Command, Payment, Terms, UserId};
use lommebok_store::{CommitFault, Committed, Write};
use pollster::block_on;

use crate::gate::{gated, one_group};
use crate::world::{change, decided, key, name, new, terms};

fn bind(payment: &Payment, user: i64) -> Write {
    Write::Payments(vec![decided(payment, Command::ConfirmNumber { to: Binding::User(UserId::new(user)) })])
}

/// A payment whose text the database refuses.
fn poisoned(name: &str) -> Terms {
    let mut terms = terms(name);
    terms.payment_text = "x".repeat(5_000);
    terms
}

fn is_new(answer: &Result<Committed, CommitFault>) -> bool {
    matches!(answer, Ok(Committed::NewPayment(_)))
}

#[tokio::test]
async fn of_64_changes_with_two_for_one_payment_63_are_made_and_the_second_is_stale() {
    let (world, gate) = gated();
    let payment = world.payment().await;
    let before = gate.syncs();
    let mut changes: Vec<_> = (0..62).map(|_| change(new(terms(&name())))).collect();
    changes.insert(20, change(bind(&payment, 1)));
    changes.insert(40, change(bind(&payment, 2)));
    let answers = one_group(&world.store, &gate, changes).await;
    assert_eq!(answers.len(), 64);
    for (at, answer) in answers.iter().enumerate() {
        match at {
            20 => assert_eq!(*answer, Ok(Committed::Payments)),
            40 => assert_eq!(*answer, Err(CommitFault::Stale(vec![payment.id]))),
            _ => assert!(is_new(answer), "{at}: {answer:?}"),
        }
    }
    assert_eq!(world.read(payment.id).binding, Binding::User(UserId::new(1)));
    // Two syncs: one for the change that held the writer, one for all 64.
    assert_eq!(gate.syncs(), before + 2);
    // Decided again on the new version, the second succeeds.
    let again = bind(&world.read(payment.id), 2);
    assert_eq!(world.store.commit(change(again)).await, Ok(Committed::Payments));
    world.assert_sound();
}

#[tokio::test]
async fn ids_are_given_in_order_of_arrival() {
    let (world, gate) = gated();
    let changes = (0..20).map(|_| change(new(terms(&name())))).collect();
    let answers = one_group(&world.store, &gate, changes).await;
    let ids: Vec<_> = answers
        .into_iter()
        .map(|answer| if let Ok(Committed::NewPayment(id)) = answer { id.get() } else { -1 })
        .collect();
    assert_eq!(ids, (2..22).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_doubled_transaction_ids_and_orders_in_one_group_the_first_wins() {
    let (world, gate) = gated();
    let first = terms("first");
    let with_order = |name: &str, order: &str| {
        let mut terms = terms(name);
        terms.merchant_order_id = lommebok_domain::MerchantOrderId::new(order).unwrap();
        terms
    };
    let changes = vec![
        change(new(first.clone())),
        change(new(with_order("first", "other"))),
        change(new(with_order("other", "first"))),
        change(new(first)),
        // What the refused ones had tried to take is free.
        change(new(with_order("other", "other"))),
    ];
    let answers = one_group(&world.store, &gate, changes.clone()).await;
    assert!(is_new(&answers[0]));
    assert_eq!(answers[1], Err(CommitFault::TransactionIdExists));
    assert_eq!(answers[2], Err(CommitFault::OrderIdExists));
    // Both exist: the transaction id is answered first.
    assert_eq!(answers[3], Err(CommitFault::TransactionIdExists));
    assert!(is_new(&answers[4]));
    // And across groups.
    for (change, answer) in changes.into_iter().zip([
        CommitFault::TransactionIdExists,
        CommitFault::TransactionIdExists,
        CommitFault::TransactionIdExists,
        CommitFault::TransactionIdExists,
        CommitFault::TransactionIdExists,
    ]) {
        let change = lommebok_store::Change { change_id: change.change_id + 1_000_000, ..change };
        assert_eq!(world.store.commit(change).await, Err(answer));
    }
    world.assert_sound();
}

#[tokio::test]
async fn an_idempotency_key_goes_before_the_ids() {
    let (world, gate) = gated();
    let payment = terms("keyed");
    let with_key = |request| {
        let mut change = change(new(payment.clone()));
        change.idempotency = Some(key(1, request));
        change
    };
    let answers = one_group(&world.store, &gate, vec![with_key(1), with_key(1), with_key(2)]).await;
    let Ok(Committed::NewPayment(id)) = answers[0] else { unreachable!("{answers:?}") };
    let Err(CommitFault::Replay(stored)) = answers[1] else { unreachable!("{answers:?}") };
    assert_eq!(stored.subject, id.get());
    assert_eq!(answers[2], Err(CommitFault::KeyConflict));
    world.assert_sound();
}

#[tokio::test]
async fn a_stale_guard_changes_nothing() {
    let (world, gate) = gated();
    let payment = world.payment().await;
    let bound = world.command(&payment, Command::ConfirmNumber { to: Binding::User(UserId::new(1)) }).await;
    let counts = world.store.row_counts().unwrap();
    assert_eq!(world.store.commit(change(bind(&payment, 2))).await, Err(CommitFault::Stale(vec![payment.id])));
    assert_eq!(world.store.row_counts().unwrap(), counts);
    assert_eq!(world.read(payment.id), bound);
    drop(gate);
}

#[tokio::test]
async fn a_poisoned_row_stands_alone_and_its_neighbours_succeed() {
    let (world, gate) = gated();
    let payment = world.payment().await;
    let mut changes: Vec<_> = (0..30).map(|_| change(new(terms(&name())))).collect();
    changes.insert(0, change(new(poisoned("poisoned-1"))));
    changes.insert(10, change(bind(&payment, 1)));
    changes.insert(11, change(new(poisoned("poisoned-2"))));
    changes.insert(12, change(new(poisoned("poisoned-3"))));
    changes.push(change(new(poisoned("poisoned-4"))));
    // Decided on what the first of them makes, and after a poisoned one: order is kept over the halves.
    changes.push(change(bind(&payment, 2)));
    let answers = one_group(&world.store, &gate, changes).await;
    for (at, answer) in answers.iter().enumerate() {
        match at {
            0 | 11 | 12 | 34 => assert!(matches!(answer, Err(CommitFault::Refused(_))), "{at}: {answer:?}"),
            10 => assert_eq!(*answer, Ok(Committed::Payments)),
            35 => assert_eq!(*answer, Err(CommitFault::Stale(vec![payment.id]))),
            _ => assert!(is_new(answer), "{at}: {answer:?}"),
        }
    }
    world.assert_sound();
    // A refused payment's ids are free.
    assert!(world.initiate(terms("poisoned-1")).await.is_ok());
}

#[tokio::test]
async fn several_payments_of_one_change_are_written_together_or_not_at_all() {
    let (world, _gate) = gated();
    let (one, two) = (world.payment().await, world.payment().await);
    let expire = |payment: &Payment| decided(payment, Command::ConfirmNumber { to: Binding::Nobody });
    let writes = vec![expire(&one), expire(&two)];
    world.command(&two, Command::ConfirmNumber { to: Binding::User(UserId::new(1)) }).await;
    let answer = world.store.commit(change(Write::Payments(writes))).await;
    assert_eq!(answer, Err(CommitFault::Stale(vec![two.id])));
    assert_eq!(world.read(one.id), one);
    let writes = vec![expire(&one), decided(&world.read(two.id), Command::ConfirmNumber { to: Binding::Nobody })];
    assert_eq!(world.store.commit(change(Write::Payments(writes))).await, Ok(Committed::Payments));
    assert_eq!((world.read(one.id).version, world.read(two.id).version), (2, 3));
    world.assert_sound();
}

#[tokio::test]
async fn one_change_that_writes_a_payment_twice_is_refused_whole() {
    let (world, _gate) = gated();
    let payment = world.payment().await;
    let write = decided(&payment, Command::ConfirmNumber { to: Binding::Nobody });
    let answer = world.store.commit(change(Write::Payments(vec![write.clone(), write]))).await;
    assert!(matches!(answer, Err(CommitFault::Refused(_))));
    assert_eq!(world.read(payment.id), payment);
}

#[tokio::test]
async fn another_tenants_payment_is_not_to_be_written_or_read() {
    let (world, _gate) = gated();
    let payment = world.payment().await;
    let other = lommebok_domain::TenantId::new(2);
    let mut stranger = change(Write::Payments(vec![decided(&payment, Command::ConfirmNumber { to: Binding::Nobody })]));
    stranger.tenant = other;
    assert!(matches!(world.store.commit(stranger).await, Err(CommitFault::Refused(_))));
    assert_eq!(block_on(world.store.payment(other, payment.id)).unwrap(), None);
    assert_eq!(block_on(world.store.events(other, payment.id, i64::MAX)).unwrap(), []);
    assert_eq!(block_on(world.store.sealed_make_payment_token(other, payment.id)).unwrap(), None);
    assert_eq!(block_on(world.store.sealed_customer_number(other, payment.id)).unwrap(), None);
    assert_eq!(world.read(payment.id), payment);
}

//! Idempotency keys: 24 h of business time, per tenant, PSP and route.

use lommebok_domain::{Binding, Command, PspId, TenantId};
use lommebok_store::{
    Change, CommitFault, Committed, Expiring, IDEMPOTENCY_LIFE_MS, IdempotentRoute, NewIdempotency, Write,
};
use pollster::block_on;

use crate::world::{NOW, TENANT, World, change, decided, key, name, new, terms};

fn with(idempotency: NewIdempotency) -> Change {
    Change { idempotency: Some(idempotency), ..change(new(terms(&name()))) }
}

#[tokio::test]
async fn a_key_counts_for_24_hours_and_is_then_replaced() {
    let world = World::new();
    let Ok(Committed::NewPayment(first)) = world.store.commit(with(key(1, 1))).await else { unreachable!() };
    let at = |ms| NewIdempotency { at: NOW.plus_millis(ms), ..key(1, 1) };
    let last = world.store.commit(with(at(IDEMPOTENCY_LIFE_MS - 1))).await;
    assert!(matches!(last, Err(CommitFault::Replay(stored)) if stored.subject == first.get()));
    assert_eq!(block_on(world.store.idempotency(TENANT, &at(IDEMPOTENCY_LIFE_MS))).unwrap(), None);
    let Ok(Committed::NewPayment(second)) = world.store.commit(with(at(IDEMPOTENCY_LIFE_MS))).await else {
        unreachable!()
    };
    let stored = block_on(world.store.idempotency(TENANT, &at(IDEMPOTENCY_LIFE_MS))).unwrap().unwrap();
    assert_eq!(stored.subject, second.get());
}

#[tokio::test]
async fn a_refused_change_leaves_its_key_free() {
    let world = World::new();
    world.initiate(terms("taken")).await.unwrap();
    let refused = Change { idempotency: Some(key(1, 1)), ..change(new(terms("taken"))) };
    assert_eq!(world.store.commit(refused).await, Err(CommitFault::TransactionIdExists));
    assert!(world.store.commit(with(key(1, 2))).await.is_ok());
}

#[tokio::test]
async fn a_key_belongs_to_its_tenant_psp_and_route() {
    let world = World::new();
    world.store.commit(with(key(1, 1))).await.unwrap();
    let other_psp = NewIdempotency { psp: PspId::new(2), ..key(1, 1) };
    let other_route = NewIdempotency { route: IdempotentRoute::UpdateStatus, ..key(1, 1) };
    for free in [other_psp, other_route] {
        assert!(world.store.commit(with(free)).await.is_ok());
    }
    assert_eq!(block_on(world.store.idempotency(TenantId::new(2), &key(1, 1))).unwrap(), None);
}

#[tokio::test]
async fn old_keys_are_purged_and_young_ones_stay() {
    let world = World::new();
    for number in 0..5 {
        let at = NOW.plus_millis(i64::from(number) * 1_000);
        world.store.commit(with(NewIdempotency { at, ..key(number, 1) })).await.unwrap();
    }
    let before = NOW.plus_millis(IDEMPOTENCY_LIFE_MS + 3_000);
    let purge = |limit| change(Write::Purge { rows: Expiring::IdempotencyKeys, before, limit });
    let old = |before| block_on(world.store.has_expired(TENANT, Expiring::IdempotencyKeys, before)).unwrap();
    assert!(old(before) && !old(NOW.plus_millis(IDEMPOTENCY_LIFE_MS)));
    assert_eq!(world.store.commit(purge(2)).await, Ok(Committed::Purged(2)));
    assert_eq!(world.store.commit(purge(2)).await, Ok(Committed::Purged(1)));
    assert_eq!(world.store.commit(purge(2)).await, Ok(Committed::Purged(0)));
    assert!(!old(before));
    assert_eq!(world.store.row_counts().unwrap()["idempotency"], 2);
}

#[tokio::test]
async fn a_key_of_an_existing_payments_change_is_stored_with_it_and_no_other_change_takes_one() {
    let world = World::new();
    let payment = world.payment().await;
    let bind = decided(&payment, Command::ConfirmNumber { to: Binding::Nobody });
    let keyed = Change { idempotency: Some(key(1, 1)), ..change(Write::Payments(vec![bind])) };
    assert_eq!(world.store.commit(keyed.clone()).await, Ok(Committed::Payments));
    let again = world.store.commit(keyed).await;
    assert!(matches!(again, Err(CommitFault::Replay(stored)) if stored.subject == payment.id.get()));
    let purge = Write::Purge { rows: Expiring::IdempotencyKeys, before: NOW, limit: 1 };
    let refused = Change { idempotency: Some(key(2, 1)), ..change(purge) };
    assert!(matches!(world.store.commit(refused).await, Err(CommitFault::Refused(_))));
}

//! The lanes of the PSPs: a slow PSP waits behind itself and holds up nobody else, and a wait that ends early takes nothing.

use futures_util::FutureExt as _;

use super::super::{NoFreeSlot, Slots};

#[tokio::test]
async fn a_psp_at_its_cap_waits_while_another_does_not() {
    let slots = Slots::new(2);
    let (first, second) = (slots.try_acquire(1).unwrap(), slots.try_acquire(1).unwrap());
    assert_eq!(slots.try_acquire(1).unwrap_err(), NoFreeSlot);
    let mut third = Box::pin(slots.acquire(1, std::future::pending()));
    assert!((&mut third).now_or_never().is_none());
    let other = slots.acquire(2, std::future::pending()).await.unwrap();
    assert_eq!((slots.in_flight(1), slots.in_flight(2), slots.in_flight_in_all()), (2, 1, 3));
    drop(first);
    let third = third.await.unwrap();
    drop((second, third, other));
    assert_eq!(slots.in_flight_in_all(), 0);
}

#[tokio::test]
async fn the_wait_for_a_slot_ends_at_its_deadline_and_takes_none() {
    let slots = Slots::new(1);
    let held = slots.try_acquire(7).unwrap();
    assert_eq!(slots.acquire(7, async {}).await.unwrap_err(), NoFreeSlot);
    drop(held);
    assert_eq!(slots.in_flight(7), 0);
    assert!(slots.acquire(7, async {}).await.is_ok(), "a free slot wins over a deadline");
}

#[tokio::test]
async fn slots_are_given_in_the_order_of_asking() {
    let slots = Slots::new(1);
    let held = slots.try_acquire(1).unwrap();
    let mut early = Box::pin(slots.acquire(1, std::future::pending()));
    let mut late = Box::pin(slots.acquire(1, std::future::pending()));
    assert!((&mut early).now_or_never().is_none());
    assert!((&mut late).now_or_never().is_none());
    drop(held);
    assert!((&mut late).now_or_never().is_none());
    assert!(early.await.is_ok());
}

#[test]
fn a_cap_of_nothing_is_a_cap_of_one() {
    let slots = Slots::new(0);
    assert!(slots.try_acquire(1).is_ok());
}

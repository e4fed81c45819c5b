//! Natural keys are exact also when their hashes meet.

use lommebok_domain::{
    Amount, CancelledBy, Command, EntryStatus, OperationStatus, PspId, PspTransactionId, StatusEntry, TenantId, history,
};
use lommebok_store::CommitFault;
use pollster::block_on;

use crate::world::{PSP, TENANT, World, terms};

#[tokio::test]
async fn payments_whose_hashes_all_meet_are_told_apart() {
    let mut world = World::with(|options| options.sqlite.hash_bits = 0);
    let mut payments = Vec::new();
    for number in 0..16 {
        let name = format!("p{number}");
        payments.push(world.initiate(terms(&name)).await.unwrap());
        assert_eq!(world.initiate(terms(&name)).await, Err(CommitFault::TransactionIdExists));
    }
    let id = |name: &str| PspTransactionId::new(name).unwrap();
    for _restart in 0..2 {
        for (number, payment) in payments.iter().enumerate() {
            let found = block_on(world.store.payment_of_psp(TENANT, PSP, &id(&format!("p{number}")))).unwrap();
            assert_eq!(found.map(|found| found.id), Some(*payment));
        }
        assert_eq!(block_on(world.store.payment_of_psp(TENANT, PSP, &id("nobody"))).unwrap(), None);
        assert_eq!(block_on(world.store.payment_of_psp(TENANT, PspId::new(2), &id("p1"))).unwrap(), None);
        assert_eq!(block_on(world.store.payment_of_psp(TenantId::new(2), PSP, &id("p1"))).unwrap(), None);
        assert!(block_on(world.store.details_of_psp(TENANT, PSP, &id("p1"), usize::MAX)).unwrap().is_some());
        assert_eq!(block_on(world.store.details_of_psp(TENANT, PspId::new(2), &id("p1"), usize::MAX)).unwrap(), None);
        assert_eq!(block_on(world.store.details_of_psp(TenantId::new(2), PSP, &id("p1"), usize::MAX)).unwrap(), None);
        world.assert_sound();
        world.reopen();
    }
    // A seventeenth text with one hash can't be placed: refused, and loudly, instead of lost.
    let refused = world.initiate(terms("p16")).await;
    assert!(matches!(refused, Err(CommitFault::Refused(_))));
}

#[tokio::test]
async fn many_payments_in_few_places_stay_exact() {
    let world = World::with(|options| options.sqlite.hash_bits = 6);
    let mut stored = Vec::new();
    for number in 0..60 {
        let name = format!("p{number}");
        match world.initiate(terms(&name)).await {
            Ok(id) => stored.push((name, id)),
            Err(fault) => assert!(matches!(fault, CommitFault::Refused(_))),
        }
    }
    assert!(stored.len() > 40);
    let ids: Vec<_> = stored.iter().map(|(name, _)| PspTransactionId::new(name).unwrap()).collect();
    let found = block_on(world.store.payments_of_psp(TENANT, PSP, &ids.iter().collect::<Vec<_>>())).unwrap();
    for ((name, id), found) in stored.iter().zip(found) {
        assert_eq!(found.map(|found| found.id), Some(*id), "{name}");
    }
    world.assert_sound();
}

#[tokio::test]
async fn details_of_payments_whose_hashes_meet_show_their_own_history_only() {
    let world = World::with(|options| options.sqlite.hash_bits = 0);
    let mut expected = Vec::new();
    // Neighbours with no line, one and two, so that one payment's rows end where another's begin.
    for number in 0..6 {
        let mut payment = world.payment().await;
        let failed = StatusEntry {
            status: EntryStatus::Captured,
            amount: Amount::from_ore(number + 1).unwrap(),
            text: String::new(),
            operation: OperationStatus::Failed,
        };
        let cancelled = Command::Cancel { by: CancelledBy::LandingPage, user: None };
        for command in [cancelled, Command::ApplyEntry(failed)].into_iter().take(usize::try_from(number % 3).unwrap()) {
            payment = world.command(&payment, command).await;
        }
        let events = block_on(world.store.events(TENANT, payment.id, i64::MAX)).unwrap();
        let lines = history::lines(&payment, &events);
        assert_eq!(i64::try_from(lines.len()).unwrap(), number % 3);
        expected.push((payment, lines));
    }
    for (payment, lines) in expected {
        let details = block_on(world.store.details_of_psp(TENANT, PSP, &payment.terms.psp_transaction_id, usize::MAX))
            .unwrap()
            .unwrap();
        assert_eq!((details.merchant_order_id, details.history), (payment.terms.merchant_order_id.clone(), lines));
    }
    let nobody = PspTransactionId::new("nobody").unwrap();
    assert_eq!(block_on(world.store.details_of_psp(TENANT, PSP, &nobody, usize::MAX)).unwrap(), None);
}

#[tokio::test]
async fn ids_that_differ_only_in_case_are_two() {
    let world = World::new();
    world.initiate(terms("Order-1")).await.unwrap();
    world.initiate(terms("order-1")).await.unwrap();
    assert!(
        block_on(world.store.payment_of_psp(TENANT, PSP, &PspTransactionId::new("ORDER-1").unwrap()))
            .unwrap()
            .is_none()
    );
}

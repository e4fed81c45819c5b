//! A committed payment is read back by every key, also after a restart, and its due work follows it: the rows come with the state
//! that needs them, move with it and go with it.

use lommebok_domain::{Binding, CancelledBy, Command, DueKind, TenantId, UserId};
use lommebok_store::DueRow;
use pollster::block_on;

use crate::world::{NOW, PSP, TENANT, World, change, name, new, terms};

const LINK_MS: i64 = 5 * 60_000;

#[tokio::test]
async fn a_committed_payment_is_read_back_by_each_of_its_keys() {
    let mut world = World::new();
    let payment = world.payment().await;
    let bound = world.command(&payment, Command::ConfirmNumber { to: Binding::User(UserId::new(5)) }).await;
    for _restart in 0..2 {
        assert_eq!(world.read(payment.id), bound);
        let by_name = block_on(world.store.payment_of_psp(TENANT, PSP, &payment.terms.psp_transaction_id)).unwrap();
        assert_eq!(by_name, Some(bound.clone()));
        let details = block_on(world.store.details_of_psp(TENANT, PSP, &payment.terms.psp_transaction_id, usize::MAX))
            .unwrap()
            .unwrap();
        assert_eq!(details.merchant_order_id, payment.terms.merchant_order_id);
        assert_eq!(block_on(world.store.events(TENANT, payment.id, i64::MAX)).unwrap().len(), 1);
        let token = block_on(world.store.sealed_make_payment_token(TENANT, payment.id)).unwrap().unwrap();
        assert_eq!(token.as_bytes(), [1, 2, 3]);
        let number = block_on(world.store.sealed_customer_number(TENANT, payment.id)).unwrap().unwrap();
        assert_eq!(number.as_bytes(), [4, 5]);
        let due = block_on(world.store.due(TENANT, NOW.plus_millis(300_000), 10)).unwrap();
        assert_eq!(due.len(), 1);
        world.assert_sound();
        world.reopen();
    }
}

#[tokio::test]
async fn the_log_stays_short_while_many_payments_come() {
    let world = World::with(|options| options.sqlite.max_wal_frames = 400);
    for _wave in 0..20 {
        let mut tasks = tokio::task::JoinSet::new();
        for _payment in 0..100 {
            let store = world.store.clone();
            tasks.spawn(async move { store.commit(change(new(terms(&name())))).await });
        }
        assert!(tasks.join_all().await.iter().all(Result::is_ok));
    }
    let mut log = world.path().into_os_string();
    log.push("-wal");
    let frames = std::fs::metadata(log).unwrap().len() / 4_120;
    // The bound, and what two looks at it can miss.
    assert!(frames < 400 + 2 * 400, "{frames} frames");
    world.store.close();
    world.assert_sound();
}

#[tokio::test]
async fn a_payments_timer_moves_with_its_state_and_goes_with_it() {
    let world = World::new();
    let payment = world.payment().await;
    let timer = DueRow { at: NOW.plus_millis(LINK_MS), payment: payment.id, kind: DueKind::Timer };
    assert_eq!(block_on(world.store.due(TENANT, NOW.plus_millis(LINK_MS - 1), 10)).unwrap(), []);
    assert_eq!(block_on(world.store.due(TENANT, NOW.plus_millis(LINK_MS), 10)).unwrap(), [timer]);
    assert_eq!(block_on(world.store.next_due(TENANT, NOW)).unwrap(), Some(timer.at));
    assert_eq!(block_on(world.store.next_due(TENANT, timer.at)).unwrap(), None);
    assert_eq!(block_on(world.store.next_due(TenantId::new(2), NOW)).unwrap(), None);
    let cancelled = world.command(&payment, Command::Cancel { by: CancelledBy::LandingPage, user: None }).await;
    let notice = DueRow { at: NOW, payment: payment.id, kind: DueKind::Notice };
    assert_eq!(block_on(world.store.due(TENANT, NOW.plus_millis(LINK_MS), 10)).unwrap(), [notice]);
    world.command(&cancelled, Command::NoticeTried { delivered: Ok(200) }).await;
    assert_eq!(world.store.row_counts().unwrap()["due"], 0);
    world.assert_sound();
}

#[tokio::test]
async fn due_work_comes_earliest_first_and_no_more_than_asked_for() {
    let world = World::new();
    let (one, two) = (world.payment().await, world.payment().await);
    world.command(&two, Command::Cancel { by: CancelledBy::LandingPage, user: None }).await;
    world.command(&one, Command::ConfirmNumber { to: Binding::User(UserId::new(1)) }).await;
    let due = block_on(world.store.due(TENANT, NOW.plus_millis(LINK_MS), 10)).unwrap();
    let kinds: Vec<_> = due.iter().map(|row| (row.payment, row.kind)).collect();
    assert_eq!(kinds, [(two.id, DueKind::Notice), (one.id, DueKind::Timer)]);
    assert_eq!(block_on(world.store.due(TENANT, NOW.plus_millis(LINK_MS), 1)).unwrap().len(), 1);
}

//! Work that is due follows the payment: its rows come with the state that needs them, move with it and go with it.

use lommebok_domain::{Binding, CancelledBy, Command, DueKind, TenantId, UserId};
use lommebok_store::DueRow;
use pollster::block_on;

use crate::world::{NOW, TENANT, World};

const LINK_MS: i64 = 5 * 60_000;

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

//! Lists of payments, newest first, in pages.

use lommebok_domain::{
    AttemptAnswer, AttemptNumber, Binding, CancelledBy, CardId, Cause, Command, Payment, PaymentId, ReturnId,
    StateName, UserId,
};
use lommebok_store::PaymentFilter;
use pollster::block_on;

use crate::world::{TENANT, World};

fn ids(world: &World, filter: PaymentFilter, limit: u32) -> Vec<PaymentId> {
    let (mut ids, mut before) = (Vec::new(), None);
    loop {
        let page = block_on(world.store.payments(TENANT, filter, before, limit)).unwrap();
        assert!(page.payments.len() <= usize::try_from(limit).unwrap());
        ids.extend(page.payments.iter().map(|payment| payment.id));
        before = page.next;
        if before.is_none() {
            return ids;
        }
    }
}

async fn unknown(world: &World, user: UserId) -> Payment {
    let mut payment = world.payment().await;
    for command in [
        Command::ForceApprove { user, card: CardId::new(1) },
        Command::OpenAttempt { return_id: ReturnId::new(1) },
        Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Unknown(Cause::code("timeout")) },
    ] {
        payment = world.command(&payment, command).await;
    }
    payment
}

async fn given_up(world: &World) -> Payment {
    let payment = world.payment().await;
    let mut payment = world.command(&payment, Command::Cancel { by: CancelledBy::LandingPage, user: None }).await;
    for _try in 0..6 {
        payment = world.command(&payment, Command::NoticeTried { delivered: Err(Cause::code("refused")) }).await;
    }
    payment
}

#[tokio::test]
async fn each_filter_shows_its_payments_newest_first_in_pages_of_any_size() {
    let world = World::new();
    let user = UserId::new(7);
    let open = world.payment().await;
    let bound = world.payment().await;
    world.command(&bound, Command::ConfirmNumber { to: Binding::User(user) }).await;
    let failed = unknown(&world, user).await;
    let cancelled = given_up(&world).await;
    let nobody = world.payment().await;
    world.command(&nobody, Command::ConfirmNumber { to: Binding::Nobody }).await;
    let expected = [
        (PaymentFilter::All, vec![nobody.id, cancelled.id, failed.id, bound.id, open.id]),
        (PaymentFilter::State(StateName::AwaitingUser), vec![open.id]),
        (PaymentFilter::State(StateName::AwaitingApproval), vec![nobody.id, bound.id]),
        (PaymentFilter::State(StateName::Failed), vec![failed.id]),
        (PaymentFilter::State(StateName::Cancelled), vec![cancelled.id]),
        (PaymentFilter::State(StateName::Reserved), vec![]),
        (PaymentFilter::OutcomeUnknown, vec![failed.id]),
        (PaymentFilter::NoticeGivenUp, vec![cancelled.id]),
        (PaymentFilter::User(user), vec![failed.id, bound.id]),
        (PaymentFilter::User(UserId::new(8)), vec![]),
        (PaymentFilter::OpenOfUser(user), vec![bound.id]),
    ];
    for (filter, expected) in expected {
        for limit in [1, 2, 3, 100] {
            assert_eq!(ids(&world, filter, limit), expected, "{filter:?} by {limit}");
        }
    }
    assert_eq!(block_on(world.store.outcome_unknown_count(TENANT)).unwrap(), 1);
    world.assert_sound();
}

#[tokio::test]
async fn another_tenants_payments_are_in_no_list() {
    let world = World::new();
    unknown(&world, UserId::new(7)).await;
    given_up(&world).await;
    for filter in [
        PaymentFilter::All,
        PaymentFilter::State(StateName::Failed),
        PaymentFilter::OutcomeUnknown,
        PaymentFilter::NoticeGivenUp,
        PaymentFilter::User(UserId::new(7)),
    ] {
        let page = block_on(world.store.payments(lommebok_domain::TenantId::new(2), filter, None, 10)).unwrap();
        assert_eq!(page.payments, [], "{filter:?}");
    }
}

//! Every state and every event is read back as it was written, and a store is sound after every step of every life.

use lommebok_domain::{
    Amount, AttemptAnswer, AttemptNumber, Binding, CancelledBy, CardId, Cause, Command, EntryStatus, Event,
    OperationStatus, Payment, ReturnId, StatusEntry, StepUpResult, UserId, decide, history,
};
use lommebok_store::{PageLimit, PaymentDetails, PaymentWrite, Write};
use pollster::block_on;

use crate::world::{NOW, PSP, TENANT, World, change, unique};

const USER: UserId = UserId::new(3);
const CARD: CardId = CardId::new(4);

fn entry(status: EntryStatus, ore: i64, operation: OperationStatus) -> Command {
    let amount = Amount::from_ore(ore).expect("a good amount");
    Command::ApplyEntry(StatusEntry { status, amount, text: "delvis".to_owned(), operation })
}

fn done(status: EntryStatus, ore: i64) -> Command {
    entry(status, ore, OperationStatus::Success)
}

fn answer(attempt: AttemptNumber, answer: AttemptAnswer) -> Command {
    Command::EndAttempt { attempt, answer }
}

fn cause() -> Cause {
    Cause::new("psp_82", "avslått av utsteder \u{1f6ab}")
}

fn opened() -> Vec<Command> {
    vec![
        Command::ConfirmNumber { to: Binding::Nobody },
        Command::ConfirmNumber { to: Binding::User(USER) },
        Command::Approve { user: USER, card: CARD },
        Command::OpenAttempt { return_id: ReturnId::new(u128::from(unique()) << 64 | 1) },
    ]
}

fn stepped_up() -> (Vec<Command>, ReturnId) {
    let return_id = ReturnId::new(u128::MAX - u128::from(unique()));
    let decline = AttemptAnswer::SoftDecline { url: "https://psp.example.com/3ds?x=1".to_owned(), error: cause() };
    let commands = vec![
        Command::OpenLink { user: USER },
        Command::Approve { user: USER, card: CARD },
        Command::OpenAttempt { return_id },
        answer(AttemptNumber::One, decline),
    ];
    (commands, return_id)
}

fn with(mut commands: Vec<Command>, more: impl IntoIterator<Item = Command>) -> Vec<Command> {
    commands.extend(more);
    commands
}

fn lives() -> Vec<Vec<Command>> {
    let one = AttemptNumber::One;
    let back = |result| {
        let (commands, return_id) = stepped_up();
        with(commands, [Command::ReturnFromStepUp { return_id, result }])
    };
    let unknown = with(opened(), [answer(one, AttemptAnswer::Unknown(cause()))]);
    let cancel = |by, user| Command::Cancel { by, user };
    vec![
        with(
            opened(),
            [
                answer(one, AttemptAnswer::Ok),
                done(EntryStatus::Reserved, 49_900),
                done(EntryStatus::Captured, 100),
                entry(EntryStatus::Captured, 7, OperationStatus::Failed),
                done(EntryStatus::Refunded, 50),
                done(EntryStatus::Cancelled, 10),
                Command::KeepLateAnswer { answer: cause() },
            ],
        ),
        with(opened(), [answer(one, AttemptAnswer::Fail(cause())), done(EntryStatus::Cancelled, 1)]),
        with(opened(), [answer(one, AttemptAnswer::NotDelivered(Cause::code("not_delivered")))]),
        with(unknown.clone(), [done(EntryStatus::Captured, 200)]),
        with(unknown.clone(), [done(EntryStatus::Reserved, 49_900)]),
        with(unknown.clone(), [done(EntryStatus::Cancelled, 49_900)]),
        unknown,
        vec![Command::ForceApprove { user: USER, card: CARD }, Command::GiveUpQueued { cause: cause() }],
        with(back(StepUpResult::Success), [Command::OpenAttempt { return_id: ReturnId::new(9) }]),
        with(
            back(StepUpResult::Success),
            [Command::OpenAttempt { return_id: ReturnId::new(9) }, answer(AttemptNumber::Two, AttemptAnswer::Ok)],
        ),
        back(StepUpResult::Cancel),
        back(StepUpResult::Failure),
        with(stepped_up().0, [cancel(CancelledBy::App, Some(USER))]),
        vec![
            cancel(CancelledBy::LandingPage, None),
            Command::NoticeTried { delivered: Err(cause()) },
            Command::NoticeTried { delivered: Ok(404) },
        ],
        with(
            vec![cancel(CancelledBy::LandingPage, None)],
            (0..6).map(|_| Command::NoticeTried { delivered: Err(cause()) }),
        ),
        vec![done(EntryStatus::Cancelled, 49_900)],
        vec![Command::EndAsRestored],
        vec![Command::EndAsRestored, done(EntryStatus::Reserved, 49_900), done(EntryStatus::Captured, 1)],
        with(stepped_up().0, [Command::EndAsRestored, done(EntryStatus::Captured, 200)]),
        vec![Command::PassDeadline, Command::NoticeTried { delivered: Ok(404) }],
    ]
}

#[tokio::test]
async fn every_state_and_event_is_read_back_as_it_was_written() {
    let mut world = World::new();
    let mut kept = Vec::new();
    for life in lives() {
        let mut payment = world.payment().await;
        let mut events = Vec::new();
        for command in life {
            let now = if command == Command::PassDeadline { NOW.plus_millis(300_000) } else { NOW };
            let transition = decide(&payment, command, now).expect("the command is possible");
            events.extend(transition.events.clone());
            let write = Write::Payments(vec![PaymentWrite::new(&payment, transition.clone())]);
            world.store.commit(change(write)).await.expect("it is committed");
            payment = transition.payment;
            assert_eq!(world.read(payment.id), payment);
            assert_eq!(block_on(world.store.payment_version(TENANT, payment.id)).unwrap(), Some(payment.version));
        }
        kept.push((payment, events));
    }
    world.assert_sound();
    world.reopen();
    for (payment, events) in kept {
        assert_eq!(found(&world, &payment), (payment.clone(), events));
    }
    world.assert_sound();
}

fn found(world: &World, payment: &Payment) -> (Payment, Vec<Event>) {
    let id = &payment.terms.psp_transaction_id;
    let found = block_on(world.store.payment_of_psp(TENANT, PSP, id)).unwrap().unwrap();
    let events = block_on(world.store.events(TENANT, payment.id, i64::MAX)).unwrap();
    let shown = PaymentDetails {
        merchant_order_id: found.terms.merchant_order_id.clone(),
        sums: found.sums,
        history: history::lines(&found, &events),
        is_whole: true,
    };
    assert_eq!(
        block_on(world.store.details_of_psp(TENANT, PSP, id, usize::MAX)).unwrap(),
        Some(shown),
        "details read less, and show the same"
    );
    for at_most in [1, 2, 3, 100] {
        assert_eq!(log_in_pages(world, payment, at_most), events, "{at_most} events a page");
        let lines = history::lines(&found, &events);
        assert_eq!(
            history_in_pages(world, &found, PageLimit { rows: at_most, text_bytes: usize::MAX }),
            lines,
            "{at_most} lines a page"
        );
        assert_eq!(history_in_pages(world, &found, PageLimit { rows: at_most, text_bytes: 1 }), lines, "a text a page");
    }
    assert_eq!(log_in_pages(world, payment, 0), events, "an event a page, when texts are long");
    (found, events)
}

/// All events, read in pages of at most so many; with 0, in pages that end with their first text.
fn log_in_pages(world: &World, payment: &Payment, at_most: u32) -> Vec<Event> {
    let (mut events, mut after) = (Vec::new(), Some(0));
    let limit = if at_most == 0 {
        PageLimit { rows: 100, text_bytes: 0 }
    } else {
        PageLimit { rows: at_most, text_bytes: usize::MAX }
    };
    while let Some(version) = after {
        let page = block_on(world.store.event_page(TENANT, payment.id, version, limit)).unwrap();
        let expected = i64::try_from(events.len()).unwrap() + 2;
        assert!(page.events.is_empty() || page.first_version == expected);
        events.extend(page.events);
        after = page.next;
    }
    events
}

fn history_in_pages(world: &World, payment: &Payment, limit: PageLimit) -> Vec<history::HistoryLine> {
    let (mut lines, mut after) = (Vec::new(), Some(0));
    while let Some(version) = after {
        let receipt = block_on(world.store.receipt(payment, version, limit)).unwrap();
        assert_eq!(receipt.ended_at.is_some(), payment.state.is_final());
        lines.extend(receipt.history.lines);
        after = receipt.history.next;
    }
    lines
}

#[tokio::test]
async fn details_of_a_long_history_are_read_only_as_far_as_they_may_be() {
    let world = World::new();
    let mut payment = world.payment().await;
    for command in with(opened(), [answer(AttemptNumber::One, AttemptAnswer::Ok)]) {
        payment = world.command(&payment, command).await;
    }
    for _ in 0..40 {
        payment = world.command(&payment, done(EntryStatus::Captured, 1)).await;
    }
    let read = |at_most| {
        let details = block_on(world.store.details_of_psp(TENANT, PSP, &payment.terms.psp_transaction_id, at_most));
        let details = details.unwrap().unwrap();
        (details.is_whole, details.history.len())
    };
    assert_eq!(read(usize::MAX), (true, 41));
    assert_eq!(read(8_000), (true, 41));
    let (is_whole, lines) = read(3_000);
    assert!(!is_whole && (15..25).contains(&lines), "{lines}");
    assert_eq!(read(0), (false, 1));
}

#[tokio::test]
async fn a_step_up_is_found_by_its_return_id_whatever_came_of_it() {
    let world = World::new();
    let (commands, return_id) = stepped_up();
    let mut payment = world.payment().await;
    assert_eq!(block_on(world.store.payment_of_step_up(TENANT, return_id)).unwrap(), None);
    for command in commands {
        payment = world.command(&payment, command).await;
    }
    assert_eq!(block_on(world.store.payment_of_step_up(TENANT, return_id)).unwrap(), Some(payment.clone()));
    payment = world.command(&payment, Command::ReturnFromStepUp { return_id, result: StepUpResult::Cancel }).await;
    assert_eq!(block_on(world.store.payment_of_step_up(TENANT, return_id)).unwrap(), Some(payment));
    let other = lommebok_domain::TenantId::new(2);
    assert_eq!(block_on(world.store.payment_of_step_up(other, return_id)).unwrap(), None);
}

#[tokio::test]
async fn several_commands_in_one_transition_are_one_change_with_gapless_versions() {
    let world = World::new();
    let payment = world.payment().await;
    let approved = decide(&payment, Command::ForceApprove { user: USER, card: CARD }, NOW).unwrap();
    let open = Command::OpenAttempt { return_id: ReturnId::new(5) };
    let opened = decide(&approved.payment, open, NOW).unwrap();
    let whole = approved.then(opened, &payment);
    let after = whole.payment.clone();
    world.store.commit(change(Write::Payments(vec![PaymentWrite::new(&payment, whole)]))).await.unwrap();
    assert_eq!(world.read(payment.id), after);
    assert_eq!(after.version, 3);
    world.assert_sound();
}

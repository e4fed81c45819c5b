//! Steps that are drawn at random: what happens, in words that don't depend on the payment's state.

use lommebok_domain::{AttemptNumber, CancelledBy, EntryStatus, OperationStatus, StepUpResult};
use proptest::prelude::*;

/// A number that may be confirmed, or a user who may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The first user.
    Anna,
    /// The second.
    Bo,
    /// The third.
    Cilla,
    /// The fourth: one more than there are prompts.
    Dag,
    /// A number without a user.
    Nobody,
}

/// An amount, measured from what is left.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HowMuch {
    /// The payment's amount.
    Whole,
    /// What can still be captured, and this much more, øre.
    Remaining(i64),
    /// What can still be refunded, and this much more, øre.
    Refundable(i64),
    /// Just so much, øre.
    Ore(i64),
}

/// How an attempt ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Ok,
    Fail,
    /// `SOFT_DECLINE` with a good URL.
    SoftDecline,
    /// `SOFT_DECLINE` without one.
    SoftDeclineWithoutUrl,
    /// Nothing reached the PSP.
    NotDelivered,
    /// The PSP may have authorised.
    Unknown,
}

/// An updatestatus entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) status: EntryStatus,
    /// Whether it was done.
    pub(crate) operation: OperationStatus,
    pub(crate) how_much: HowMuch,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Time passes, ms.
    Wait(i64),
    /// Time passes until the state's timer, and this much more, ms.
    WaitForTimer(i64),
    /// A number is confirmed.
    Confirm(Who),
    /// The link is opened by a user.
    OpenLink(Who),
    /// A user approves.
    Approve(Who),
    /// The bound user approves, whichever user that is.
    ApproveAsBound,
    /// The sandbox approves.
    ForceApprove(Who),
    /// A cancel, by any party.
    Cancel(CancelledBy, Option<Who>),
    /// A timer looks.
    PassDeadline,
    /// The queued attempt opens.
    OpenAttempt,
    /// The queued attempt is given up.
    GiveUpQueued,
    End(AttemptNumber, Ending),
    /// The attempt under way ends.
    EndThis(Ending),
    /// The user comes back with the right id, or with another.
    Return(bool, StepUpResult),
    /// An entry comes.
    Apply(Entry),
    /// An entry is parked.
    Park,
    /// A waiting entry's turn.
    Turn(Entry),
    /// A notice is tried.
    Notice(bool),
    /// Business time moves by so many ms.
    MoveNotice(i64),
    /// An answer comes too late.
    LateAnswer,
    /// The database was restored from a backup.
    Restored,
}

/// Lives: a beginning that leads somewhere, and then anything.
pub(crate) fn lives() -> impl Strategy<Value = Vec<Step>> {
    (beginning(), prop::collection::vec(any_step(), 0..40)).prop_map(|(mut steps, more)| {
        steps.extend(more);
        steps
    })
}

fn beginning() -> impl Strategy<Value = Vec<Step>> {
    let open = vec![Step::Confirm(Who::Anna), Step::Approve(Who::Anna), Step::OpenAttempt];
    let ended = |ending| open.iter().copied().chain([Step::EndThis(ending)]).collect::<Vec<_>>();
    let second = ended(Ending::SoftDecline)
        .into_iter()
        .chain([Step::Return(true, StepUpResult::Success), Step::OpenAttempt])
        .collect::<Vec<_>>();
    let cancel = Step::Cancel(CancelledBy::LandingPage, None);
    let unheard: Vec<Step> = [cancel].into_iter().chain([Step::Notice(false); 5]).collect();
    prop_oneof![
        2 => Just(Vec::new()),
        1 => Just(open.clone()),
        1 => Just(open.iter().copied().chain([Step::Park, Step::Park]).collect::<Vec<_>>()),
        1 => Just(second),
        3 => Just(ended(Ending::Ok)),
        2 => Just(ended(Ending::Unknown)),
        1 => Just(ended(Ending::SoftDecline)),
        1 => Just(ended(Ending::Fail)),
        1 => Just(unheard),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => waits(),
        4 => the_user(),
        4 => the_attempt(),
        6 => the_psp(),
        1 => any::<bool>().prop_map(Step::Notice),
        1 => prop::sample::select(vec![-86_400_000, -1, 3_600_000]).prop_map(Step::MoveNotice),
        1 => Just(Step::LateAnswer),
        1 => Just(Step::Restored),
    ]
}

fn waits() -> impl Strategy<Value = Step> {
    prop_oneof![
        prop::sample::select(vec![0, 1, 1_000, 15_000, 60_000, 299_999, 300_000]).prop_map(Step::Wait),
        (-1_i64..=1).prop_map(Step::WaitForTimer),
    ]
}

fn the_user() -> impl Strategy<Value = Step> {
    let by = prop::sample::select(vec![
        CancelledBy::App,
        CancelledBy::LandingPage,
        CancelledBy::ThreeDSecure,
        CancelledBy::Psp,
    ]);
    let result = prop::sample::select(vec![StepUpResult::Success, StepUpResult::Cancel, StepUpResult::Failure]);
    prop_oneof![
        4 => who().prop_map(Step::Confirm),
        2 => user().prop_map(Step::OpenLink),
        1 => user().prop_map(Step::Approve),
        4 => Just(Step::ApproveAsBound),
        1 => user().prop_map(Step::ForceApprove),
        1 => (by, prop::option::of(user())).prop_map(|(by, user)| Step::Cancel(by, user)),
        3 => (prop::bool::weighted(0.8), result).prop_map(|(right, result)| Step::Return(right, result)),
        1 => Just(Step::PassDeadline),
    ]
}

fn the_attempt() -> impl Strategy<Value = Step> {
    let number = prop::sample::select(vec![AttemptNumber::One, AttemptNumber::Two]);
    prop_oneof![
        4 => Just(Step::OpenAttempt),
        1 => Just(Step::GiveUpQueued),
        4 => ending().prop_map(Step::EndThis),
        1 => (number, ending()).prop_map(|(number, ending)| Step::End(number, ending)),
    ]
}

fn the_psp() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => entry().prop_map(Step::Apply),
        1 => Just(Step::Park),
        2 => entry().prop_map(Step::Turn),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let status = prop_oneof![
        2 => Just(EntryStatus::Reserved),
        6 => Just(EntryStatus::Captured),
        2 => Just(EntryStatus::Cancelled),
        4 => Just(EntryStatus::Refunded),
    ];
    let operation = prop_oneof![5 => Just(OperationStatus::Success), 1 => Just(OperationStatus::Failed)];
    (status, operation, how_much()).prop_map(|(status, operation, how_much)| Entry { status, operation, how_much })
}

fn how_much() -> impl Strategy<Value = HowMuch> {
    prop_oneof![
        2 => Just(HowMuch::Whole),
        2 => (-1_i64..=1).prop_map(HowMuch::Remaining),
        2 => (-1_i64..=1).prop_map(HowMuch::Refundable),
        6 => (1_i64..=3_000).prop_map(HowMuch::Ore),
        1 => Just(HowMuch::Ore(2_147_483_647)),
    ]
}

fn ending() -> impl Strategy<Value = Ending> {
    prop::sample::select(vec![
        Ending::Ok,
        Ending::Ok,
        Ending::Fail,
        Ending::SoftDecline,
        Ending::SoftDecline,
        Ending::SoftDecline,
        Ending::SoftDeclineWithoutUrl,
        Ending::NotDelivered,
        Ending::Unknown,
    ])
}

fn user() -> impl Strategy<Value = Who> {
    prop::sample::select(vec![Who::Anna, Who::Bo, Who::Cilla, Who::Dag])
}

fn who() -> impl Strategy<Value = Who> {
    prop::sample::select(vec![Who::Anna, Who::Bo, Who::Cilla, Who::Dag, Who::Nobody])
}

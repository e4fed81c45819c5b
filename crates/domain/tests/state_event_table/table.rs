//! The table of one state: which row says what, and how a row is held against the code.
//!
//! A row begins as "nothing changes" and says what does; what it does not mention has to stay as it was.

use std::collections::HashMap;

use lommebok_domain::{
    Actor, CardId, Cause, DueKind, DueWrite, EntryRefusal, EntryStatus, Event, EventKind, Failure, Notice, NoticeKind,
    OperationStatus, Payment, Refusal, State, Timestamp, Transition, decide,
};

use crate::case::{Case, ENTRY_TEXT, MOVED_MS, PARKED, STATUSES, When, entries, every_entry};
use crate::fixtures::{PSP, ore};

/// What a row says.
pub(crate) type Expected = Result<Transition, Refusal>;

/// Rows that hold whenever the command comes.
pub(crate) const EVER: &[When] = &When::ALL;
/// Rows that hold before the timer is due.
pub(crate) const BEFORE: &[When] = &[When::Before];
/// Rows that hold from the timer's millisecond on.
pub(crate) const FROM_DUE: &[When] = &[When::Due, When::After];

/// The table of one state.
pub(crate) struct Table {
    /// Which state, for a person.
    pub(crate) name: String,
    /// The payment in that state.
    pub(crate) before: Payment,
    /// The work that is due for it.
    pub(crate) due: Vec<(DueKind, Timestamp)>,
    /// The moment that [`When`] measures from.
    moment: Timestamp,
    rows: HashMap<(When, Case), Expected>,
}

/// What a row says that happens.
pub(crate) struct Row {
    /// The payment as it then is.
    pub(crate) payment: Payment,
    /// The time of the command.
    pub(crate) now: Timestamp,
    events: Vec<Event>,
    due: Vec<DueWrite>,
}

impl Row {
    /// This happened.
    pub(crate) fn event(&mut self, actor: Actor, kind: EventKind) {
        self.events.push(Event { at: self.now, actor, kind });
        self.payment.version = self.payment.version.checked_add(1).expect("fixtures have small versions");
    }

    /// This entry is in the log and changed nothing, and one of those the payment takes only so many.
    pub(crate) fn without_effect(&mut self, kind: EventKind) {
        let taken = &mut self.payment.entries.without_effect;
        *taken = taken.saturating_add(1);
        self.event(Actor::Psp(PSP), kind);
    }

    /// One of the captures, releases and refunds of which the payment takes only so many.
    pub(crate) fn partial(&mut self) {
        let taken = &mut self.payment.entries.partial_operations;
        *taken = taken.saturating_add(1);
    }

    /// The payment is now in this state.
    pub(crate) fn state(&mut self, state: State) {
        self.payment.state = state;
    }

    /// This work is due now, or due at another time.
    pub(crate) fn sets(&mut self, kind: DueKind, at: Timestamp) {
        self.due.push(DueWrite::Set(kind, at));
    }

    /// This work is not due any more.
    pub(crate) fn clears(&mut self, kind: DueKind, at: Timestamp) {
        self.due.push(DueWrite::Clear(kind, at));
    }

    /// A notice goes to the PSP at once.
    pub(crate) fn notice(&mut self, kind: NoticeKind) {
        self.payment.notice = Notice::Due { kind, tries: 0, at: self.now };
        self.sets(DueKind::Notice, self.now);
    }
}

impl Table {
    /// The table of `before`, whose timer and other work are `due`; commands come around the first of them, or around
    /// `otherwise` when there is none.
    pub(crate) fn of(name: &str, before: Payment, due: &[(DueKind, Timestamp)], otherwise: Timestamp) -> Self {
        let timer = due.iter().find(|(kind, _)| *kind == DueKind::Timer);
        let moment = timer.map_or(otherwise, |(_, at)| *at);
        Self { name: name.to_owned(), before, due: due.to_vec(), moment, rows: HashMap::new() }
    }

    /// These commands are refused.
    pub(crate) fn refuses(&mut self, when: &[When], cases: &[Case], refusal: &Refusal) {
        for when in when {
            for case in cases {
                self.write(*when, *case, Err(refusal.clone()));
            }
        }
    }

    pub(crate) fn refuses_entries(&mut self, cases: &[Case], refusal: EntryRefusal) {
        self.refuses(EVER, cases, &Refusal::Entry(refusal));
    }

    /// These commands do what `says` writes into the row.
    pub(crate) fn changes(&mut self, when: &[When], cases: &[Case], says: impl Fn(&mut Row)) {
        for when in when {
            for case in cases {
                let now = self.moment.plus_millis(when.offset_ms());
                let mut row = Row { payment: self.before.clone(), now, events: Vec::new(), due: Vec::new() };
                says(&mut row);
                let Row { payment, events, due, .. } = row;
                self.write(*when, *case, Ok(Transition { payment, events, due }));
            }
        }
    }

    /// Operations that failed at the acquirer: a history entry each, no sums, no state.
    pub(crate) fn keeps_failed_operations(&mut self) {
        for status in STATUSES {
            self.keeps_failed(status);
        }
    }

    /// Operations of one status that failed at the acquirer.
    pub(crate) fn keeps_failed(&mut self, status: EntryStatus) {
        for case in entries(status, OperationStatus::Failed) {
            let Case::Entry(_, _, amount) = case else { continue };
            self.changes(EVER, &[case], |row| {
                let kind = EventKind::OperationFailed { status, amount: ore(amount), text: ENTRY_TEXT.to_owned() };
                row.without_effect(kind);
            });
        }
    }

    /// Enough operations that failed are in the history.
    pub(crate) fn refuses_failed_operations(&mut self, statuses: &[EntryStatus]) {
        for status in statuses {
            self.refuses_entries(&entries(*status, OperationStatus::Failed), EntryRefusal::TooManyWithoutEffect);
        }
    }

    /// Nothing waits here: neither can an entry be parked, nor has one its turn.
    pub(crate) fn has_nothing_waiting(&mut self) {
        let wrong_state = Refusal::WrongState(self.before.state.name());
        self.refuses(EVER, &PARKED, &wrong_state);
        self.refuses(EVER, &every_entry(Case::Waiting), &Refusal::AlreadySo);
    }

    /// No notice is to be sent.
    pub(crate) fn has_no_notice(&mut self) {
        self.refuses(EVER, &[Case::NoticeDelivered, Case::NoticeFailed, Case::MoveNotice], &Refusal::AlreadySo);
    }

    /// A notice of this kind, due at `at` after `tries` tries, keeps its distance when business time is set elsewhere.
    pub(crate) fn moves_its_notice(&mut self, kind: NoticeKind, tries: u8, at: Timestamp) {
        self.changes(EVER, &[Case::MoveNotice], |row| {
            let moved = at.plus_millis(-3_600_000);
            row.payment.notice = Notice::Due { kind, tries, at: moved };
            row.event(Actor::Wallet, EventKind::NoticeMoved { by_ms: MOVED_MS });
            row.clears(DueKind::Notice, at);
            row.sets(DueKind::Notice, moved);
        });
    }

    /// An answer that comes now is kept and changes nothing.
    pub(crate) fn keeps_late_answers(&mut self) {
        self.changes(EVER, &[Case::LateAnswer], |row| {
            row.event(Actor::Psp(PSP), EventKind::LateAnswer(crate::fixtures::cause("late_ok")));
        });
    }

    /// A backup that is accepted ends it as unknown, whenever that is; nothing is due then, and no notice is sent.
    pub(crate) fn ends_as_restored(&mut self, card: Option<CardId>) {
        let timer = self.due.clone();
        self.changes(EVER, &[Case::Restored], |row| {
            let detail = "the database was restored from a backup, and what happened since is not known";
            let failure = Failure::Unknown { cause: Cause::new("restored", detail), card };
            row.state(State::Failed(failure.clone()));
            row.event(Actor::Wallet, EventKind::Failed(failure));
            for (kind, at) in &timer {
                row.clears(*kind, *at);
            }
        });
    }

    /// What is written about a case.
    pub(crate) fn says(&self, when: When, case: Case) -> Option<&Expected> {
        self.rows.get(&(when, case))
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The time that `when` means here.
    pub(crate) fn time(&self, when: When) -> Timestamp {
        self.moment.plus_millis(when.offset_ms())
    }

    /// Each row that the code does not do.
    pub(crate) fn faults(&self) -> Vec<String> {
        let rows = self.rows.iter();
        rows.filter_map(|((when, case), expected)| {
            let got = decide(&self.before, case.command(), self.time(*when));
            (in_order(got.clone()) != in_order(expected.clone()))
                .then(|| format!("{}, {case:?} {when:?}\n  written: {expected:?}\n  done:    {got:?}", self.name))
        })
        .collect()
    }

    fn write(&mut self, when: When, case: Case, expected: Expected) {
        let doubled = self.rows.insert((when, case), expected);
        assert!(doubled.is_none(), "{}: two rows are about {case:?} {when:?}", self.name);
    }
}

/// The order of due writes means nothing: a row may name them as it reads best.
pub(crate) fn in_order(mut result: Expected) -> Expected {
    if let Ok(transition) = &mut result {
        transition.due.sort_by_key(|write| match *write {
            DueWrite::Clear(kind, at) => (0, kind, at),
            DueWrite::Set(kind, at) => (1, kind, at),
        });
    }
    result
}

//! The exchanges of a payment: which event each of them belongs to, and those that belong to none as rows of their own.

use lommebok_control_api::{ExchangeHead, Interface, Moment};
use lommebok_web::pages::lang::Lang;

use super::{Lane, Look, Rank, Row, Shown, Way};
use crate::ui::dashboard::exchanges::{headline, is_sound, reason, tone};
use crate::ui::dashboard::words;

/// Before the events of its moment: what it asked for is among them.
const ASKS: Rank = 1;
/// After them: it asked how things are.
const LOOKS: Rank = 3;
/// What followed within so many ms of its request is shown as one with it.
const AT_ONCE_MS: i64 = 1_000;

/// What an event follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Init,
    UpdateStatus,
    /// On the phone or on the landing page.
    Customer,
    MakePayment(i64),
    Notice,
}

/// The exchanges of a payment, the oldest first, and which of them an event has taken.
pub(super) struct Traffic {
    exchanges: Vec<(ExchangeHead, bool)>,
}

impl Traffic {
    pub(super) fn of(exchanges: &[ExchangeHead]) -> Self {
        let mut exchanges: Vec<(ExchangeHead, bool)> = exchanges.iter().map(|head| (head.clone(), false)).collect();
        exchanges.sort_by_key(|(head, _)| head.id);
        Self { exchanges }
    }

    /// The exchange from which an event at this moment follows: the oldest that no other has taken; an updatestatus with many
    /// entries is taken by each of them.
    pub(super) fn take(&mut self, asked: Asked, at: &Moment) -> Option<Shown> {
        let is_of_its_moment = !matches!(asked, Asked::UpdateStatus | Asked::Customer);
        let fits = |head: &ExchangeHead| is(head, asked) && (is_of_its_moment || is_at_once(head, at));
        let place = self
            .exchanges
            .iter()
            .position(|(head, taken)| !taken && fits(head))
            .or_else(|| self.exchanges.iter().rposition(|(head, _)| asked == Asked::UpdateStatus && fits(head)))?;
        let (head, taken) = self.exchanges.get_mut(place)?;
        *taken = true;
        Some(shown(head))
    }

    /// What no event has taken, without what phones and pages only look at.
    pub(super) fn rest(self, lang: Lang) -> Vec<(Rank, Row)> {
        let left = self.exchanges.into_iter().filter(|(head, taken)| !taken && !only_looks(head));
        left.map(|(head, _)| (rank(&head), row(lang, &head))).collect()
    }
}

fn is(head: &ExchangeHead, asked: Asked) -> bool {
    let path = head.path.split('?').next().unwrap_or_default().trim_end_matches('/');
    match (asked, head.interface) {
        (Asked::Init, Interface::PspApi) => path.ends_with("/init") && is_sound(head),
        (Asked::UpdateStatus, Interface::PspApi) => path.ends_with("/updatestatus") && is_sound(head),
        (Asked::Customer, Interface::AppApi | Interface::Landing) => head.method == "POST" && is_sound(head),
        (Asked::MakePayment(attempt), Interface::MakePayment) => head.attempt.map(i64::from) == Some(attempt),
        (Asked::Notice, Interface::Notice) => true,
        _ => false,
    }
}

fn only_looks(head: &ExchangeHead) -> bool {
    matches!(head.interface, Interface::AppApi | Interface::Landing) && head.method == "GET" && is_sound(head)
}

fn is_at_once(head: &ExchangeHead, at: &Moment) -> bool {
    let (Some(asked), Some(at)) = (words::millis(&head.at), words::millis(at)) else { return false };
    (0..AT_ONCE_MS).contains(&at.saturating_sub(asked))
}

fn shown(head: &ExchangeHead) -> Shown {
    Shown { id: head.id, status: head.status, tone: tone(head), ms: head.ms }
}

fn rank(head: &ExchangeHead) -> Rank {
    if head.path.ends_with("/approve") { ASKS } else { LOOKS }
}

fn row(lang: Lang, head: &ExchangeHead) -> Row {
    let refused = reason(lang, head);
    let look = if is_sound(head) { Look::Plain } else { Look::Bad };
    let (from, to) = match head.interface {
        Interface::PspApi => (Lane::Psp, Lane::Wallet),
        Interface::AppApi | Interface::Landing => (Lane::Customer, Lane::Wallet),
        Interface::MakePayment | Interface::Notice => (Lane::Wallet, Lane::Psp),
    };
    let row = Row::new(&head.at, Way::Arrow { from, to }, headline(head));
    Row { exchange: Some(shown(head)), ..row.detail(refused.unwrap_or_default()).look(look) }
}

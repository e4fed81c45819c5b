//! A state as a code, a time, a card and a few bytes.

use std::borrow::Cow;

use lommebok_domain::{AttemptNumber, CardId, Cause, Failure, Phase, Prompt, ReturnId, State, StateName, Timestamp};

use super::codes::{cancelled_by, read_cancelled_by, state as code};

/// The columns of a state.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StateColumns<'a> {
    pub(crate) code: i64,
    pub(crate) at: Option<i64>,
    pub(crate) card: Option<i64>,
    pub(crate) data: Option<Cow<'a, [u8]>>,
}

/// The data of a payment whose prompt was withheld; others that wait for approval have none.
const PROMPT_WITHHELD: &[u8] = &[1];
/// The number of no card: theirs begin at 1.
const NO_CARD: i64 = 0;
/// Length of a return id, bytes.
const RETURN_ID_LENGTH: usize = 16;

/// The first and last code of a state's name.
pub(crate) const fn codes(name: StateName) -> (i64, i64) {
    match name {
        StateName::AwaitingUser => (code::AWAITING_USER, code::AWAITING_USER),
        StateName::AwaitingApproval => (code::AWAITING_APPROVAL, code::AWAITING_APPROVAL),
        StateName::Authorizing => (code::QUEUED_ONE, code::OPEN_TWO),
        StateName::StepUp => (code::STEP_UP, code::STEP_UP),
        StateName::Reserved => (code::RESERVED, code::RESERVED),
        StateName::Failed => (code::FAILED_CERTAIN, code::FAILED_UNKNOWN),
        StateName::Cancelled => (code::FIRST_CANCELLED, code::LAST_CANCELLED),
        StateName::Expired => (code::EXPIRED, code::EXPIRED),
    }
}

/// The state's name of a code.
pub(crate) fn name(code: i64) -> Option<StateName> {
    StateName::ALL.into_iter().find(|name| {
        let (first, last) = codes(*name);
        (first..=last).contains(&code)
    })
}

pub(crate) const fn attempt(number: i64) -> Option<AttemptNumber> {
    match number {
        1 => Some(AttemptNumber::One),
        2 => Some(AttemptNumber::Two),
        _ => None,
    }
}

/// A card, or 0 where none is known: a column without a number is damaged.
pub(crate) fn known_card(card: Option<CardId>) -> i64 {
    card.map_or(NO_CARD, CardId::get)
}

pub(crate) fn read_known_card(number: i64) -> Option<CardId> {
    (number != NO_CARD).then(|| CardId::new(number))
}

pub(crate) fn columns(state: &State) -> StateColumns<'_> {
    let bare = |code| StateColumns { code, at: None, card: None, data: None };
    match state {
        State::AwaitingUser { deadline } => {
            StateColumns { at: Some(deadline.as_millis()), ..bare(code::AWAITING_USER) }
        }
        State::AwaitingApproval { deadline, prompt } => {
            let data = match prompt {
                Prompt::Shown => None,
                Prompt::Withheld => Some(Cow::Borrowed(PROMPT_WITHHELD)),
            };
            StateColumns { at: Some(deadline.as_millis()), data, ..bare(code::AWAITING_APPROVAL) }
        }
        State::Authorizing { card, attempt, phase } => {
            let (queued, open) = match attempt {
                AttemptNumber::One => (code::QUEUED_ONE, code::OPEN_ONE),
                AttemptNumber::Two => (code::QUEUED_TWO, code::OPEN_TWO),
            };
            let card = Some(card.get());
            match phase {
                Phase::Queued { since } => StateColumns { at: Some(since.as_millis()), card, ..bare(queued) },
                Phase::Open { at, return_id } => {
                    let data = Cow::Owned(return_id.get().to_be_bytes().to_vec());
                    StateColumns { at: Some(at.as_millis()), card, data: Some(data), ..bare(open) }
                }
            }
        }
        State::StepUp { card, url, return_id, deadline } => {
            let mut data = return_id.get().to_be_bytes().to_vec();
            data.extend_from_slice(url.as_bytes());
            StateColumns {
                at: Some(deadline.as_millis()),
                card: Some(card.get()),
                data: Some(Cow::Owned(data)),
                ..bare(code::STEP_UP)
            }
        }
        State::Reserved { card } => StateColumns { card: Some(known_card(*card)), ..bare(code::RESERVED) },
        State::Failed(Failure::Certain { cause }) => {
            StateColumns { data: Some(Cow::Owned(cause_bytes(cause))), ..bare(code::FAILED_CERTAIN) }
        }
        State::Failed(Failure::Unknown { cause, card }) => {
            let data = Some(Cow::Owned(cause_bytes(cause)));
            StateColumns { card: Some(known_card(*card)), data, ..bare(code::FAILED_UNKNOWN) }
        }
        State::Cancelled(by) => bare(cancelled_by(*by)),
        State::Expired => bare(code::EXPIRED),
    }
}

/// The state of these columns, or `None` when no state has them.
pub(crate) fn state(code: i64, at: Option<i64>, card: Option<i64>, data: Option<&[u8]>) -> Option<State> {
    let at = at.map(Timestamp::from_millis);
    let known = card;
    let card = card.map(CardId::new);
    let queued = |attempt| Some(State::Authorizing { card: card?, attempt, phase: Phase::Queued { since: at? } });
    let open = |attempt| {
        let (return_id, _) = return_id(data?)?;
        Some(State::Authorizing { card: card?, attempt, phase: Phase::Open { at: at?, return_id } })
    };
    match code {
        code::AWAITING_USER => Some(State::AwaitingUser { deadline: at? }),
        code::AWAITING_APPROVAL => {
            let prompt = match data {
                None => Prompt::Shown,
                Some(PROMPT_WITHHELD) => Prompt::Withheld,
                Some(_) => return None,
            };
            Some(State::AwaitingApproval { deadline: at?, prompt })
        }
        code::QUEUED_ONE => queued(AttemptNumber::One),
        code::OPEN_ONE => open(AttemptNumber::One),
        code::QUEUED_TWO => queued(AttemptNumber::Two),
        code::OPEN_TWO => open(AttemptNumber::Two),
        code::STEP_UP => {
            let (return_id, url) = return_id(data?)?;
            let url = String::from_utf8(url.to_vec()).ok()?;
            Some(State::StepUp { card: card?, url, return_id, deadline: at? })
        }
        code::RESERVED => Some(State::Reserved { card: read_known_card(known?) }),
        code::FAILED_CERTAIN => Some(State::Failed(Failure::Certain { cause: cause(data?)? })),
        code::FAILED_UNKNOWN => {
            Some(State::Failed(Failure::Unknown { cause: cause(data?)?, card: read_known_card(known?) }))
        }
        code::EXPIRED => Some(State::Expired),
        cancelled => read_cancelled_by(cancelled).map(State::Cancelled),
    }
}

fn return_id(data: &[u8]) -> Option<(ReturnId, &[u8])> {
    let (id, rest) = data.split_at_checked(RETURN_ID_LENGTH)?;
    Some((ReturnId::new(u128::from_be_bytes(id.try_into().ok()?)), rest))
}

/// Code and detail, with a zero byte between them; a code never has one.
fn cause_bytes(cause: &Cause) -> Vec<u8> {
    let mut bytes = cause.code.to_string().replace('\0', "").into_bytes();
    bytes.push(0);
    bytes.extend_from_slice(cause.detail.as_bytes());
    bytes
}

pub(crate) fn cause(data: &[u8]) -> Option<Cause> {
    let text = std::str::from_utf8(data).ok()?;
    let (code, detail) = text.split_once('\0')?;
    Some(Cause::new(code, detail))
}

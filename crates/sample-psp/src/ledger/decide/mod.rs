//! `decide` is the only place where it is decided what happens to a payment. A function of payment and command; the time
//! is stored with the entries; no rule depends on it.
//!
//! A refusal changes nothing. A newcomer's mistake: to refuse a repeat as wrong; it is [`Refusal::AlreadySo`].

mod authorisation;
mod merchant;
mod wallet;

use super::command::{Command, Refusal};
use super::entry::EntryKind;
use super::payment::{Ended, Payment, State};

/// What `command` makes of `payment`: the entries to add, at least one.
///
/// # Errors
/// A [`Refusal`] when it is not possible now.
pub fn decide(payment: &Payment, command: Command) -> Result<Vec<EntryKind>, Refusal> {
    match command {
        Command::AcceptInit { link } => wallet::accept_init(payment, link),
        Command::RefuseInit { why, reason } => wallet::refuse_init(payment, why, reason),
        Command::Notice(notice) => wallet::notice(payment, notice),
        Command::ReadWallet { finding, if_missing } => wallet::read(payment, finding, if_missing),
        Command::AcceptReport { status, amount } => Ok(vec![EntryKind::ReportAccepted { status, amount }]),
        Command::RefuseReport { status, amount, reason } => {
            Ok(vec![EntryKind::ReportRefused { status, amount, reason }])
        }
        Command::BeginAttempt { attempt, message } => authorisation::begin(payment, attempt, message),
        Command::Authorise { attempt } => authorisation::approve(payment, attempt),
        Command::Decline { attempt, code, error } => authorisation::decline(payment, attempt, code, error),
        Command::SoftDecline { code, step_up } => authorisation::soft_decline(payment, code, step_up),
        Command::Challenge(challenge) => authorisation::challenge(payment, challenge),
        Command::BeginReversal { error } => authorisation::begin_reversal(payment, error),
        Command::EndReversal => authorisation::end_reversal(payment),
        Command::Operate(asked) => merchant::operate(payment, asked),
        Command::EndOperation { id, code } => merchant::end_operation(payment, &id, code),
    }
}

impl State {
    /// The state in words, as the merchant API has it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Open { .. } => "OPEN",
            Self::Authorising { .. } => "AUTHORISING",
            Self::StepUp(_) => "STEP_UP",
            Self::Reserved { .. } => "RESERVED",
            Self::Reversing { .. } => "REVERSING",
            Self::Failed { .. } => "FAILED",
            Self::Ended(Ended::User | Ended::Merchant) => "CANCELLED",
            Self::Ended(Ended::Timeout) => "EXPIRED",
            Self::Ended(Ended::InitRefused { .. }) => "REFUSED",
            Self::Ended(Ended::WalletSays { finding }) => match finding {
                super::Finding::Cancelled => "CANCELLED",
                super::Finding::Reserved | super::Finding::Failed | super::Finding::Open | super::Finding::Unknown => {
                    "FAILED"
                }
            },
        }
    }

    fn wrong(&self) -> Refusal {
        Refusal::WrongState(self.word())
    }
}

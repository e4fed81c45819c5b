//! What the user does on the 3-D Secure page, and where the page then leads.

use super::Psp;
use crate::acquirer::{TestAmount, test_amount};
use crate::database::DatabaseFault;
use crate::ledger::{Challenge, Command, LedgerFault, Name, Payment, Refusal, State};

/// The code that the simulated bank wants; the page says so.
pub(crate) const CODE: &str = "1234";
/// After so many wrong codes the bank denies.
const WRONG_CODES_MAX: u8 = 3;

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Code(String),
    Cancel,
    Fail,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChallengeFault {
    /// There is no such session, or it is over.
    #[error("the session is over")]
    Over,
    /// The ledger failed.
    #[error(transparent)]
    Database(#[from] DatabaseFault),
}

impl Psp {
    /// The payment of a session, as long as it waits for 3-D Secure or its return.
    pub(crate) async fn of_session(&self, session: &str) -> Result<Option<Payment>, DatabaseFault> {
        let found = self.0.ledger.find(Name::Session(session.to_owned())).await?;
        Ok(found.filter(|payment| matches!(payment.state, State::StepUp(_))))
    }

    /// Does what the user did and answers the state of the challenge then. Doing it again changes nothing.
    pub(crate) async fn challenged(&self, session: &str, way: Way) -> Result<Payment, ChallengeFault> {
        let payment = self.of_session(session).await?.ok_or(ChallengeFault::Over)?;
        let State::StepUp(step_up) = &payment.state else { return Err(ChallengeFault::Over) };
        let Challenge::Waiting { wrong } = step_up.challenge else { return Ok(payment) };
        let denied = test_amount(payment.terms.amount) == Some(TestAmount::StepUpDenied);
        let challenge = match way {
            Way::Cancel => Challenge::Cancelled,
            Way::Fail => Challenge::Failed,
            Way::Code(code) if code.trim() == CODE && denied => Challenge::Failed,
            Way::Code(code) if code.trim() == CODE => Challenge::Passed,
            Way::Code(_) => match wrong.saturating_add(1) {
                wrong if wrong >= WRONG_CODES_MAX => Challenge::Failed,
                wrong => Challenge::Waiting { wrong },
            },
        };
        match self.commit(Name::Number(payment.id), Command::Challenge(challenge)).await {
            Ok(commit) => Ok(commit.payment),
            Err(LedgerFault::Refused(Refusal::AlreadySo, payment)) => Ok(*payment),
            Err(LedgerFault::Refused(..) | LedgerFault::Unknown) => Err(ChallengeFault::Over),
            Err(LedgerFault::Database(fault)) => Err(fault.into()),
        }
    }
}

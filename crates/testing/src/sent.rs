//! What the wallet sent to your PSP: each makePayment request with its fields, as they went over the wire.
//!
//! The wallet itself keeps no token; this one is shown its calls, because a test wants to see them. All values are invented
//! and end with the wallet, and still they are secrets: a test that fails prints none into the log of a build, and one
//! that needs a value says `expose`.

use lommebok_domain::{AttemptNumber, CauseCode, Event, EventKind, Failure, NoticeKind};
use lommebok_sdk::PspTransactionId;
use pollster::block_on;

use crate::requests::SentRequest;
use crate::{TestError, TestWallet};

/// A makePayment call that the wallet made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// What the call was for.
    pub kind: SentKind,
    /// What was sent.
    pub request: SentRequest,
}

/// What a makePayment call was for. A [`Sent`] equals its kind, so a test may compare a list of the one with a list of the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SentKind {
    /// ACCEPTED, the first attempt: your PSP is being called, or may have got it. Not one that certainly never reached it.
    Accepted,
    /// ACCEPTED, the second attempt, in the same way.
    AcceptedAfterStepUp,
    /// USER_CANCEL, and your PSP answered it.
    Cancelled,
    /// TIMEOUT, and your PSP answered it.
    TimedOut,
    /// A notice that failed; it is sent again as time advances.
    NoticeFailed,
}

impl PartialEq<SentKind> for Sent {
    fn eq(&self, kind: &SentKind) -> bool {
        self.kind == *kind
    }
}

impl TestWallet {
    /// The makePayment calls about a payment, oldest first, each with its request.
    ///
    /// ```
    /// # async fn example(wallet: &lommebok_testing::TestWallet, id: lommebok_sdk::PspTransactionId)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// use lommebok_testing::SentKind;
    ///
    /// let sent = wallet.sent(&id)?;
    /// assert_eq!(sent, [SentKind::Accepted]);
    /// let token = sent[0].request.fields.network_token.as_ref().ok_or("an approval has a token")?;
    /// assert_eq!((token.token_type.as_str(), token.eci.as_str()), ("VISA", "07"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no such payment.
    pub fn sent(&self, id: &PspTransactionId) -> Result<Vec<Sent>, TestError> {
        let payment = self.found(id)?;
        let events = block_on(self.running.store.events(self.wallet().tenant, payment.id, payment.version));
        let events = events.map_err(|fault| TestError::Wallet(fault.to_string()))?;
        let requests = self.requests().about(id, payment.terms.msn.as_str());
        let (attempts, notices): (Vec<_>, Vec<_>) = requests.into_iter().partition(SentRequest::is_attempt);
        let (mut attempts, mut notices) = (attempts.into_iter(), notices.into_iter());
        let mut sent = Vec::new();
        for event in &events {
            if never_arrived(event) {
                // Nothing is sent while an attempt is open, so the attempt is the last.
                sent.pop();
            }
            let Some(kind) = kind(event) else { continue };
            let is_attempt = matches!(kind, SentKind::Accepted | SentKind::AcceptedAfterStepUp);
            sent.push((kind, if is_attempt { attempts.next() } else { notices.next() }));
        }
        // A try that found no free call to the PSP has no request.
        Ok(sent.into_iter().filter_map(|(kind, request)| Some(Sent { kind, request: request? })).collect())
    }
}

/// Whether an attempt ended here of which not one byte reached the PSP.
fn never_arrived(event: &Event) -> bool {
    let EventKind::Failed(Failure::Certain { cause }) = &event.kind else { return false };
    matches!(cause.code, CauseCode::NotDelivered | CauseCode::NotSent)
}

fn kind(event: &Event) -> Option<SentKind> {
    match &event.kind {
        EventKind::AttemptOpened(AttemptNumber::One) => Some(SentKind::Accepted),
        EventKind::AttemptOpened(AttemptNumber::Two) => Some(SentKind::AcceptedAfterStepUp),
        EventKind::NoticeDelivered { kind: NoticeKind::UserCancel, .. } => Some(SentKind::Cancelled),
        EventKind::NoticeDelivered { kind: NoticeKind::Timeout, .. } => Some(SentKind::TimedOut),
        EventKind::NoticeFailed(_) | EventKind::NoticeGivenUp(_) => Some(SentKind::NoticeFailed),
        EventKind::Bound(_)
        | EventKind::Approved { .. }
        | EventKind::Reserved { .. }
        | EventKind::StepUpStarted(_)
        | EventKind::StepUpPassed
        | EventKind::Failed(_)
        | EventKind::Cancelled(_)
        | EventKind::Expired
        | EventKind::Captured { .. }
        | EventKind::Released { .. }
        | EventKind::Refunded { .. }
        | EventKind::OperationFailed { .. }
        | EventKind::NoEffect { .. }
        | EventKind::EntryParked
        | EventKind::WaitingEntryRefused(_)
        | EventKind::NoticeMoved { .. }
        | EventKind::LateAnswer(_) => None,
    }
}

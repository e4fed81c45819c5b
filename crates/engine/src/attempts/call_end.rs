//! What the end of a makePayment call means for the payment (`docs/reliability.md`, the lost answer), and in which words it is
//! kept for the operator: what came is shown, with the call's secrets hidden.
//!
//! Not here: what the payment becomes of it (crate `domain`). A newcomer's mistake: to keep a text of the PSP without
//! hiding the call's secrets in it.

use lommebok_domain::{AttemptAnswer, Cause, CauseCode, Payment};
use lommebok_psp_v3::make_payment as wire;
use lommebok_psp_v3::urls::UrlPolicy;

use crate::outbound::{Answer, CallOutcome, CallSecrets, LateAnswer, Masks, shown_answer, shown_part};

/// Reads the ends of one attempt's calls.
pub(super) struct CallEnd<'a> {
    pub(super) payment: &'a Payment,
    pub(super) policy: UrlPolicy,
    pub(super) secrets: &'a CallSecrets,
}

impl CallEnd<'_> {
    /// What the attempt ended with, and the answer that may still come.
    pub(super) fn read(&self, outcome: CallOutcome) -> (AttemptAnswer, Option<LateAnswer>) {
        match outcome {
            CallOutcome::NotDelivered { cause } => {
                (AttemptAnswer::NotDelivered(Cause::new(CauseCode::NotDelivered, cause.code())), None)
            }
            CallOutcome::Answered(answer) => (self.understand(&answer), None),
            CallOutcome::Unknown { cause, head, body_bytes } => {
                let detail = head.map_or_else(String::new, |head| shown_part(&head, body_bytes, &self.secrets.masks()));
                (AttemptAnswer::Unknown(Cause::new(cause.code(), detail)), None)
            }
            CallOutcome::TimedOut(late) => (AttemptAnswer::Unknown(Cause::code(CauseCode::Timeout)), Some(late)),
        }
    }

    /// What a late answer says, for the operator. It changes nothing.
    pub(super) fn late(&self, answer: &Answer) -> Cause {
        match self.understand(answer) {
            AttemptAnswer::Ok => Cause::new(CauseCode::LateOk, "the PSP said OK after the 15 s"),
            AttemptAnswer::Fail(cause) => Cause::new(CauseCode::LateFail, words(&cause)),
            AttemptAnswer::SoftDecline { error, .. } | AttemptAnswer::SoftDeclineWithoutUrl(error) => {
                Cause::new(CauseCode::LateSoftDecline, words(&error))
            }
            AttemptAnswer::NotDelivered(cause) | AttemptAnswer::Unknown(cause) => {
                Cause::new(CauseCode::LateWrong, words(&cause))
            }
        }
    }

    fn understand(&self, answer: &Answer) -> AttemptAnswer {
        let (head, id) = (&answer.head, self.payment.terms.psp_transaction_id.as_str());
        match wire::read_answer(head.status, head.content_type.as_deref(), &answer.body, id, self.policy) {
            wire::Answer::Ok => AttemptAnswer::Ok,
            wire::Answer::Fail { error } => AttemptAnswer::Fail(self.psp_error(CauseCode::PspRefused, error)),
            wire::Answer::SoftDecline { url, error } => {
                AttemptAnswer::SoftDecline { url, error: self.psp_error(CauseCode::SoftDecline, error) }
            }
            wire::Answer::SoftDeclineWithoutGoodUrl { fault, error } => {
                let mut cause = self.psp_error(CauseCode::SoftDeclineWithoutUrl, error);
                if let Some(fault) = fault {
                    cause.detail = joined(&cause.detail, "; ", &format!("url3dSecure: {fault}"));
                }
                AttemptAnswer::SoftDeclineWithoutUrl(cause)
            }
            wire::Answer::Wrong { cause, json_fault, error } => {
                let masks = self.secrets.masks();
                let shown = shown_answer(answer, json_fault.as_deref(), &masks);
                let shown = match error.map(|error| kept(error, &masks)) {
                    Some((id, text)) => format!("the PSP's error {}; {shown}", joined(&id, ": ", &text)),
                    None => shown,
                };
                AttemptAnswer::Unknown(Cause::new(cause.word(), shown))
            }
        }
    }

    /// The PSP's error as a cause; `otherwise` when it names none (an empty id is none).
    fn psp_error(&self, otherwise: CauseCode, error: Option<wire::PspError>) -> Cause {
        let Some(error) = error else { return Cause::code(otherwise) };
        let (id, text) = kept(error, &self.secrets.masks());
        let code = if id.is_empty() { otherwise } else { CauseCode::Psp(id) };
        Cause::new(code, text)
    }
}

/// Id and text of the PSP's error without the call's secrets, each empty when there is none.
fn kept(error: wire::PspError, masks: &Masks) -> (String, String) {
    let wire::PspError { id, text } = error.kept(|text| masks.hide(text));
    (id.unwrap_or_default(), text.unwrap_or_default())
}

/// Code and detail in one line.
pub(super) fn words(cause: &Cause) -> String {
    joined(&cause.code.to_string(), ": ", &cause.detail)
}

fn joined(one: &str, between: &str, other: &str) -> String {
    if one.is_empty() || other.is_empty() { format!("{one}{other}") } else { format!("{one}{between}{other}") }
}

//! What is searched for: as it was asked, and as it is compared with millions of payments.

use lommebok_domain::{
    Amount, CauseCode, Failure, MerchantId, MerchantOrderId, Msn, Notice, Payment, PhoneNumber, PspId, State,
    StateName, Timestamp, UserId,
};

use super::row::{Row, Tags, narrow};

/// What is searched for; what is named must all be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// A `pspTransactionId`, or the wallet's number.
    pub id: Option<String>,
    pub order: Option<MerchantOrderId>,
    /// Of the user to whom it is bound, or of its init.
    pub phone: Option<PhoneNumber>,
    pub msn: Option<Msn>,
    pub psp: Option<PspId>,
    /// One of these; none: whatever state.
    pub states: Vec<StateName>,
    /// Why it failed.
    pub cause: Option<CauseCode>,
    pub amount: Option<Amount>,
    /// Its init came then or later,
    pub since: Option<Timestamp>,
    /// and before then.
    pub until: Option<Timestamp>,
    pub outcome_unknown: bool,
    pub notice_given_up: bool,
}

impl Criteria {
    /// Whether a payment is so, as far as it says itself: all but id and phone number.
    pub(super) fn fit(&self, payment: &Payment) -> bool {
        let (terms, state) = (&payment.terms, &payment.state);
        let failure = if let State::Failed(failure) = state { Some(failure) } else { None };
        let cause = failure.map(|(Failure::Certain { cause } | Failure::Unknown { cause, .. })| &cause.code);
        self.order.as_ref().is_none_or(|order| terms.merchant_order_id == *order)
            && self.msn.as_ref().is_none_or(|msn| terms.msn == *msn)
            && self.psp.is_none_or(|psp| terms.psp == psp)
            && (self.states.is_empty() || self.states.contains(&state.name()))
            && self.cause.as_ref().is_none_or(|wanted| cause == Some(wanted))
            && self.amount.is_none_or(|amount| terms.amount == amount)
            && self.since.is_none_or(|since| terms.created_at >= since)
            && self.until.is_none_or(|until| terms.created_at < until)
            && (!self.outcome_unknown || matches!(failure, Some(Failure::Unknown { .. })))
            && (!self.notice_given_up || matches!(payment.notice, Notice::GivenUp(_)))
    }
}

/// The same in the short form in which payments are compared. It lets through all that fit, and now and then another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// A bit for each state.
    states: u8,
    is_all_of: u8,
    psp: Option<u16>,
    merchant: Option<u32>,
    amount: Option<u32>,
    cause: Option<u32>,
    /// The user, if there is one with the number, and the number.
    payer: Option<(Option<u32>, u32)>,
    since: i64,
    until: i64,
}

impl Wanted {
    pub(super) fn new(
        criteria: &Criteria,
        merchant: Option<MerchantId>,
        payer: Option<(Option<UserId>, &PhoneNumber)>,
        tags: &Tags,
    ) -> Self {
        let states = criteria.states.iter().fold(0, |bits, state| bits | Row::bit(*state));
        let flag = |is_wanted: bool, flag: u8| if is_wanted { flag } else { 0 };
        Self {
            states: if criteria.states.is_empty() { u8::MAX } else { states },
            is_all_of: Row::IS_THERE
                | flag(criteria.outcome_unknown, Row::OUTCOME_UNKNOWN)
                | flag(criteria.notice_given_up, Row::NOTICE_GIVEN_UP),
            psp: criteria.psp.map(|psp| u16::try_from(psp.get()).unwrap_or(u16::MAX)),
            merchant: merchant.map(|merchant| narrow(merchant.get())),
            amount: criteria.amount.map(|amount| narrow(amount.ore())),
            cause: criteria.cause.as_ref().map(|cause| tags.of(&cause.text())),
            payer: payer.map(|(user, number)| (user.map(|user| narrow(user.get())), tags.of(number.as_str()))),
            since: criteria.since.map_or(i64::MIN, Timestamp::as_millis),
            until: criteria.until.map_or(i64::MAX, Timestamp::as_millis),
        }
    }

    pub(super) fn fits(&self, row: &Row) -> bool {
        self.states & row.state != 0
            && row.flags & self.is_all_of == self.is_all_of
            && self.psp.is_none_or(|psp| row.psp == psp)
            && self.merchant.is_none_or(|merchant| row.merchant == merchant)
            && self.amount.is_none_or(|amount| row.amount == amount)
            && self.cause.is_none_or(|cause| row.cause == cause)
            && self.payer.is_none_or(|(user, number)| user == Some(row.user) || row.number == number)
            && (self.since..self.until).contains(&row.created_at)
    }
}

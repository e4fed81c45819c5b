//! The lines themselves: what each kind of call leaves, in the API's own words.

use lommebok_domain::{Cause, Failure, Notice as PaymentNotice, Payment, State};
use lommebok_psp_v3::errors::Fault as WireFault;

use super::{Kind, TARGET};

/// One line of the log of calls.
#[derive(Debug)]
pub enum Line {
    Init(Init),
    Refused(Refused),
    MakePayment(MakePayment),
    Notice(Notice),
    UpdateStatus(UpdateStatus),
    /// There was too much to say in the second before.
    LeftOut {
        kind: Kind,
        lines: u64,
    },
}

/// A payment was started, or its init was answered again.
#[derive(Debug)]
pub struct Init {
    pub payment: Ids,
    pub merchant_order_id: String,
    pub msn: String,
    pub ms: u64,
}

/// Which payment.
#[derive(Debug)]
pub struct Ids {
    id: i64,
    psp: i64,
    psp_transaction_id: String,
}

impl Ids {
    pub fn of(payment: &Payment) -> Self {
        let terms = &payment.terms;
        Self {
            id: payment.id.get(),
            psp: terms.psp.get(),
            psp_transaction_id: terms.psp_transaction_id.as_str().to_owned(),
        }
    }
}

/// A call was refused. Of the fault only what we have written ourselves: a client may have put a secret into any place.
#[derive(Debug)]
pub struct Refused {
    endpoint: &'static str,
    context_id: String,
    status: u16,
    code: Option<&'static str>,
    reason: Option<&'static str>,
    field: Option<String>,
    faults: usize,
    ms: u64,
}

impl Refused {
    /// The refusal of `endpoint` by these faults, or by a bare status.
    pub fn new(endpoint: &'static str, faults: &[WireFault], status: u16) -> Self {
        let first = faults.first();
        let row = first.map(|fault| fault.code.row());
        Self {
            endpoint,
            context_id: String::new(),
            status: row.map_or(status, |row| row.status),
            code: row.map(|row| row.code),
            reason: row.map(|row| row.message),
            field: first.and_then(WireFault::known_field).map(str::to_owned),
            faults: faults.len(),
            ms: 0,
        }
    }

    /// The same of the request with this id, which took so long.
    #[must_use]
    pub fn of_request(self, context_id: &str, ms: u64) -> Self {
        Self { context_id: context_id.to_owned(), ms, ..self }
    }
}

/// A makePayment call has ended.
#[derive(Debug)]
pub struct MakePayment {
    payment: Ids,
    attempt: i64,
    outcome: &'static str,
    /// The PSP may have reserved the money: a person has to look.
    warns: bool,
    cause: Option<String>,
    detail: Option<String>,
    ms: u64,
}

impl MakePayment {
    /// The end that left `payment` as it is.
    pub(crate) fn new(payment: &Payment, attempt: i64, ms: u64) -> Self {
        let (outcome, cause) = match &payment.state {
            State::Failed(Failure::Certain { cause }) => ("FAILED certain", Some(cause)),
            State::Failed(Failure::Unknown { cause, .. }) => ("FAILED unknown", Some(cause)),
            state @ (State::AwaitingUser { .. }
            | State::AwaitingApproval { .. }
            | State::Authorizing { .. }
            | State::StepUp { .. }
            | State::Reserved { .. }
            | State::Cancelled(_)
            | State::Expired) => (state.name().as_str(), None),
        };
        let detail = cause.map(|cause| cause.detail.clone()).filter(|text| !text.is_empty());
        let cause = cause.map(|cause| cause.code.to_string());
        let warns = matches!(payment.state, State::Failed(Failure::Unknown { .. }));
        Self { payment: Ids::of(payment), attempt, outcome, warns, cause, detail, ms }
    }
}

/// A notice was tried.
#[derive(Debug)]
pub struct Notice {
    payment: Ids,
    result: &'static str,
    http_status: Option<u16>,
    cause: Option<String>,
    ms: u64,
}

impl Notice {
    /// The try that left `payment` as it is; `tried` is what came of it.
    pub(crate) fn new(payment: &Payment, tried: &Result<u16, Cause>, ms: u64) -> Self {
        let result = match payment.notice {
            PaymentNotice::Delivered { .. } => "delivered",
            PaymentNotice::GivenUp(_) => "given up",
            PaymentNotice::Due { .. } | PaymentNotice::None => "failed, will be tried again",
        };
        let cause = tried.as_ref().err().map(|cause| cause.code.to_string());
        Self { payment: Ids::of(payment), result, http_status: tried.as_ref().ok().copied(), cause, ms }
    }
}

/// A request of updatestatus was accepted.
#[derive(Debug)]
pub struct UpdateStatus {
    pub psp: i64,
    pub entries: usize,
    pub refused: usize,
    pub waiting: usize,
    pub repeated: bool,
    pub ms: u64,
}

impl Line {
    /// Hands the line to what hears this process' events.
    pub(super) fn write(self) {
        match self {
            Self::Init(line) => line.write(),
            Self::Refused(line) => line.write(),
            Self::MakePayment(line) => line.write(),
            Self::Notice(line) => line.write(),
            Self::UpdateStatus(line) => line.write(),
            Self::LeftOut { kind, lines } => {
                tracing::warn!(target: TARGET, lines, "more lines of {} than a second may have; these were left out", kind.word());
            }
        }
    }
}

impl Init {
    fn write(&self) {
        let Ids { id, psp, psp_transaction_id } = &self.payment;
        tracing::info!(
            target: TARGET,
            pspTransactionId = psp_transaction_id,
            merchantOrderId = self.merchant_order_id,
            msn = self.msn,
            payment = id,
            psp,
            ms = self.ms,
            "init"
        );
    }
}

impl Refused {
    fn write(&self) {
        tracing::info!(
            target: TARGET,
            endpoint = self.endpoint,
            status = self.status,
            code = self.code,
            reason = self.reason,
            field = self.field,
            faults = self.faults,
            contextId = self.context_id,
            ms = self.ms,
            "refused"
        );
    }
}

impl MakePayment {
    fn write(&self) {
        let Ids { id, psp, psp_transaction_id } = &self.payment;
        let Self { attempt, outcome, cause, detail, ms, .. } = self;
        if self.warns {
            tracing::warn!(target: TARGET, pspTransactionId = psp_transaction_id, attempt, outcome, cause, detail, payment = id, psp, ms, "makePayment");
        } else {
            tracing::info!(target: TARGET, pspTransactionId = psp_transaction_id, attempt, outcome, cause, detail, payment = id, psp, ms, "makePayment");
        }
    }
}

impl Notice {
    fn write(&self) {
        let Ids { id, psp, psp_transaction_id } = &self.payment;
        let Self { result, http_status, cause, ms, .. } = self;
        tracing::info!(
            target: TARGET,
            pspTransactionId = psp_transaction_id,
            result,
            httpStatus = http_status,
            cause,
            payment = id,
            psp,
            ms,
            "notice"
        );
    }
}

impl UpdateStatus {
    fn write(&self) {
        let Self { psp, entries, refused, waiting, repeated, ms } = self;
        tracing::info!(target: TARGET, psp, entries, refused, waiting, repeated, ms, "updatestatus");
    }
}

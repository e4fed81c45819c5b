//! One refusal: which row of the table, which field, what exactly, and a hint for a header of the answer.

use std::borrow::Cow;

use super::code::ErrorCode;
use super::table::Stage;
use crate::headers;
use crate::hints::{Hint, MEMBERS, Slip};

/// The most faults that one answer lists; further ones are dropped.
pub const MAX_FAULTS: usize = 100;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row of the table.
    pub code: ErrorCode,
    /// The member or header at fault, such as `transactions[3].amount`; empty if the fault is the whole request's.
    pub field: Cow<'static, str>,
    /// The complete text of the wire.
    pub message: Cow<'static, str>,
    /// What the client most likely did; for the `Lommebok-Hint` header.
    pub hint: Hint,
}

impl Fault {
    /// The fault of this row, with the row's own text and hint.
    pub fn of(code: ErrorCode) -> Self {
        let row = code.row();
        Self { code, field: Cow::Borrowed(""), message: Cow::Borrowed(row.message), hint: Hint::of(row.hint) }
    }

    /// The fault of this row in `field`, with the row's own text, prefixed by the field when it is an entry of a list.
    pub fn at(code: ErrorCode, field: impl Into<Cow<'static, str>>) -> Self {
        let mut fault = Self::of(code);
        fault.field = field.into();
        if fault.field.contains('[') {
            fault.message = Cow::Owned(format!("{}: {}", fault.field, code.row().message));
        }
        fault
    }

    /// The fault of this row in `field`, with the row's text and what is wrong: `Invalid request: amount is required`.
    pub fn because(code: ErrorCode, field: impl Into<Cow<'static, str>>, what: &str) -> Self {
        let mut fault = Self::of(code);
        fault.field = field.into();
        let space = if fault.field.is_empty() { "" } else { " " };
        fault.message = Cow::Owned(format!("{}: {}{space}{what}", code.row().message, fault.field));
        fault
    }

    /// `51 Invalid request`, naming the member; its hint says what the member is to be.
    pub fn invalid(field: impl Into<Cow<'static, str>>, what: &str) -> Self {
        let fault = Self::because(ErrorCode::InvalidRequest, field, what);
        let hint = Hint::member(&fault.field);
        fault.hinting(hint)
    }

    /// A header that is missing; `another` is one that came and is named like it.
    #[must_use]
    pub fn missing_header(self, shown: &'static str, another: Option<String>) -> Self {
        match another {
            Some(another) => self.hinting(Hint::between(Slip::HeaderNearly, another, shown)),
            None => self,
        }
    }

    /// An MSN that is unknown or another PSP's: one answer. `msn` is shown, so it must have passed
    /// [`lommebok_values::Msn::is`].
    pub fn merchant_serial_number(msn: &str) -> Self {
        let mut fault = Self::at(ErrorCode::MerchantSerialNumber, "Merchant-Serial-Number");
        fault.message = Cow::Owned(format!(
            "Invalid MSN: {msn}. This MSN is not valid for the provided PSP ID. Check that you are using the correct credentials for the right environment."
        ));
        fault
    }

    /// The same fault with another hint than its row's, one that the table of hints has for such faults.
    #[must_use]
    pub fn hinting(mut self, hint: Hint) -> Self {
        debug_assert!(hint.row().beside.errors().contains(&self.code), "{hint:?} beside {}", self.code);
        self.hint = hint;
        self
    }

    /// The field, when its name is one of ours: of headers that we read, or of members that we know. Any other name is the
    /// client's own, and may be anything.
    pub fn known_field(&self) -> Option<&str> {
        let name = self.field.rsplit('.').next().unwrap_or_default();
        let known = MEMBERS.iter().any(|(member, _)| *member == name.split('[').next().unwrap_or_default());
        let is_header = headers::ALL.iter().any(|header| header.eq_ignore_ascii_case(name));
        (known || is_header).then_some(&*self.field)
    }

    /// The HTTP status that answers this fault.
    pub fn status(&self) -> u16 {
        self.code.row().status
    }

    /// When this fault is looked for; earlier stages answer alone.
    pub fn stage(&self) -> Stage {
        self.code.row().stage
    }
}

/// What was read of a header and of the body, or the faults of both: they belong to one stage and are reported together.
pub fn together<H, B>(header: Result<H, Fault>, body: Result<B, Vec<Fault>>) -> Result<(H, B), Vec<Fault>> {
    match (header, body) {
        (Ok(header), Ok(body)) => Ok((header, body)),
        (Ok(_), Err(faults)) => Err(faults),
        (Err(fault), Ok(_)) => Err(vec![fault]),
        (Err(fault), Err(mut faults)) => {
            faults.insert(0, fault);
            Err(faults)
        }
    }
}

/// The faults of one body, at most [`MAX_FAULTS`].
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        if !self.is_full() {
            self.0.push(fault);
        }
    }

    /// Whether further faults would be dropped: who still has to build the text of one can spare the work.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MAX_FAULTS
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

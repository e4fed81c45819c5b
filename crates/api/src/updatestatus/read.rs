//! Reading the entries in one pass: this is the largest body of the API, and bound by this code.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{ENTRIES_MAX, Entry, OperationStatus, Status, UpdateStatusRequest};
use crate::amount::{self, ENTRY_AMOUNT_MIN};
use crate::errors::{ErrorCode, Fault, Faults};
use crate::ids;
use crate::json::{Fields, Flat, Object, ObjectSeed, Place, Scalar, read_document};
use crate::payment_text;

/// Reads the body of an updatestatus request. All faults are found, at most 100; each names its entry and field.
pub fn parse(body: &[u8]) -> Result<UpdateStatusRequest<'_>, Vec<Fault>> {
    let mut reading = Reading::default();
    read_document(body, &mut reading).map_err(|broken| vec![broken.into()])?;
    if reading.list == List::Missing {
        reading.faults.push(Fault::invalid("transactions", "is required"));
    }
    if reading.faults.is_empty() {
        Ok(UpdateStatusRequest { entries: reading.entries })
    } else {
        Err(reading.faults.into_vec())
    }
}

/// Whether the body had its one member.
#[derive(Debug, Default, PartialEq, Eq)]
enum List {
    #[default]
    Missing,
    Seen,
}

/// The body while it is read.
#[derive(Default)]
struct Reading<'de> {
    list: List,
    entries: Vec<Entry<'de>>,
    faults: Faults,
}

impl<'de> Object<'de> for Reading<'de> {
    fn names(&self) -> &'static [&'static str] {
        &["transactions"]
    }

    fn member<A: MapAccess<'de>>(&mut self, _index: usize, members: &mut A) -> Result<(), A::Error> {
        self.list = List::Seen;
        members.next_value_seed(EntriesSeed(self))
    }

    fn doubled(&mut self, name: &str) {
        Fields { faults: &mut self.faults, place: Place::Top }.doubled(name);
    }

    fn not_an_object(&mut self, kind: &'static str) {
        self.list = List::Seen;
        self.faults.push(Fault::invalid("", &format!("the body must be an object, not {kind}")));
    }
}

impl Reading<'_> {
    fn not_a_list(&mut self, value: &Scalar<'_>) {
        let what = match value {
            Scalar::Null => "is required".to_owned(),
            other @ (Scalar::Bool(_)
            | Scalar::Integer(_)
            | Scalar::Fraction
            | Scalar::Text(_)
            | Scalar::Array
            | Scalar::Object) => format!("must be an array, not {}", other.kind()),
        };
        self.faults.push(Fault::invalid("transactions", &what));
    }
}

/// Reads the value of `transactions`.
struct EntriesSeed<'r, 'de>(&'r mut Reading<'de>);

impl<'de> DeserializeSeed<'de> for EntriesSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for EntriesSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let reading = self.0;
        for index in 0..ENTRIES_MAX {
            let mut members = Flat::new(ENTRY_NAMES);
            if elements.next_element_seed(ObjectSeed(&mut members))?.is_none() {
                if index == 0 {
                    reading.faults.push(Fault::invalid("transactions", "must have at least one entry"));
                }
                return Ok(());
            }
            let fields = Fields { faults: &mut reading.faults, place: Place::Transaction(index) };
            reading.entries.extend(EntryReader { fields }.entry(members));
        }
        if elements.next_element::<IgnoredAny>()?.is_some() {
            let what = format!("must have at most {ENTRIES_MAX} entries");
            reading
                .faults
                .push(Fault::invalid("transactions", &what).hinting("split the entries into several requests"));
            while elements.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.0.not_a_list(&Scalar::Object);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.not_a_list(&Scalar::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.not_a_list(&Scalar::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.not_a_list(&Scalar::Integer(value));
        Ok(())
    }

    fn visit_u64<E>(self, _value: u64) -> Result<(), E> {
        self.0.not_a_list(&Scalar::Integer(0));
        Ok(())
    }

    fn visit_f64<E>(self, _value: f64) -> Result<(), E> {
        self.0.not_a_list(&Scalar::Fraction);
        Ok(())
    }

    fn visit_str<E>(self, _value: &str) -> Result<(), E> {
        self.0.not_a_list(&Scalar::Text(Cow::Borrowed("")));
        Ok(())
    }
}

/// The members of an entry that are known.
pub(crate) const ENTRY_NAMES: &[&str; 6] =
    &["pspTransactionId", "status", "amount", "currency", "paymentText", "operationStatus"];

struct EntryReader<'f> {
    fields: Fields<'f>,
}

impl EntryReader<'_> {
    /// Reads every member before it gives up on any, so that all faults are found.
    fn entry<'de>(&mut self, members: Flat<'de, 6>) -> Option<Entry<'de>> {
        if !self.fields.check_object(&members) {
            return None;
        }
        let [id, status, amount, currency, text, operation_status] = members.values;
        let psp_transaction_id = self.psp_transaction_id(id);
        let status = self.status(status);
        let amount = self.amount(amount);
        self.currency(currency.as_ref());
        let payment_text = self.fields.text("paymentText", text).map(stored_text);
        let operation_status = self.operation_status(operation_status);
        Some(Entry {
            psp_transaction_id: psp_transaction_id?,
            status: status?,
            amount: amount?,
            payment_text,
            operation_status: operation_status?,
        })
    }

    fn psp_transaction_id<'de>(&mut self, value: Option<Scalar<'de>>) -> Option<Cow<'de, str>> {
        let id = self.fields.required_text("pspTransactionId", value)?;
        if ids::is_psp_transaction_id(&id) {
            return Some(id);
        }
        let what = "must be 1 to 36 of letters, digits, '.', '_' and '-', with at least one letter or digit";
        self.fields.invalid("pspTransactionId", what);
        None
    }

    fn status(&mut self, value: Option<Scalar<'_>>) -> Option<Status> {
        let word = self.fields.required_text("status", value)?;
        let status = Status::from_word(&word);
        if status.is_none() {
            self.fields.invalid("status", "must be RESERVED, CAPTURED, CANCELLED or REFUNDED");
        }
        status
    }

    fn amount(&mut self, value: Option<Scalar<'_>>) -> Option<i64> {
        let value = self.fields.required("amount", value)?;
        let place = self.fields.place;
        match amount::read(&value, ENTRY_AMOUNT_MIN, || place.path("amount")) {
            Ok(amount) => Some(amount),
            Err(fault) => {
                self.fields.faults.push(fault);
                None
            }
        }
    }

    fn currency(&mut self, value: Option<&Scalar<'_>>) {
        let good = match value {
            None | Some(Scalar::Null) => true,
            Some(Scalar::Text(text)) => text == "NOK",
            Some(Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Fraction | Scalar::Array | Scalar::Object) => false,
        };
        if !good {
            let fault = Fault::at(ErrorCode::Currency, self.fields.place.path("currency"));
            self.fields.faults.push(fault.hinting("the only currency is NOK"));
        }
    }

    fn operation_status(&mut self, value: Option<Scalar<'_>>) -> Option<OperationStatus> {
        let Some(word) = self.fields.text("operationStatus", value) else {
            return Some(OperationStatus::default());
        };
        match &*word {
            "SUCCESS" => Some(OperationStatus::Success),
            "FAILED" => Some(OperationStatus::Failed),
            _ => {
                self.fields.invalid("operationStatus", "must be SUCCESS or FAILED");
                None
            }
        }
    }
}

fn stored_text(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(payment_text::stored(text)),
        Cow::Owned(text) => Cow::Owned(payment_text::stored(&text).to_owned()),
    }
}

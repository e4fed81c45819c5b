//! Reading the entries in one pass: this is the largest body of the API, and bound by this code.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use lommebok_values::{Amount, EntryStatus, OperationStatus, PspTransactionId};

use super::{ENTRIES_MAX, Entry, UpdateStatusRequest};
use crate::amount::{self, ENTRY_AMOUNT_MIN};
use crate::errors::{ErrorCode, Fault, Faults};
use crate::hints::{Hint, Hints, Slip, closest};
use crate::json::{
    Broken, Fields, Flat, Manner, Object, ObjectSeed, Oddity, Place, Scalar, doubled, halved_name, no_object, not_read,
    read_document, visible, without_surrogates,
};
use crate::payment_text;

/// Reads the body of an updatestatus request. All faults are found, at most 100; each names its entry and field.
pub fn parse(body: &[u8]) -> Result<UpdateStatusRequest<'_>, Vec<Fault>> {
    let mut reading = match read_document(body, |manner| Reading { manner, ..Reading::default() }) {
        Ok(reading) => reading,
        Err(broken) => {
            let mended = without_surrogates(body);
            let again = broken == Broken::Halved && mended != body;
            return Err(if again { parse(&mended).err().unwrap_or_default() } else { vec![broken.into()] });
        }
    };
    if reading.list == List::Missing {
        reading.missing();
    }
    if reading.faults.is_empty() {
        Ok(UpdateStatusRequest { entries: reading.entries, hints: reading.hints })
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

/// The members of the body that are known.
pub(crate) const TOP_NAMES: &[&str; 1] = &["transactions"];

/// The body while it is read.
#[derive(Default)]
struct Reading<'de> {
    manner: Manner,
    list: List,
    entries: Vec<Entry<'de>>,
    faults: Faults,
    hints: Hints,
    /// An unknown member that was most likely meant to be the list.
    misspelled: Option<String>,
}

impl<'de> Object<'de> for Reading<'de> {
    fn names(&self) -> &'static [&'static str] {
        TOP_NAMES
    }

    fn manner(&self) -> Manner {
        self.manner
    }

    fn member<A: MapAccess<'de>>(&mut self, _index: usize, members: &mut A) -> Result<(), A::Error> {
        self.list = List::Seen;
        members.next_value_seed(EntriesSeed(self))
    }

    fn odd(&mut self, oddity: Oddity<'_>) {
        match oddity {
            Oddity::Doubled(name) => self.faults.push(doubled(visible(name))),
            Oddity::Unknown(name) => {
                self.hints.push(not_read(name, TOP_NAMES));
                if closest(name, *TOP_NAMES).is_some() {
                    self.misspelled = Some(visible(name));
                }
            }
            Oddity::HalvedName => self.faults.push(halved_name("")),
            Oddity::NotAnObject(other) => {
                self.list = List::Seen;
                let fault = no_object(&other);
                // A client that sends the bare entries should learn where they go.
                let alone = other == Scalar::Array;
                self.faults.push(if alone { fault.hinting(Hint::member("transactions")) } else { fault });
            }
        }
    }
}

impl Reading<'_> {
    fn missing(&mut self) {
        let fault = Fault::invalid("transactions", "is required");
        self.faults.push(match self.misspelled.take() {
            Some(sent) => fault.hinting(Hint::between(Slip::MemberNearly, sent, "transactions")),
            None => fault,
        });
    }

    fn not_a_list(&mut self, value: &Scalar<'_>) {
        let what = match value {
            Scalar::Null => "is required".to_owned(),
            other @ (Scalar::Bool(_)
            | Scalar::Integer(_)
            | Scalar::Fraction
            | Scalar::Text(_)
            | Scalar::HalvedText(_)
            | Scalar::Array
            | Scalar::Object(_)) => format!("must be an array, not {}", other.kind()),
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
            let mut members = Flat::new(ENTRY_NAMES, reading.manner);
            if elements.next_element_seed(ObjectSeed(&mut members))?.is_none() {
                if index == 0 {
                    reading.faults.push(Fault::invalid("transactions", "must have at least one entry"));
                }
                return Ok(());
            }
            let fields = Fields::new(&mut reading.faults, &mut reading.hints, Place::Transaction(index));
            reading.entries.extend(EntryReader { fields }.entry(members));
        }
        if elements.next_element::<IgnoredAny>()?.is_some() {
            let what = format!("must have at most {ENTRIES_MAX} entries");
            let fault = Fault::invalid("transactions", &what);
            reading.faults.push(fault.hinting(Hint::of(Slip::TooManyEntries)));
            while elements.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.0.not_a_list(&Scalar::Object(""));
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
    fn entry<'de>(&mut self, mut members: Flat<'de, 6>) -> Option<Entry<'de>> {
        if !self.fields.check_object(&mut members) {
            return None;
        }
        let [id, status, amount, currency, text, operation_status] = members.values;
        let psp_transaction_id = self.psp_transaction_id(id);
        let status = self.status(status);
        let amount = self.amount(amount);
        self.currency(currency.as_ref());
        let payment_text = self.fields.text_for_people("paymentText", text);
        let payment_text = payment_text.map(|text| payment_text::taken(text, self.fields.hints));
        let operation_status = self.operation_status(operation_status);
        Some(Entry {
            psp_transaction_id: psp_transaction_id?,
            status: status?,
            amount: amount?,
            payment_text,
            operation_status: operation_status?,
        })
    }

    fn psp_transaction_id(&mut self, value: Option<Scalar<'_>>) -> Option<PspTransactionId> {
        let text = self.fields.required_text("pspTransactionId", value)?;
        if let Some(id) = PspTransactionId::new(&text) {
            return Some(id);
        }
        let what = "must be 1 to 36 of letters, digits, '.', '_' and '-', with at least one letter or digit";
        self.fields.invalid("pspTransactionId", what);
        None
    }

    fn status(&mut self, value: Option<Scalar<'_>>) -> Option<EntryStatus> {
        let word = self.fields.required_text("status", value)?;
        let status = EntryStatus::parse(&word);
        if status.is_none() {
            self.fields.invalid("status", "must be RESERVED, CAPTURED, CANCELLED or REFUNDED");
        }
        status
    }

    fn amount(&mut self, value: Option<Scalar<'_>>) -> Option<Amount> {
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
            Some(
                Scalar::HalvedText(_)
                | Scalar::Bool(_)
                | Scalar::Integer(_)
                | Scalar::Fraction
                | Scalar::Array
                | Scalar::Object(_),
            ) => false,
        };
        if !good {
            self.fields.faults.push(Fault::at(ErrorCode::Currency, self.fields.place.path("currency")));
        }
    }

    fn operation_status(&mut self, value: Option<Scalar<'_>>) -> Option<OperationStatus> {
        let Some(word) = self.fields.text("operationStatus", value) else {
            return Some(OperationStatus::Success);
        };
        let status = OperationStatus::parse(&word);
        if status.is_none() {
            self.fields.invalid("operationStatus", "must be SUCCESS or FAILED");
        }
        status
    }
}

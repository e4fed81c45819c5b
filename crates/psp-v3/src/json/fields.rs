//! What every field needs: is it there, has it the right type, and how a fault names it.

use std::borrow::Cow;

use super::{Flat, Object, Scalar};
use lommebok_values::PhoneNumber;

use crate::errors::{Fault, Faults};
use crate::hints::{Hint, Hints, Slip, closest};

/// Where in the body an object is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// It is the body.
    Top,
    /// It is the member of this name.
    Member(&'static str),
    /// It is this entry, counted from 0, of `transactions`.
    Transaction(usize),
}

impl Place {
    /// The path of this object's member `name`.
    pub(crate) fn path(self, name: &'static str) -> Cow<'static, str> {
        match self {
            Place::Top => Cow::Borrowed(name),
            Place::Member(member) => Cow::Owned(format!("{member}.{name}")),
            Place::Transaction(index) => Cow::Owned(format!("transactions[{index}].{name}")),
        }
    }

    /// The path of the object itself.
    fn own_path(self) -> Cow<'static, str> {
        match self {
            Place::Top => Cow::Borrowed(""),
            Place::Member(member) => Cow::Borrowed(member),
            Place::Transaction(index) => Cow::Owned(format!("transactions[{index}]")),
        }
    }
}

/// Reads the fields of one object and collects their faults and hints.
pub(crate) struct Fields<'f> {
    pub(crate) faults: &'f mut Faults,
    /// What was taken although it is not as it should be.
    pub(crate) hints: &'f mut Hints,
    pub(crate) place: Place,
    /// The first names that the object does not know.
    unknown: Vec<String>,
}

impl<'f> Fields<'f> {
    pub(crate) fn new(faults: &'f mut Faults, hints: &'f mut Hints, place: Place) -> Self {
        Self { faults, hints, place, unknown: Vec::new() }
    }

    /// Reports what is wrong with the object as a whole: that it is none, or that members are doubled. Answers whether
    /// it is an object, so that its members are worth looking at.
    pub(crate) fn check_object<const N: usize>(&mut self, object: &mut Flat<'_, N>) -> bool {
        if let Some(other) = &object.other {
            let what = format!("must be an object, not {}", other.kind());
            self.faults.push(match self.place {
                Place::Top => no_object(other),
                Place::Member(_) => Fault::invalid(self.place.own_path(), &what),
                Place::Transaction(_) => {
                    Fault::invalid(self.place.own_path(), &what).hinting(Hint::member("transactions"))
                }
            });
            return false;
        }
        if object.halved_name {
            self.faults.push(halved_name(&self.place.own_path()));
        }
        for name in &object.doubled {
            if self.faults.is_full() {
                break;
            }
            self.doubled(name);
        }
        self.unknown = std::mem::take(&mut object.unknown);
        for name in &self.unknown {
            self.hints.push(not_read(name, object.names()));
        }
        true
    }

    /// Reports the member `name` as doubled; of an unknown name only the visible characters are shown, at most 50.
    fn doubled(&mut self, name: &str) {
        let path = match self.place {
            Place::Top => visible(name),
            Place::Member(_) | Place::Transaction(_) => format!("{}.{}", self.place.own_path(), visible(name)),
        };
        self.faults.push(doubled(path));
    }

    /// Reports `51 Invalid request` for the member `name`.
    pub(crate) fn invalid(&mut self, name: &'static str, what: &str) {
        if !self.faults.is_full() {
            self.faults.push(Fault::invalid(self.place.path(name), what));
        }
    }

    /// The value of a member that must be there; absent and `null` are the same.
    pub(crate) fn required<'de>(&mut self, name: &'static str, value: Option<Scalar<'de>>) -> Option<Scalar<'de>> {
        match value {
            None | Some(Scalar::Null) => {
                self.missing(name, "is required");
                None
            }
            Some(value) => Some(value),
        }
    }

    /// Reports the member `name` as missing; the hint names an unknown one that was most likely meant to be it.
    pub(crate) fn missing(&mut self, name: &'static str, what: &str) {
        if self.faults.is_full() {
            return;
        }
        let fault = Fault::invalid(self.place.path(name), what);
        let sent = self.unknown.iter().find(|sent| closest(sent, [name]).is_some());
        self.faults.push(match sent {
            Some(sent) => fault.hinting(Hint::between(Slip::MemberNearly, visible(sent), name)),
            None => fault,
        });
    }

    /// The text of a member that must be there.
    pub(crate) fn required_text<'de>(
        &mut self,
        name: &'static str,
        value: Option<Scalar<'de>>,
    ) -> Option<Cow<'de, str>> {
        let value = self.required(name, value)?;
        self.text(name, Some(value))
    }

    /// The text of a member that may be absent or `null`.
    pub(crate) fn text<'de>(&mut self, name: &'static str, value: Option<Scalar<'de>>) -> Option<Cow<'de, str>> {
        match value? {
            Scalar::Null => None,
            Scalar::Text(text) if text.as_bytes().contains(&0) => {
                self.invalid(name, "must not contain NUL");
                None
            }
            Scalar::Text(text) => Some(text),
            Scalar::HalvedText(_) => {
                self.halved(name);
                None
            }
            other @ (Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Fraction | Scalar::Array | Scalar::Object(_)) => {
                self.invalid(name, &not_a_string(other.kind()));
                None
            }
        }
    }

    /// The same for a text that people read: what was cut in the middle of an emoji is taken, with U+FFFD.
    pub(crate) fn text_for_people<'de>(
        &mut self,
        name: &'static str,
        value: Option<Scalar<'de>>,
    ) -> Option<Cow<'de, str>> {
        if let Some(Scalar::HalvedText(text)) = value {
            self.hints.push(Hint::of(Slip::HalvedTextTaken));
            return self.text(name, Some(Scalar::Text(Cow::Owned(text.into()))));
        }
        self.text(name, value)
    }

    /// Reports a text with half of a surrogate pair.
    pub(crate) fn halved(&mut self, name: &'static str) {
        if !self.faults.is_full() {
            let fault = Fault::invalid(self.place.path(name), HALVED);
            self.faults.push(fault.hinting(Hint::about(Slip::HalvedText, name)));
        }
    }

    /// The phone number of a member that may be absent or `null`: 8 digits. The hint has the spelling that would do; it
    /// goes only to the sender of the number.
    pub(crate) fn phone_number(&mut self, name: &'static str, value: Option<Scalar<'_>>) -> Option<PhoneNumber> {
        let (what, meant) = match value? {
            Scalar::Null => return None,
            Scalar::Text(text) => match PhoneNumber::new(&text) {
                Some(number) => return Some(number),
                None => ("must be 8 digits".to_owned(), PhoneNumber::of_norway(&text)),
            },
            Scalar::Integer(number) => (not_a_string("a number"), PhoneNumber::of_norway(&number.to_string())),
            Scalar::HalvedText(_) => (HALVED.to_owned(), None),
            other @ (Scalar::Bool(_) | Scalar::Fraction | Scalar::Array | Scalar::Object(_)) => {
                (not_a_string(other.kind()), None)
            }
        };
        let fault = Fault::invalid(self.place.path(name), &what);
        self.faults.push(match meant {
            Some(number) => fault.hinting(Hint::between(Slip::PhoneNumber, name, number.to_string())),
            None => fault,
        });
        None
    }

    /// The flag of a member that may be absent or `null`, which both mean `None`.
    pub(crate) fn flag(&mut self, name: &'static str, value: Option<Scalar<'_>>) -> Option<bool> {
        match value? {
            Scalar::Null => None,
            Scalar::Bool(flag) => Some(flag),
            other @ (Scalar::Text(_)
            | Scalar::HalvedText(_)
            | Scalar::Integer(_)
            | Scalar::Fraction
            | Scalar::Array
            | Scalar::Object(_)) => {
                self.invalid(name, &format!("must be true or false, not {}", other.kind()));
                None
            }
        }
    }
}

fn not_a_string(kind: &str) -> String {
    format!("must be a string, not {kind}")
}

const HALVED: &str = "has half of a surrogate pair";

/// The fault of a body that is no object, but a value like `other`.
pub(crate) fn no_object(other: &Scalar<'_>) -> Fault {
    let fault = Fault::invalid("", &format!("the body must be an object, not {}", other.kind()));
    fault.hinting(Hint::of(match other {
        Scalar::Array => Slip::BodyInArray,
        Scalar::Text(_) | Scalar::HalvedText(_) => Slip::BodyEncodedTwice,
        Scalar::Null | Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Fraction | Scalar::Object(_) => {
            Slip::BodyOtherKind
        }
    }))
}

/// The fault of a name with half of a surrogate pair, in the object at `path`.
pub(crate) fn halved_name(path: &str) -> Fault {
    let place = if path.is_empty() { "the body" } else { path };
    let fault = Fault::invalid("", &format!("the name of a member of {place} {HALVED}"));
    fault.hinting(Hint::about(Slip::HalvedText, "the name of a member"))
}

/// The fault of a doubled member.
pub(crate) fn doubled(path: String) -> Fault {
    Fault::invalid(path, "is given more than once").hinting(Hint::of(Slip::MemberDoubled))
}

/// The hint about an unknown member `name`, from those that the object knows.
pub(crate) fn not_read(name: &str, known: &'static [&'static str]) -> Hint {
    match closest(name, known.iter().copied()) {
        Some(meant) => Hint::between(Slip::MemberNearly, visible(name), meant),
        None => Hint::about(Slip::MemberUnknown, visible(name)),
    }
}

/// What is shown of a name that a client sent: its visible characters, at most 50.
pub(crate) fn visible(name: &str) -> String {
    name.chars().filter(|character| matches!(character, '!'..='~')).take(50).collect()
}

//! What every field needs: is it there, has it the right type, and how a fault names it.

use std::borrow::Cow;

use super::{Flat, Scalar};
use crate::errors::{Fault, Faults};

/// Where in the body an object stands.
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

/// Reads the fields of one object and collects their faults.
pub(crate) struct Fields<'f> {
    pub(crate) faults: &'f mut Faults,
    pub(crate) place: Place,
}

impl Fields<'_> {
    /// Reports what is wrong with the object as a whole: that it is none, or that members are doubled. Answers whether
    /// it is an object, so that its members are worth looking at.
    pub(crate) fn check_object<const N: usize>(&mut self, object: &Flat<'_, N>) -> bool {
        if let Some(kind) = object.other_kind {
            let what = format!("must be an object, not {kind}");
            self.faults.push(match self.place {
                Place::Top => Fault::invalid("", &format!("the body {what}")),
                Place::Member(_) | Place::Transaction(_) => Fault::invalid(self.place.own_path(), &what),
            });
            return false;
        }
        for name in &object.doubled {
            if self.faults.is_full() {
                break;
            }
            self.doubled(name);
        }
        true
    }

    /// Reports the member `name` as doubled; of an unknown name only the visible characters are shown, at most 50.
    pub(crate) fn doubled(&mut self, name: &str) {
        let shown: String = name.chars().filter(|character| matches!(character, '!'..='~')).take(50).collect();
        let path = match self.place {
            Place::Top => shown,
            Place::Member(_) | Place::Transaction(_) => format!("{}.{shown}", self.place.own_path()),
        };
        self.faults.push(Fault::invalid(path, "is given more than once"));
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
                self.invalid(name, "is required");
                None
            }
            Some(value) => Some(value),
        }
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
            other @ (Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Fraction | Scalar::Array | Scalar::Object) => {
                self.invalid(name, &format!("must be a string, not {}", other.kind()));
                None
            }
        }
    }

    /// The flag of a member that may be absent or `null`, which both mean `None`.
    pub(crate) fn flag(&mut self, name: &'static str, value: Option<Scalar<'_>>) -> Option<bool> {
        match value? {
            Scalar::Null => None,
            Scalar::Bool(flag) => Some(flag),
            other @ (Scalar::Text(_) | Scalar::Integer(_) | Scalar::Fraction | Scalar::Array | Scalar::Object) => {
                self.invalid(name, &format!("must be true or false, not {}", other.kind()));
                None
            }
        }
    }
}

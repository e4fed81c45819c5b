//! One JSON object: known members go to their reader, doubled ones are reported, unknown ones are skipped.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Scalar;

/// What a body does with the members of one object.
pub(crate) trait Object<'de> {
    /// The members that this object knows, at most 32.
    fn names(&self) -> &'static [&'static str];
    /// Reads the value of the member `names()[index]`, seen for the first time.
    fn member<A: MapAccess<'de>>(&mut self, index: usize, members: &mut A) -> Result<(), A::Error>;
    /// Takes note that a member came again; its value was skipped.
    fn doubled(&mut self, name: &str);
    /// Takes note that the value is no object at all, but `kind`.
    fn not_an_object(&mut self, kind: &'static str);
}

/// An object whose members are all scalars, collected in the order of `names`.
pub(crate) struct Flat<'de, const N: usize> {
    names: &'static [&'static str; N],
    /// The values; `None` where a member is absent.
    pub(crate) values: [Option<Scalar<'de>>; N],
    /// The names that came more than once.
    pub(crate) doubled: Vec<String>,
    /// What the value was, if it was no object.
    pub(crate) other_kind: Option<&'static str>,
}

impl<const N: usize> Flat<'_, N> {
    pub(crate) fn new(names: &'static [&'static str; N]) -> Self {
        Self { names, values: [const { None }; N], doubled: Vec::new(), other_kind: None }
    }
}

impl<'de, const N: usize> Object<'de> for Flat<'de, N> {
    fn names(&self) -> &'static [&'static str] {
        self.names
    }

    fn member<A: MapAccess<'de>>(&mut self, index: usize, members: &mut A) -> Result<(), A::Error> {
        let value = members.next_value()?;
        if let Some(place) = self.values.get_mut(index) {
            *place = Some(value);
        }
        Ok(())
    }

    fn doubled(&mut self, name: &str) {
        self.doubled.push(name.to_owned());
    }

    fn not_an_object(&mut self, kind: &'static str) {
        self.other_kind = Some(kind);
    }
}

/// Reads the next value into an [`Object`].
pub(crate) struct ObjectSeed<'o, O>(pub(crate) &'o mut O);

impl<'de, O: Object<'de>> DeserializeSeed<'de> for ObjectSeed<'_, O> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, O: Object<'de>> Visitor<'de> for ObjectSeed<'_, O> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = 0_u32;
        let mut unknown = BTreeSet::new();
        let names = self.0.names();
        while let Some(key) = members.next_key_seed(KeySeed { names })? {
            match key {
                Key::Known(index) => {
                    let bit = 1_u32.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
                    if seen & bit == 0 {
                        seen |= bit;
                        self.0.member(index, &mut members)?;
                    } else {
                        self.0.doubled(names.get(index).copied().unwrap_or_default());
                        members.next_value::<IgnoredAny>()?;
                    }
                }
                Key::Unknown(name) => {
                    members.next_value::<IgnoredAny>()?;
                    if let Some(name) = unknown.replace(name) {
                        self.0.doubled(&name);
                    }
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        self.0.not_an_object(Scalar::Array.kind());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.not_an_object(Scalar::Null.kind());
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.not_an_object(Scalar::Bool(value).kind());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.not_an_object(Scalar::Integer(value).kind());
        Ok(())
    }

    fn visit_u64<E>(self, _value: u64) -> Result<(), E> {
        self.0.not_an_object(Scalar::Integer(0).kind());
        Ok(())
    }

    fn visit_f64<E>(self, _value: f64) -> Result<(), E> {
        self.0.not_an_object(Scalar::Fraction.kind());
        Ok(())
    }

    fn visit_str<E>(self, _value: &str) -> Result<(), E> {
        self.0.not_an_object(Scalar::Text(Cow::Borrowed("")).kind());
        Ok(())
    }
}

enum Key<'de> {
    Known(usize),
    Unknown(Cow<'de, str>),
}

struct KeySeed {
    names: &'static [&'static str],
}

impl KeySeed {
    fn known(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(self.known(name).map_or(Key::Unknown(Cow::Borrowed(name)), Key::Known))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.known(name).map_or_else(|| Key::Unknown(Cow::Owned(name.to_owned())), Key::Known))
    }
}

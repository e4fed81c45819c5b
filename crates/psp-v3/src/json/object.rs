//! One JSON object: known members go to their reader, doubled ones are reported, unknown ones are skipped.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::cut_out;
use super::{Manner, Scalar};

/// The most unknown names of one object that are remembered, for hints.
const UNKNOWN_NAMES_MAX: usize = 8;

/// What a body does with the members of one object.
pub(crate) trait Object<'de> {
    /// The members that this object knows, at most 32.
    fn names(&self) -> &'static [&'static str];
    /// How it is read.
    fn manner(&self) -> Manner;
    /// Reads the value of the member `names()[index]`, seen for the first time.
    fn member<A: MapAccess<'de>>(&mut self, index: usize, members: &mut A) -> Result<(), A::Error>;
    /// Takes note of what is odd about the object.
    fn odd(&mut self, oddity: Oddity<'_>);
}

/// What is odd about an object.
#[derive(Debug, Clone)]
pub(crate) enum Oddity<'n> {
    /// The member of this name came again; its value was skipped.
    Doubled(&'n str),
    /// The object does not know the member of this name; its value was skipped.
    Unknown(&'n str),
    /// A name holds half of a surrogate pair.
    HalvedName,
    /// The value is no object at all, but one like this.
    NotAnObject(Scalar<'static>),
}

/// An object whose members are all scalars, collected in the order of `names`.
pub(crate) struct Flat<'de, const N: usize> {
    names: &'static [&'static str; N],
    manner: Manner,
    /// The values; `None` where a member is absent.
    pub(crate) values: [Option<Scalar<'de>>; N],
    /// The names that came more than once.
    pub(crate) doubled: Vec<String>,
    /// The first names that the object does not know.
    pub(crate) unknown: Vec<String>,
    /// Whether a name holds half of a surrogate pair.
    pub(crate) halved_name: bool,
    /// What kind of value it was, if it was no object.
    pub(crate) other: Option<Scalar<'static>>,
}

impl<const N: usize> Flat<'_, N> {
    pub(crate) fn new(names: &'static [&'static str; N], manner: Manner) -> Self {
        let (doubled, unknown) = (Vec::new(), Vec::new());
        Self { names, manner, values: [const { None }; N], doubled, unknown, halved_name: false, other: None }
    }
}

impl<'de, const N: usize> Object<'de> for Flat<'de, N> {
    fn names(&self) -> &'static [&'static str] {
        self.names
    }

    fn manner(&self) -> Manner {
        self.manner
    }

    fn member<A: MapAccess<'de>>(&mut self, index: usize, members: &mut A) -> Result<(), A::Error> {
        let value = members.next_value_seed(self.manner)?;
        if let Some(place) = self.values.get_mut(index) {
            *place = Some(value);
        }
        Ok(())
    }

    fn odd(&mut self, oddity: Oddity<'_>) {
        match oddity {
            Oddity::Doubled(name) => self.doubled.push(name.to_owned()),
            Oddity::Unknown(name) if self.unknown.len() < UNKNOWN_NAMES_MAX => self.unknown.push(name.to_owned()),
            Oddity::Unknown(_) => {}
            Oddity::HalvedName => self.halved_name = true,
            Oddity::NotAnObject(other) => self.other = Some(other),
        }
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
        let (names, manner) = (self.0.names(), self.0.manner());
        while let Some(key) = members.next_key_seed(KeySeed { names, manner })? {
            match key {
                Key::Known(index) => {
                    let bit = 1_u32.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
                    if seen & bit == 0 {
                        seen |= bit;
                        self.0.member(index, &mut members)?;
                    } else {
                        self.0.odd(Oddity::Doubled(names.get(index).copied().unwrap_or_default()));
                        members.next_value::<IgnoredAny>()?;
                    }
                }
                Key::Unknown(name) => {
                    members.next_value::<IgnoredAny>()?;
                    match unknown.replace(name.clone()) {
                        Some(name) => self.0.odd(Oddity::Doubled(&name)),
                        None => self.0.odd(Oddity::Unknown(&name)),
                    }
                }
                Key::Halved => {
                    members.next_value::<IgnoredAny>()?;
                    self.0.odd(Oddity::HalvedName);
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        self.0.odd(Oddity::NotAnObject(Scalar::Array));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.odd(Oddity::NotAnObject(Scalar::Null));
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.odd(Oddity::NotAnObject(Scalar::Bool(value)));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.odd(Oddity::NotAnObject(Scalar::Integer(value)));
        Ok(())
    }

    fn visit_u64<E>(self, _value: u64) -> Result<(), E> {
        self.0.odd(Oddity::NotAnObject(Scalar::Integer(0)));
        Ok(())
    }

    fn visit_f64<E>(self, _value: f64) -> Result<(), E> {
        self.0.odd(Oddity::NotAnObject(Scalar::Fraction));
        Ok(())
    }

    fn visit_str<E>(self, _value: &str) -> Result<(), E> {
        self.0.odd(Oddity::NotAnObject(Scalar::Text(Cow::Borrowed(""))));
        Ok(())
    }
}

enum Key<'de> {
    Known(usize),
    Unknown(Cow<'de, str>),
    Halved,
}

struct KeySeed {
    names: &'static [&'static str],
    manner: Manner,
}

impl KeySeed {
    fn known(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.manner == Manner::Swift {
            return deserializer.deserialize_str(self);
        }
        match Scalar::read(cut_out(deserializer)?) {
            Some(Scalar::Text(name)) => Ok(self.known(&name).map_or(Key::Unknown(name), Key::Known)),
            Some(Scalar::HalvedText(_)) => Ok(Key::Halved),
            _ => Err(D::Error::custom("a member's name is no string")),
        }
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

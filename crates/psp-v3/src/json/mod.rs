//! Strict reading of JSON bodies over `serde_json`, in one pass and without copying: doubled members are faults, unknown
//! ones are skipped, and a value of the wrong type is remembered instead of ending the reading, so that all faults of a
//! body are found together.
//!
//! Rules of single fields do not belong here. A newcomer would derive `Deserialize`: it stops at the first fault.

mod document;
mod fields;
mod object;
mod scalar;
mod syntax;

pub(crate) use document::{Broken, read_document, without_surrogates};
pub(crate) use fields::{Fields, Place, doubled, halved_name, no_object, not_read, visible};
pub(crate) use object::{Flat, Object, ObjectSeed, Oddity};
pub(crate) use scalar::{Manner, Scalar};

//! Whether what is stored is sound, and what is wrong where it is not.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of `POST /check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Whether nothing is wrong.
    pub sound: bool,
    /// How many payments were looked at.
    pub payments: u64,
    /// What is wrong, for people: at most 1,000 lines.
    pub faults: Vec<String>,
}

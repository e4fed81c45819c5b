//! The name of one operation at the acquirer, made from what it is for, so that a repeat after a crash has the same one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(String);

impl OperationId {
    /// The authorisation of one attempt (1 or 2) of a payment.
    pub fn authorisation(psp_transaction_id: &str, attempt: u8) -> Self {
        Self(format!("{psp_transaction_id}/a{attempt}"))
    }

    /// The `number`th operation on a payment's reserved money.
    pub fn following(psp_transaction_id: &str, number: usize) -> Self {
        Self(format!("{psp_transaction_id}/o{number}"))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

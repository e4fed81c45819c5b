//! What became of a payment's money, as payments and the lines of their logs show it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a payment's money, in minor units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sums {
    /// What was reserved.
    pub reserved: i64,
    /// How much of it was captured.
    pub captured: i64,
    /// How much of it was released.
    pub released: i64,
    /// How much of what was captured was paid back.
    pub refunded: i64,
}

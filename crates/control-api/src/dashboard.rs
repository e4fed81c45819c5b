//! The way into the dashboard, which only a sandbox has.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of `POST /dashboard/links`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardLink {
    /// Open it in a browser: it signs in once. It is a secret.
    pub url: String,
    /// For how long it may be used, in s.
    pub valid_for_s: u64,
}

impl std::fmt::Debug for DashboardLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DashboardLink").field("valid_for_s", &self.valid_for_s).finish_non_exhaustive()
    }
}

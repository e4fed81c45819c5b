//! `/control/v1/dashboard/links`: a link that signs in to the dashboard once.

use std::sync::Arc;

use axum::extract::State;
use lommebok_control_api::DashboardLink;

use super::Control;
use crate::http::Answer;
use crate::http::dashboard::access::{Access, LINK_LIFE_S};

/// What this call needs.
#[derive(Clone, Debug)]
pub(super) struct Links {
    pub(super) control: Control,
    pub(super) access: Arc<Access>,
}

#[utoipa::path(
    post,
    path = "/control/v1/dashboard/links",
    tag = "dashboard",
    operation_id = "makeDashboardLink",
    summary = "A link that signs in to the dashboard once",
    responses((status = 200, description = "The link.", body = DashboardLink))
)]
pub(super) async fn make_link(State(links): State<Links>) -> Answer<DashboardLink> {
    let (public_url, once) = (&links.control.wallet.settings.public_url, links.access.new_link());
    Answer(DashboardLink { url: format!("{public_url}/dashboard/sign-in?once={once}"), valid_for_s: LINK_LIFE_S })
}

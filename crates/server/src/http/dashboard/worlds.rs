//! Worlds: the list, one more, reset and delete. Only the first world's Control API knows of others, so only its dashboard has this page.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use lommebok_control_api::{NewTenant, Tenant, TenantList};
use lommebok_web::pages::html::Policy;
use serde::de::IgnoredAny;

use super::door::{Refused, encoded};
use super::form::Form;
use super::payment::Id;
use super::{Dashboard, Making, PATH, notice_of};
use crate::ui::dashboard::frame::{Notice, Section};
use crate::ui::dashboard::worlds::WorldsPage;

pub(super) async fn list(State(dashboard): State<Dashboard>, uri: Uri, headers: HeaderMap) -> Response {
    page(&Making::new(&dashboard, &uri, &headers), None).await
}

async fn page(making: &Making<'_>, notice: Option<Notice>) -> Response {
    let worlds = match making.dashboard.door.get::<TenantList>("tenants").await {
        Ok(list) => list.tenants,
        Err(refused) => return making.refused(&refused),
    };
    let mut frame = making.frame(Section::Worlds, None).await;
    frame.notice = notice;
    making.answer(&WorldsPage { page: making.page(), frame, worlds })
}

pub(super) async fn create(State(dashboard): State<Dashboard>, request: Request) -> Response {
    change(&dashboard, request, async |form: &Form| {
        let name = Some(form.field("name").to_owned()).filter(|name| !name.is_empty());
        let body = NewTenant { name, ttl_s: form.field("ttl").parse().ok(), ..NewTenant::default() };
        dashboard.door.post::<Tenant>("tenants", &body).await.map(drop)
    })
    .await
}

pub(super) async fn reset(State(dashboard): State<Dashboard>, name: Id, request: Request) -> Response {
    let name = encoded(&name.map(|Path(name)| name).unwrap_or_default());
    change(&dashboard, request, async |_: &Form| {
        dashboard.door.post_empty::<IgnoredAny>(&format!("tenants/{name}/reset")).await.map(drop)
    })
    .await
}

pub(super) async fn delete(State(dashboard): State<Dashboard>, name: Id, request: Request) -> Response {
    let name = encoded(&name.map(|Path(name)| name).unwrap_or_default());
    change(&dashboard, request, async |_: &Form| dashboard.door.delete(&format!("tenants/{name}")).await).await
}

async fn change(
    dashboard: &Dashboard,
    request: Request,
    doing: impl AsyncFnOnce(&Form) -> Result<(), Refused>,
) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let form = match Form::read(dashboard, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    match doing(&form).await {
        Ok(()) => dashboard.pages.see_other(&format!("{PATH}/worlds"), Policy::Closed),
        Err(refused) => {
            let mut making = Making::new(dashboard, &uri, &headers);
            making.here = format!("{PATH}/worlds");
            page(&making, Some(notice_of(&refused))).await
        }
    }
}

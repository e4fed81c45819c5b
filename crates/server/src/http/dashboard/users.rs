//! Users: their cards, and scripts by which they act themselves. A script that is refused stays in its field, with what is wrong.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use lommebok_control_api::{Clock, SetScript, User, Users};
use lommebok_web::pages::html::Policy;

use super::door::{Refused, encoded};
use super::form::Form;
use super::payment::Id;
use super::{Dashboard, Making, PATH, notice_of};
use crate::http::pages::query;
use crate::ui::dashboard::frame::{Notice, Section};
use crate::ui::dashboard::users::{ShownUser, UsersPage};
use crate::ui::dashboard::words::Tone;
use lommebok_web::pages::lang::Lang;

/// A script that was not taken.
struct Wrong {
    number: String,
    typed: String,
    refused: Refused,
}

pub(super) async fn list(State(dashboard): State<Dashboard>, uri: Uri, headers: HeaderMap) -> Response {
    page(&Making::new(&dashboard, &uri, &headers), None).await
}

async fn page(making: &Making<'_>, wrong: Option<Wrong>) -> Response {
    let (door, lang) = (&making.dashboard.door, making.lang);
    let users = match door.get::<Users>("users").await {
        Ok(list) => list.users,
        Err(refused) => return making.refused(&refused),
    };
    let now = door.get::<Clock>("clock").await.ok().map(|clock| clock.now);
    let mut frame = making.frame(Section::Users, Some("live/payments")).await;
    frame.notice = told(lang, making.uri, &users);
    let mut shown: Vec<_> = users.iter().map(|user| ShownUser::of(lang, user, now.as_ref())).collect();
    let status = wrong.as_ref().map(|wrong| wrong.refused.status);
    if let Some(wrong) = wrong {
        match shown.iter_mut().find(|user| user.number == wrong.number) {
            Some(user) => (user.typed, user.wrong) = (wrong.typed, Some(wrong.refused.detail)),
            None => frame.notice = Some(notice_of(&wrong.refused)),
        }
    }
    let mut response = making.answer(&UsersPage { page: making.page(), frame, users: shown });
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    response
}

/// What was asked, and is done.
fn told(lang: Lang, uri: &Uri, users: &[User]) -> Option<Notice> {
    let number = query(uri, "changed")?;
    let user = users.iter().find(|user| user.phone_number == number)?;
    let does = match &user.script {
        Some(script) => format!("{}: {script}", lang.of("handler selv", "acts by itself")),
        None => lang.of("spilles av et menneske igjen", "is played by a person again").to_owned(),
    };
    Some(Notice { tone: Tone::Good, text: format!("{} {does}", user.name) })
}

pub(super) async fn set_script(State(dashboard): State<Dashboard>, number: Id, request: Request) -> Response {
    change(&dashboard, number, request, async |path: &str, form: &Form| {
        let body = SetScript { script: form.field("script").to_owned() };
        dashboard.door.put::<User>(path, &body).await.map(drop)
    })
    .await
}

pub(super) async fn clear_script(State(dashboard): State<Dashboard>, number: Id, request: Request) -> Response {
    change(&dashboard, number, request, async |path: &str, _: &Form| dashboard.door.delete(path).await).await
}

async fn change(
    dashboard: &Dashboard,
    number: Id,
    request: Request,
    doing: impl AsyncFnOnce(&str, &Form) -> Result<(), Refused>,
) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let form = match Form::read(dashboard, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let number = number.map(|Path(number)| number).unwrap_or_default();
    match doing(&format!("users/{}/script", encoded(&number)), &form).await {
        Ok(()) => {
            let changed = encoded(&number);
            dashboard.pages.see_other(&format!("{PATH}/users?changed={changed}#user-{changed}"), Policy::Closed)
        }
        Err(refused) => {
            let mut making = Making::new(dashboard, &uri, &headers);
            making.here = format!("{PATH}/users");
            page(&making, Some(Wrong { number, typed: form.field("script").to_owned(), refused })).await
        }
    }
}

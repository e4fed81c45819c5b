//! A form of the dashboard: its fields, once it is known that our own page sent it.

use axum::extract::Request;
use axum::response::Response;
use lommebok_web::listener::body;

use super::Dashboard;
use crate::http::pages::{Sender, language, sender};
use crate::ui::error_page::Wrong;

/// The longest form, in bytes.
const FORM_BYTES: usize = 4_096;

/// The fields of a form.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form. One that another site's page sent changes nothing; nor does one whose sender is not known.
    pub(super) async fn read(dashboard: &Dashboard, request: Request) -> Result<Self, Response> {
        let lang = language(request.uri(), request.headers());
        let wrong = |wrong| dashboard.pages.error(lang, wrong, Some(super::PATH));
        match sender(&dashboard.pages, request.uri(), request.headers()) {
            Sender::OurPage => {}
            Sender::Unsaid => return Err(wrong(Wrong::ForeignForm(None))),
            Sender::Foreign(addresses) => return Err(wrong(Wrong::ForeignForm(addresses))),
            Sender::Elsewhere(addresses) => return Err(wrong(Wrong::OtherAddress(addresses))),
        }
        let bytes = body::collect(request, FORM_BYTES).await.map_err(|_| wrong(Wrong::StaleForm))?;
        let fields = url::form_urlencoded::parse(&bytes);
        Ok(Self(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    }

    /// What a field holds; empty when it is not there.
    pub(super) fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim()).unwrap_or_default()
    }
}

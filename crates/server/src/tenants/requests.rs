//! From a request to the world that it is for: by its path, or by its PSP's subscription key.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use lommebok_psp_v3::headers::subscription_key;
use tower::ServiceExt as _;

use super::{Entry, Tenants};

impl Tenants {
    /// Answers a request to `/NAME/…`, which came below [`super::PATH`]; gives it back when there is no such world.
    pub(crate) async fn below(&self, request: Request) -> Result<Response, Request> {
        let below = path_and_query(&request).trim_start_matches('/');
        let (name, rest) = below.split_at(below.find(['/', '?']).unwrap_or(below.len()));
        let Some(entry) = self.named(name) else { return Err(request) };
        let slash = if rest.starts_with('/') { "" } else { "/" };
        let path_and_query = format!("{slash}{rest}");
        Ok(self.answer(&entry, request, &path_and_query).await)
    }

    /// Answers a call whose subscription key is that of a PSP of one of these worlds; gives any other back.
    pub(crate) async fn of_subscription_key(&self, request: Request) -> Result<Response, Request> {
        let key = subscription_key(request.headers()).ok();
        let Some(entry) = key.and_then(|key| self.0.read().by_subscription_key.get(key).cloned()) else {
            return Err(request);
        };
        let path_and_query = path_and_query(&request).to_owned();
        Ok(self.answer(&entry, request, &path_and_query).await)
    }

    /// Lets the world answer, at this path below its own.
    async fn answer(&self, entry: &Entry, mut request: Request, path_and_query: &str) -> Response {
        let Ok(uri) = path_and_query.parse::<Uri>() else { return StatusCode::BAD_REQUEST.into_response() };
        *request.uri_mut() = uri;
        match self.world(entry).await {
            Ok(world) => match world.router.clone().oneshot(request).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            },
            Err(fault) => {
                tracing::error!(tenant = entry.name, %fault, "a tenant can't be opened");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }
}

fn path_and_query(request: &Request) -> &str {
    request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
}

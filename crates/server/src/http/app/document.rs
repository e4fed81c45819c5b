//! The OpenAPI document of the App API: its types are those of crate `app-api`, its operations the attributes of the handlers.
//! It is committed as `docs/openapi/app-v1.json`, which the server serves.

use lommebok_app_api::Refusal;
use utoipa::OpenApi;

use super::{payments, receipts, sessions};
use crate::http::description::{self, Shared};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lommebok App API",
        description = "What the wallet's app on a phone needs. It is ours, not the vendor's, and a PSP never calls it. `docs/app-api.md` is \
            the page for people. Ignore members that you don't know: new ones may come.",
        license(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")
    ),
    servers((url = "http://127.0.0.1:8480", description = "`lommebok dev`, the sandbox on your own machine")),
    tags(
        (name = "sessions", description = "Who holds the phone."),
        (name = "payments", description = "What waits for the user, and what the user does to it."),
        (name = "cards", description = "What the user pays with."),
        (name = "receipts", description = "Payments that are over."),
        (name = "changes", description = "How a phone learns that it has to read again."),
    ),
    paths(
        sessions::sign_in,
        sessions::current,
        sessions::sign_out,
        payments::list,
        payments::open,
        payments::show,
        payments::approve,
        payments::cancel,
        payments::cards,
        payments::events,
        payments::status,
        receipts::list,
        receipts::show,
    ),
    components(schemas(Refusal)),
    security(("session" = []))
)]
struct Operations;

const SHARED: Shared = Shared {
    token: ("session", "The `session` of the answer to signing in."),
    refusal: ("application/json", "Refusal"),
    refusals: &[
        ("401", "`session_ended`: the session is missing, unknown or over."),
        ("405", "`method_not_allowed`."),
        ("421", "`unknown_host`: a sandbox was called under a `Host` that it does not know."),
        ("500", "`internal`: our fault; nothing was changed, or it is told by a hint."),
        ("503", "`shutting_down`: stopping, busy, or nothing can be stored now; `Retry-After` in seconds."),
    ],
};

/// The document, as it is committed.
pub(crate) fn document() -> String {
    let mut document = Operations::openapi();
    SHARED.add_to(&mut document);
    description::text(&document)
}

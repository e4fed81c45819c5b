//! The OpenAPI document of the Control API: its types are those of crate `control-api`, its operations the attributes of the handlers.
//! It is committed as `docs/openapi/control-v1.json`, which the server serves.

use lommebok_control_api::{ChangedPayment, Problem};
use utoipa::OpenApi;

use super::{
    acting, awaiting, batch, batch_lists, check, clock, dashboard, exchanges, outcomes, payments, search, tenants,
    users,
};
use crate::http::description::{self, Shared};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lommebok Control API",
        description = "For tests and operators: payments and what happened to them, the batch of updatestatus, and the sandbox's \
            time and exchanges. `docs/control-api.md` is the page for people. Ignore members that you don't know: new ones may come.",
        license(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")
    ),
    servers((url = "http://127.0.0.1:8480", description = "`lommebok dev`, the sandbox on your own machine")),
    tags(
        (name = "payments", description = "What stands where, and what happened."),
        (name = "acting", description = "A user's part without a phone, and waiting for what becomes of it. Only a sandbox has these."),
        (name = "users", description = "Users, and scripts by which they act themselves. Only a sandbox has these."),
        (name = "batch", description = "Accepted updatestatus requests."),
        (name = "check", description = "Whether what is stored is sound."),
        (name = "clock", description = "Business time. Only a sandbox has these."),
        (name = "tenants", description = "Worlds beside the first, each below a path of its own. Only a sandbox has these."),
        (name = "exchanges", description = "What was said, without its secrets. Only a sandbox has these."),
        (name = "dashboard", description = "How one gets into the pages for people. Only a sandbox has these."),
    ),
    paths(
        search::list,
        payments::show,
        outcomes::list,
        payments::changes,
        acting::approve,
        acting::cancel,
        acting::step_up,
        acting::expire,
        awaiting::payment,
        awaiting::request,
        batch::report,
        batch_lists::list,
        batch::show,
        batch_lists::entries,
        batch::run,
        check::run,
        users::list,
        users::show,
        users::set_script,
        users::clear_script,
        clock::show,
        clock::freeze,
        clock::resume,
        clock::auto,
        clock::advance,
        clock::reset,
        tenants::create,
        tenants::list,
        tenants::show,
        tenants::reset,
        tenants::delete,
        exchanges::list,
        exchanges::stream,
        exchanges::show,
        dashboard::make_link,
    ),
    components(schemas(ChangedPayment, Problem)),
    security(("controlToken" = []))
)]
struct Operations;

const SHARED: Shared = Shared {
    token: ("controlToken", "The token in the file `control-token` of the data directory."),
    refusal: ("application/problem+json", "Problem"),
    refusals: &[
        ("400", "A query or body that is not as asked, or a header that came twice."),
        ("401", "The token is missing or wrong."),
        ("403", "A `Host` or an `Origin` that may not call."),
        ("405", "Another method."),
        ("500", "Our fault; the log says why."),
        ("503", "Stopping, busy, or nothing can be stored now: try again in a moment."),
    ],
};

/// The document, as it is committed.
pub(crate) fn document() -> String {
    let mut document = Operations::openapi();
    SHARED.add_to(&mut document);
    description::text(&document)
}

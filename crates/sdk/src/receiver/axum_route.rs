//! The receiver as an axum route: only glue, since a tower service is one already.

use axum::routing::MethodRouter;

use super::memory::Memory;
use super::{Authorization, PaymentHandler, Receiver};

impl<H: PaymentHandler, M: Memory, A: Authorization> Receiver<H, M, A> {
    /// A route that takes the wallet's POST.
    ///
    /// ```
    /// # use lommebok_sdk::{Answer, MakePayment, PaymentHandler, Receiver};
    /// # use lommebok_sdk::receiver::{Authorization, Memory};
    /// # fn routes<H: PaymentHandler, M: Memory, A: Authorization>(receiver: &Receiver<H, M, A>) -> axum::Router {
    /// axum::Router::new().route("/make-payment", receiver.clone().into_axum_route())
    /// # }
    /// ```
    pub fn into_axum_route<S: Clone + Send + Sync + 'static>(self) -> MethodRouter<S> {
        axum::routing::post_service(self)
    }
}

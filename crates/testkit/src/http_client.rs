//! The HTTP client of everybody here who talks to a wallet: no proxy, and a limit for each answer.

use std::time::Duration;

use reqwest::{Client, ClientBuilder};

/// How long the client waits for a whole answer, in real time. When a server is killed, the client's library may now and then
/// forget a request that was just leaving (its issue 2312), and nothing else would end that test.
const ANSWERS_WITHIN: Duration = Duration::from_mins(2);

/// Such a client.
pub(crate) fn client() -> Client {
    built(builder())
}

/// Such a client that follows no redirect.
pub(crate) fn without_redirects() -> Client {
    built(builder().redirect(reqwest::redirect::Policy::none()))
}

/// Such a client that takes a connection of its own for each call: none that lies idle may be closed just as it is used.
pub(crate) fn without_idle_connections() -> Client {
    built(builder().pool_max_idle_per_host(0))
}

fn builder() -> ClientBuilder {
    Client::builder().no_proxy().timeout(ANSWERS_WITHIN)
}

fn built(builder: ClientBuilder) -> Client {
    builder.build().expect("a client without TLS needs nothing")
}

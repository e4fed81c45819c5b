//! Finding payments among a million (`--payments`) that are there already: the first search, which reads them, and those that come
//! later. Only on request.
//!
//! What is searched is nowhere, so that all are compared: nothing takes longer.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::Value;
use tokio::time::Instant;

use super::{Options, Room, init, many};
use crate::connection::Connection;
use crate::figures::{Figure, SEARCH, SEARCH_FIRST};
use crate::measured::median;
use crate::psp::Psp;
use crate::report::Report;

/// How often each search is asked.
const TIMES: usize = 11;
/// Inits between two searches.
const INITS: usize = 1_000;

/// What no payment has.
const NOWHERE: [&str; 8] = [
    "amount=2147483647",
    "phone=98765432",
    "msn=100002",
    "psp=2",
    "cause=timeout",
    "state=EXPIRED",
    "q=47110815.00",
    "amount=1&state=RESERVED&since=2020-01-01T00:00:00Z",
];

pub(super) async fn measure_all(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let room = Room::open(options, psp).await?;
    many::init_template(&room).await?;
    let room = room.refilled(async |folder| many::fill(folder, options.payments).await).await?;
    room.serials.skip_to(options.payments.saturating_add(1));
    let searches = Searches::of(&room)?;
    let (mut first, mut before) = (Vec::new(), String::new());
    loop {
        let (millis, page) = searches.one(&format!("{}{before}", NOWHERE[0])).await?;
        first.push(millis);
        let Some(next) = page["before"].as_i64() else { break };
        before = format!("&before={next}");
    }
    let (pages, whole) = (first.len(), first.iter().sum::<f64>());
    eprintln!("the first search: {pages} pages, {whole:.0} ms, the longest {:.1} ms", longest(&first));
    report.figures.push(Figure::new(SEARCH_FIRST, longest(&first)));
    let mut slowest: f64 = 0.0;
    for query in NOWHERE.into_iter().chain(["q=nowhere", "order=nowhere", "id=nowhere", "limit=100"]) {
        let mut taken = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let (millis, page) = searches.one(query).await?;
            let is_list = query.starts_with("limit");
            anyhow::ensure!(is_list || page["payments"] == Value::Array(Vec::new()), "{query} finds {page}");
            anyhow::ensure!(is_list || page["before"].is_null(), "{query} has another page");
            taken.push(millis);
        }
        let (middle, most) = (median(taken.clone()), longest(&taken));
        eprintln!("{query}: {middle:.2} ms, at most {most:.2} ms");
        slowest = slowest.max(middle);
    }
    report.figures.push(Figure::new(SEARCH, slowest));
    let (mut connection, init) = (Connection::open(room.wallet.address).await?, init::one(&room));
    for _ in 0..INITS {
        init(&mut connection).await?;
    }
    let (millis, _) = searches.one(NOWHERE[0]).await?;
    eprintln!("after {INITS} inits: {millis:.2} ms");
    Ok(())
}

fn longest(millis: &[f64]) -> f64 {
    millis.iter().copied().fold(0.0, f64::max)
}

/// Asks the Control API.
struct Searches {
    address: std::net::SocketAddr,
    token: String,
}

impl Searches {
    fn of(room: &Room) -> anyhow::Result<Self> {
        Ok(Self { address: room.wallet.address, token: room.wallet.control_token()? })
    }

    /// How long a search takes, in ms, and what it finds.
    async fn one(&self, query: &str) -> anyhow::Result<(f64, Value)> {
        let request = Request::get(format!("/control/v1/payments?{query}"))
            .header("host", self.address.to_string())
            .header("authorization", format!("Bearer {}", self.token))
            .body(Full::new(Bytes::new()))?;
        let mut connection = Connection::open(self.address).await?;
        let begun = Instant::now();
        let answer = connection.expect_ok(request).await?;
        let millis = begun.elapsed().as_secs_f64() * 1_000.0;
        Ok((millis, serde_json::from_slice(&answer)?))
    }
}

//! P13: the p99 of one PSP's inits with one hostile client or PSP and without, in turns on the same wallet.
//!
//! Rates are off, as in a sandbox: what is measured is what the work itself costs the others. The hostile one is a nice process
//! of its own; both share the cores all the same, so a ratio of 1 can't be reached.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tokio::time::sleep;

use super::{Options, Room, init};
use crate::attack::{Attack, Sent};
use crate::connection::Connection;
use crate::figures::{Figure, HOSTILE_CLIENTS, HOSTILE_DETAILS, HOSTILE_ENTRIES, HOSTILE_SECRETS};
use crate::load::{Load, Pace, measure};
use crate::measured::Pairs;
use crate::process::Process;
use crate::psp::Psp;
use crate::report::Report;
use crate::requests::Requests;

/// Pairs of runs.
const PAIRS: usize = 10;
/// The other PSP's inits a second, on [`CONNECTIONS`] connections.
const INITS_PER_SECOND: f64 = 200.0;
const CONNECTIONS: usize = 4;
const HOSTILE_PSP: &str = "polarnatt";
/// Until the attack has its connections.
const BEGINS_WITHIN: Duration = Duration::from_millis(300);
/// Entries of one updatestatus, none of which can be applied.
const ENTRIES: usize = 5_000;
/// Captures of one payment.
const CAPTURES: usize = 1_000;

pub(super) async fn measure_all(report: &mut Report, options: &Options, psp: &Psp) -> anyhow::Result<()> {
    let attacks = [HOSTILE_CLIENTS, HOSTILE_SECRETS, HOSTILE_ENTRIES, HOSTILE_DETAILS];
    for (number, aim) in attacks.into_iter().enumerate() {
        let room = Room::open(options, psp).await?;
        let hostile = room.wallet.requests_of(HOSTILE_PSP, psp.url()).await?;
        let attack = match number {
            0 => readers(&room).await?,
            1 => wrong_secrets(&room).await?,
            2 => refused_entries(&room, &hostile).await?,
            _ => long_details(&room, &hostile).await?,
        };
        let pairs = pairs(&room, &attack).await?;
        report.figures.push(Figure::of_pairs(aim, &pairs));
    }
    Ok(())
}

async fn pairs(room: &Room, attack: &Attack) -> anyhow::Result<Pairs> {
    let half = room.pace.run.checked_div(2).unwrap_or(room.pace.run);
    let pace = Pace { warm_up: Duration::ZERO, run: half, runs: 1 };
    let load = Load::open(CONNECTIONS, INITS_PER_SECOND);
    let mut pairs = Pairs::default();
    for _ in 0..PAIRS {
        let without = measure(&room.target(), load, pace, init::one(room)).await?;
        let begun = start(attack)?;
        sleep(BEGINS_WITHIN).await;
        let beside = measure(&room.target(), load, pace, init::one(room)).await?;
        drop(begun);
        eprintln!("p99 {:.1} ms beside, {:.1} ms without", beside.p99_micros / 1e3, without.p99_micros / 1e3);
        pairs.push(beside.p99_micros / without.p99_micros);
    }
    Ok(pairs)
}

fn start(attack: &Attack) -> anyhow::Result<Process> {
    let mut command = Command::new("nice");
    command.arg(std::env::current_exe()?).arg("attack").stdin(Stdio::piped());
    let (process, mut stdin) = Process::start_fed(&mut command)?;
    stdin.write_all(&serde_json::to_vec(attack)?)?;
    Ok(process)
}

/// 64 strangers who read the description of the API and a landing page.
async fn readers(room: &Room) -> anyhow::Result<Attack> {
    let mut connection = Connection::open(room.wallet.address).await?;
    let answer = connection.expect_ok(room.requests.init(room.serials.next())).await?;
    let token = crate::requests::landing_token(&answer).context("the answer to init holds no token")?;
    let paths =
        ["/openapi.json".to_owned(), format!("/dwo-api-application/v1/deeplink/vippsgateway?v=2&token={token}")];
    let get = |path: String| {
        let request = Request::get(path).header("host", room.wallet.address.to_string());
        request.body(Full::new(Bytes::new())).context("our paths are plain")
    };
    attack(room, 64, paths.into_iter().map(get).collect::<anyhow::Result<_>>()?).await
}

/// 64 strangers who guess a client's secret.
async fn wrong_secrets(room: &Room) -> anyhow::Result<Attack> {
    let mut request = room.wallet.token_request(None)?;
    request.headers_mut().insert("client_secret", "a-guess".parse()?);
    attack(room, 64, vec![request]).await
}

/// A PSP whose reports speak of payments that it never had.
async fn refused_entries(room: &Room, hostile: &Requests) -> anyhow::Result<Attack> {
    let nobodys: Vec<u64> = (0..=u64::MAX).rev().take(ENTRIES).collect();
    attack(room, 4, vec![hostile.capture(&nobodys, 1)]).await
}

/// A PSP that reads a payment of a thousand captures.
async fn long_details(room: &Room, hostile: &Requests) -> anyhow::Result<Attack> {
    let serial = room.serials.next();
    let mut connection = Connection::open(room.wallet.address).await?;
    super::payment::reserve(&mut connection, hostile, serial).await?;
    connection.expect_ok(hostile.capture(&[serial; CAPTURES], 1)).await?;
    attack(room, 20, vec![hostile.details(serial)]).await
}

async fn attack(room: &Room, connections: usize, requests: Vec<Request<Full<Bytes>>>) -> anyhow::Result<Attack> {
    let mut sent = Vec::with_capacity(requests.len());
    for request in requests {
        sent.push(Sent::of(request).await?);
    }
    Ok(Attack { address: room.wallet.address, connections, requests: sent })
}

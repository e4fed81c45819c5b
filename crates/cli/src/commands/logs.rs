//! `lommebok logs`: what was said, a line for each request with its answer, oldest first.
//!
//! With `--follow` it goes on; when the server goes away we say so, wait, and go on where we were.

use std::io::{self, Write as _};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use hyper::Method;
use lommebok_control_api::{Direction, ExchangeHead, ExchangePage};
use lommebok_server::config::SandboxDataConfig;

use super::{data, of_running_server, say, say_json, text};
use crate::control_client::{ControlClient, Events, runtime};

/// Exchanges that are shown, unless somebody says how many.
const SHOWN: &str = "100";
/// The most that the server puts on a page.
const PAGE: u32 = 1_000;
/// The pause between two looks for a server that has gone, in ms.
const LOOKS_EVERY_MS: u64 = 250;

pub(crate) fn command() -> Command {
    let payment = Arg::new("payment").long("payment").value_name("ID").value_parser(plain_id);
    let payment = payment.help("Only those about this payment: pspTransactionId, or our number");
    let refused = Arg::new("refused").long("refused").action(ArgAction::SetTrue).help("Only those that were refused");
    let limit = Arg::new("limit").long("limit").value_name("NUMBER").default_value(SHOWN);
    let limit = limit.value_parser(value_parser!(u32).range(1..=i64::from(PAGE))).help("At most so many, the newest");
    let follow = Arg::new("follow").long("follow").short('f').action(ArgAction::SetTrue);
    let follow = follow.help("Go on with each new one, until Ctrl-C; with --json one a line");
    let about = "What was said: requests and their answers, without secrets, oldest first";
    of_running_server(Command::new("logs").about(about).args([payment, refused, limit, follow]))
}

/// An id that can stand in an address as it is.
pub(super) fn plain_id(id: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    if !id.is_empty() && id.bytes().all(plain) {
        Ok(id.to_owned())
    } else {
        Err("must be the id of a payment".to_owned())
    }
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    if matches.get_flag("follow") {
        return follow(matches);
    }
    let client = ControlClient::of(matches)?;
    let page: ExchangePage = runtime()?.block_on(client.ask(Method::GET, &list(matches, None)))?;
    if matches.get_flag("json") {
        return say_json(&page);
    }
    for exchange in page.exchanges.iter().rev() {
        say(line(exchange));
    }
    Ok(())
}

fn follow(matches: &ArgMatches) -> anyhow::Result<()> {
    let data = data(matches)?;
    runtime()?.block_on(async {
        // Only a server that was there is waited for.
        let client = ControlClient::within(&data, matches)?;
        let events = client.events(&stream(matches)).await?;
        let mut follower = Follower { matches, data, last: None };
        let stopped = tokio::select! {
            stopped = follower.follow(client, events) => stopped,
            interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
        };
        match stopped {
            // The reader has gone, as `head` does; there is nobody to tell.
            Stop::Unread => Ok(()),
            Stop::Fault(fault) => Err(fault),
        }
    })
}

/// Why it does not go on.
enum Stop {
    /// Nobody reads what we print.
    Unread,
    Fault(anyhow::Error),
}

struct Follower<'a> {
    matches: &'a ArgMatches,
    data: SandboxDataConfig,
    /// The newest that was printed.
    last: Option<u64>,
}

impl Follower<'_> {
    async fn follow(&mut self, mut client: ControlClient, mut events: Events) -> Stop {
        loop {
            let gone = match self.follow_while_it_is_there(&client, &mut events).await {
                Ok(gone) => gone,
                Err(_unread) => return Stop::Unread,
            };
            if self.last.is_none() {
                return Stop::Fault(gone);
            }
            eprintln!("lommebok: {gone}; waiting until the server is back");
            (client, events) = self.back().await;
            eprintln!("lommebok: the server is back");
        }
    }

    /// Prints what comes, and answers why nothing comes any more.
    async fn follow_while_it_is_there(
        &mut self,
        client: &ControlClient,
        events: &mut Events,
    ) -> io::Result<anyhow::Error> {
        if let Err(gone) = self.read_again(client).await? {
            return Ok(gone);
        }
        loop {
            match events.next().await {
                Ok((event, data)) if event == "exchange" => {
                    if let Ok(exchange) = serde_json::from_str::<ExchangeHead>(&data) {
                        self.print(&exchange)?;
                    }
                }
                Ok((event, _)) if event == "lost" => {
                    if let Err(gone) = self.read_again(client).await? {
                        return Ok(gone);
                    }
                }
                Ok(_) => {}
                Err(gone) => return Ok(gone),
            }
        }
    }

    /// Prints what of the list was not printed.
    async fn read_again(&mut self, client: &ControlClient) -> io::Result<anyhow::Result<()>> {
        let page: ExchangePage = match client.ask(Method::GET, &list(self.matches, self.last)).await {
            Ok(page) => page,
            Err(gone) => return Ok(Err(gone)),
        };
        self.last.get_or_insert(0);
        for exchange in page.exchanges.iter().rev() {
            self.print(exchange)?;
        }
        Ok(Ok(()))
    }

    /// The server as soon as it is there again.
    async fn back(&self) -> (ControlClient, Events) {
        loop {
            if let Ok(client) = ControlClient::within(&self.data, self.matches)
                && let Ok(events) = client.events(&stream(self.matches)).await
            {
                return (client, events);
            }
            tokio::time::sleep(Duration::from_millis(LOOKS_EVERY_MS)).await;
        }
    }

    fn print(&mut self, exchange: &ExchangeHead) -> io::Result<()> {
        // One whose answer came late comes twice, to be printed twice.
        let is_late = exchange.status.is_some() && exchange.failure.as_deref() == Some("timeout");
        if self.last.is_some_and(|last| exchange.id <= last) && !is_late {
            return Ok(());
        }
        self.last = self.last.max(Some(exchange.id));
        let is_json = self.matches.get_flag("json");
        let shown = if is_json { serde_json::to_value(exchange)?.to_string() } else { line(exchange) };
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{shown}")?;
        stdout.flush()
    }
}

fn list(matches: &ArgMatches, after: Option<u64>) -> String {
    let limit = matches.get_one::<u32>("limit").copied().filter(|_| after.is_none()).unwrap_or(PAGE);
    let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
    format!("/control/v1/exchanges?limit={limit}{after}{}", filter(matches))
}

fn stream(matches: &ArgMatches) -> String {
    format!("/control/v1/exchanges/stream?refused={}{}", matches.get_flag("refused"), payment(matches))
}

fn filter(matches: &ArgMatches) -> String {
    format!("&refused={}{}", matches.get_flag("refused"), payment(matches))
}

fn payment(matches: &ArgMatches) -> String {
    matches.get_one::<String>("payment").map(|id| format!("&payment={id}")).unwrap_or_default()
}

/// `--> POST /psp/v3/psppayments/init  400  3 ms  179603165500017  Invalid request (98)`, or
/// `<-- POST http://psp.example/make-payment  no answer (timeout)  15000 ms  179603165500018  FAILED, outcome unknown (timeout)`
pub(super) fn line(exchange: &ExchangeHead) -> String {
    let ExchangeHead { direction, method, path, ms, id, refused, .. } = exchange;
    let arrow = match direction {
        Direction::In => "-->",
        Direction::Out => "<--",
    };
    let status = match (exchange.status, &exchange.failure) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(failure)) => format!("{status} ({})", text(failure)),
        (None, failure) => format!("no answer ({})", text(failure.as_deref().unwrap_or_default())),
    };
    let said = refused.as_ref().and_then(|refused| {
        let (reason, code) = (refused.reason.as_ref()?, refused.code.as_ref()?);
        Some(format!("  {} ({})", text(reason), text(code)))
    });
    let hint = exchange.hint.as_ref().map(|hint| format!("  {}", text(hint))).unwrap_or_default();
    let outcome = exchange.outcome.as_ref().map(|outcome| format!("  {}", text(outcome)));
    let said = said.or(outcome).unwrap_or_default();
    format!("{arrow} {} {}  {status}  {ms} ms  {id}{said}{hint}", text(method), text(path))
}

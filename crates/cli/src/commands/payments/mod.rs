//! `lommebok payments`: what stands where, what changes, what happened to one, what its user does, and waiting for it.

mod acting;
mod awaiting;
mod follow;
mod list;
mod search;
pub(super) mod show;
pub(super) mod words;

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::of_running_server;

/// Payments that a list shows, unless somebody says how many.
const LISTED: &str = "100";
/// Events of a payment's log that are shown, unless somebody says how many.
const EVENTS: &str = "1000";

pub(crate) fn command() -> Command {
    Command::new("payments")
        .about("Payments: list, show; approve, cancel, step-up, expire without a phone; await")
        .subcommand_required(true)
        .subcommand(of_running_server(list_command()))
        .subcommand(of_running_server(show_command()))
        .subcommands(acting::commands())
        .subcommand(of_running_server(awaiting::command()))
}

fn show_command() -> Command {
    let limit = limit_arg().default_value(EVENTS).help("At most so many events of its log");
    let after = Arg::new("after").long("after").value_name("VERSION").value_parser(value_parser!(i64).range(0..));
    let after = after.help("Those after this version of the payment: the next page").default_value("0");
    Command::new("show").about("One payment and its log").args([id_arg(), limit, after])
}

fn id_arg() -> Arg {
    Arg::new("id").required(true).value_name("ID").help("pspTransactionId, or our number")
}

/// The payment that a command is about.
fn id_of(matches: &ArgMatches) -> anyhow::Result<&str> {
    let id = matches.get_one::<String>("id").context("an id is missing")?;
    if !id.chars().all(|character| character.is_ascii_alphanumeric() || "._-".contains(character)) {
        bail!("{id} is neither a pspTransactionId nor a number");
    }
    Ok(id)
}

fn limit_arg() -> Arg {
    Arg::new("limit").long("limit").value_name("NUMBER").value_parser(value_parser!(u32).range(1..))
}

fn list_command() -> Command {
    let limit = limit_arg().default_value(LISTED).help("At most so many");
    let before = Arg::new("before").long("before").value_name("ID").value_parser(value_parser!(i64));
    let before = before.help("Those before this number of ours: the next page");
    let follow = Arg::new("follow").long("follow").short('f').action(ArgAction::SetTrue).conflicts_with("before");
    // What comes is told apart by its state alone.
    let follow = follow.conflicts_with_all(["text", "id", "order", "phone", "msn", "psp", "cause", "amount"]);
    let follow = follow.conflicts_with_all(["since", "until", "notice-given-up"]);
    let follow = follow.help("Go on with each payment that is new or changes, until Ctrl-C; with --json one a line");
    Command::new("list")
        .about("Payments, newest first: all, or those that are searched")
        .args(search::args())
        .args([limit, before, follow])
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("list", matches)) if matches.get_flag("follow") => follow::run(matches),
        Some(("list", matches)) => list::run(matches),
        Some(("show", matches)) => show::run(matches),
        Some(("await", matches)) => awaiting::run(matches),
        Some((action, matches)) => acting::run(action, matches),
        None => bail!("say list, show, approve, cancel, step-up, expire or await"),
    }
}

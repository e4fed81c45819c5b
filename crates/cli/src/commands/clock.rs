//! `lommebok clock`: the sandbox's business time, shown, frozen, resumed and advanced.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Command};
use hyper::Method;
use serde_json::{Value, json};

use super::{of_running_server, say};
use crate::control_client::ask;
use crate::duration;

pub(crate) fn command() -> Command {
    let by = Arg::new("by").required(true).value_name("DURATION").value_parser(duration::parse);
    let by = by.help("Such as 299999ms, 15s, 5m, 1h30m or 2d");
    Command::new("clock")
        .about("Business time of the sandbox: show, freeze, resume, advance")
        .subcommand_required(true)
        .subcommand(of_running_server(Command::new("show").about("Prints the time and how it goes")))
        .subcommand(of_running_server(Command::new("freeze").about("Stops time where it is")))
        .subcommand(of_running_server(Command::new("resume").about("Lets time go on")))
        .subcommand(of_running_server(
            Command::new("advance").about("Advances time; what becomes due on the way is done when it returns").arg(by),
        ))
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some((name, matches)) = matches.subcommand() else { bail!("say show, freeze, resume or advance") };
    let answer = match name {
        "show" => ask(matches, Method::GET, "/control/v1/clock", None)?,
        "advance" => {
            let by = matches.get_one::<Duration>("by").context("a duration is missing")?;
            let body = json!({"milliseconds": u64::try_from(by.as_millis()).unwrap_or(u64::MAX)});
            ask(matches, Method::POST, "/control/v1/clock/advance", Some(&body))?
        }
        other => ask(matches, Method::POST, &format!("/control/v1/clock/{other}"), None)?,
    };
    if matches.get_flag("json") {
        say(answer);
    } else if name == "advance" {
        print_advance(&answer);
    } else {
        say(format!("{} ({})", text(&answer["now"]), text(&answer["mode"])));
    }
    Ok(())
}

fn print_advance(answer: &Value) {
    for done in answer["done"].as_array().into_iter().flatten() {
        say(format!("{}  {}  payment {}", text(&done["dueAt"]), text(&done["kind"]), done["payment"]));
    }
    say(format!("{} -> {}", text(&answer["from"]), text(&answer["to"])));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

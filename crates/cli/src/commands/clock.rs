//! `lommebok clock`: the sandbox's business time, shown, frozen, resumed and advanced.

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Command};
use hyper::Method;
use serde_json::{Value, json};

use super::{of_running_server, say};
use crate::control_client::ask;

pub(crate) fn command() -> Command {
    let by = Arg::new("by").required(true).value_name("DURATION").help("Such as 299999ms, 15s, 5m, 1h30m or 2d");
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
            let by = matches.get_one::<String>("by").context("a duration is missing")?;
            let body = json!({"milliseconds": milliseconds(by)?});
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

/// The milliseconds of a duration such as `1h30m`.
fn milliseconds(text: &str) -> anyhow::Result<u64> {
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|character: char| character.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let factor = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => bail!("{text} is not a duration; write 299999ms, 15s, 5m, 1h30m or 2d"),
        };
        let number: u64 = number.parse().with_context(|| format!("{text} is not a duration"))?;
        let part = number.checked_mul(factor).with_context(|| format!("{text} is too long"))?;
        total = total.checked_add(part).with_context(|| format!("{text} is too long"))?;
        rest = tail;
    }
    if text.is_empty() {
        bail!("a duration is missing");
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn durations_are_read_in_every_unit_and_refused_in_words() {
        for (text, expected) in [("299999ms", 299_999), ("15s", 15_000), ("1h30m", 5_400_000), ("2d", 172_800_000)] {
            assert_eq!(milliseconds(text).unwrap(), expected);
        }
        for bad in ["", "5", "m", "5x", "-5m", "99999999999999999999d"] {
            assert!(milliseconds(bad).is_err(), "{bad}");
        }
    }
}

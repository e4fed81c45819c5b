//! `lommebok clock`: the sandbox's business time, shown, frozen, resumed, advanced, left to jump and set back to the wall clock.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Command};
use hyper::Method;
use lommebok_control_api::{Advance, Advanced, Clock, Jumped, Moment, Reset, ResetDone, TimerDone, TimerKind};
use lommebok_engine::clock::time_text;
use lommebok_engine::clock::{BusinessClock, ClockMode};
use lommebok_server::assembly;
use lommebok_server::config::DevConfig;
use lommebok_server::http::control::reset_done;
use lommebok_server::http::sandbox_pages::Invocation;

use super::{of_running_server, restored, say, say_json, settings, text};
use crate::control_client::{ControlClient, ask, runtime};
use crate::duration;
use crate::shell;

/// A shorter distance from the wall clock is not reported, in ms.
const WORTH_A_WORD_MS: u64 = 1_000;

pub(crate) fn command() -> Command {
    let by = Arg::new("by").required(true).value_name("DURATION").value_parser(duration::parse);
    let by = by.help("Such as 299999ms, 15s, 5m, 1h30m or 2d");
    let database = Arg::new("database_url").long("database-url").value_name("URL");
    let database = database.help("A stopped server's database, if it is not in the data directory");
    Command::new("clock")
        .about("Business time of the sandbox: show, freeze, resume, advance, auto, reset")
        .subcommand_required(true)
        .subcommand(of_running_server(Command::new("show").about("Prints the time and how it goes")))
        .subcommand(of_running_server(Command::new("freeze").about("Stops time where it is")))
        .subcommand(of_running_server(Command::new("resume").about("Lets time go on")))
        .subcommand(of_running_server(
            Command::new("advance").about("Advances time; what becomes due on the way is done when it returns").arg(by),
        ))
        .subcommand(of_running_server(
            Command::new("auto")
                .about("Lets time go on, and jump to what is due while a command awaits something and nothing is in flight")
                .after_help(AFTER_AUTO),
        ))
        .subcommand(of_running_server(
            Command::new("reset")
                .about("Sets time to the wall clock, also back, and also while no server runs on the data directory")
                .after_help(AFTER_RESET)
                .arg(database),
        ))
}

const AFTER_AUTO: &str =
    "Time jumps only while an await is pending, and never over a call to a PSP or a request that is being answered. The
await says what happened on the way. freeze, resume and reset end it, and so does a restart.";

const AFTER_RESET: &str =
    "Payments that wait for somebody end first, as in 15 minutes without them. Notices and batches that wait
keep their distance. Access tokens, phone sessions, PIN waits and idempotency keys dated later end.";

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some((name, matches)) = matches.subcommand() else { bail!("say show, freeze, resume, advance, auto or reset") };
    let is_json = matches.get_flag("json");
    match name {
        "reset" => {
            let reset = reset(matches)?;
            if is_json {
                return say_json(&reset);
            }
            print_reset(&reset);
        }
        "advance" => {
            let by = matches.get_one::<Duration>("by").context("a duration is missing")?;
            let advance = Advance { milliseconds: u64::try_from(by.as_millis()).unwrap_or(u64::MAX) };
            let client = ControlClient::of(matches)?;
            let advanced: Advanced = runtime()?.block_on(client.post("/control/v1/clock/advance", &advance))?;
            let Advanced { from, to, done } = &advanced;
            if is_json {
                return say_json(&advanced);
            }
            print_way(from, to, done);
        }
        name => {
            let (method, path) = if name == "show" { (Method::GET, "") } else { (Method::POST, name) };
            let path = format!("/control/v1/clock/{path}");
            let clock: Clock = ask(matches, method, path.trim_end_matches('/'))?;
            if is_json {
                return say_json(&clock);
            }
            print_time(&clock);
        }
    }
    Ok(())
}

/// Of the server that runs, or of the data directory alone.
fn reset(matches: &ArgMatches) -> anyhow::Result<Reset> {
    let config = DevConfig::load(&settings::sources(matches)?)?;
    if let Some(client) = ControlClient::if_one_runs(matches, &config.data)? {
        return runtime()?.block_on(client.ask(Method::POST, "/control/v1/clock/reset"));
    }
    let reset =
        runtime()?.block_on(assembly::reset_clock(&config)).map_err(|fault| restored::in_words(&config, fault))?;
    Ok(reset_done(reset.as_ref()))
}

fn print_reset(reset: &Reset) {
    let Some(ResetDone { from, to, notices_moved, sessions_ended, idempotency_keys_ended }) = &reset.did else {
        say("Business time goes with the wall clock already.");
        return;
    };
    print_way(from, to, &reset.done);
    say(format!(
        "notices moved: {notices_moved}, sessions ended: {sessions_ended}, idempotency keys ended: {idempotency_keys_ended}"
    ));
}

pub(super) fn print_way(from: &Moment, to: &Moment, done: &[TimerDone]) {
    for TimerDone { due_at, kind, payment } in done {
        let kind = match kind {
            TimerKind::Timer => "timer",
            TimerKind::Notice => "notice",
            TimerKind::WaitingEntries => "waiting_entries",
            TimerKind::ScriptedUser => "scripted_user",
        };
        say(format!("{}  {kind}  payment {payment}", text(&due_at.0)));
    }
    say(format!("{} -> {}", text(&from.0), text(&to.0)));
}

/// What business time did while a command waited.
pub(super) fn print_jumps(jumps: &[Jumped]) {
    for Jumped { from, to, done, .. } in jumps {
        print_way(from, to, done);
    }
}

fn print_time(clock: &Clock) {
    let distance = distance(clock.ahead_ms).map(|distance| format!(", {distance}")).unwrap_or_default();
    let is_left_behind = clock.wall_behind_ms.unsigned_abs() >= WORTH_A_WORD_MS;
    let without = if is_left_behind { ", which is behind the last time known: time runs on without it" } else { "" };
    let mode = match clock.mode {
        lommebok_control_api::ClockMode::Running => "running",
        lommebok_control_api::ClockMode::Frozen => "frozen",
        lommebok_control_api::ClockMode::Auto => "auto",
    };
    let jumped = clock.jumped_ms.unsigned_abs();
    let jumped = if jumped == 0 {
        String::new()
    } else {
        format!(", jumped {}", duration::in_words(Duration::from_millis(jumped)))
    };
    say(format!("{} ({mode}{jumped}{distance}{without})", text(&clock.now.0)));
}

/// How far business time is from the wall clock, in words, if it is to be reported.
fn distance(ahead_ms: i64) -> Option<String> {
    let far = ahead_ms.unsigned_abs();
    let side = if ahead_ms > 0 { "ahead of" } else { "behind" };
    let words = || format!("{} {side} the wall clock", duration::in_words(Duration::from_millis(far)));
    (far >= WORTH_A_WORD_MS).then(words)
}

/// What ends the refusal of a clock that is ahead, for its reader.
pub(super) fn ways_out(config: &DevConfig, invocation: &Invocation) -> String {
    let database = config.data.database.as_ref().map(|path| shell::word(&format!("sqlite:{}", path.display())));
    let database = database.map(|url| format!(" --database-url {url}")).unwrap_or_default();
    let reset = invocation.line("clock reset");
    format!(
        "\n  {reset}{database}   sets it to the wall clock\nor, if the wall clock is wrong, set that right, and start again"
    )
}

/// What a newcomer would not expect of the clock that was found at a start: it is frozen, or differs from the wall clock.
pub(super) fn note(clock: &BusinessClock, invocation: &Invocation) -> Option<String> {
    let (now, distance) = (time_text(clock.now()), distance(clock.ahead_ms()));
    let (is_frozen, said) = match (clock.mode(), distance) {
        (ClockMode::Running { .. }, None) => return None,
        (ClockMode::Running { .. }, Some(distance)) => (false, format!("Business time is {now}, {distance}.")),
        (ClockMode::Frozen { .. }, None) => (true, format!("Business time stands still at {now}.")),
        (ClockMode::Frozen { .. }, Some(distance)) => {
            (true, format!("Business time stands still at {now}, {distance}."))
        }
    };
    let resume = is_frozen.then_some(("clock resume", "lets it go on from there"));
    let commands = resume.into_iter().chain([("clock reset", "sets it to the wall clock")]);
    let lines: Vec<(String, &str)> = commands.map(|(command, does)| (invocation.line(command), does)).collect();
    let widest = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    let lines = lines.iter().map(|(line, does)| format!("\n  {line:<widest$}   {does}"));
    Some(format!("{said}{}", lines.collect::<String>()))
}

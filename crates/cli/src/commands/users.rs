//! `lommebok users`: the sandbox's users with their cards, and scripts by which they act themselves.

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hyper::Method;
use lommebok_control_api::{Card, SetScript, User, Users};

use super::{of_running_server, say, say_json, text};
use crate::control_client::{ControlClient, ask, runtime};
use crate::table::aligned;

pub(crate) fn command() -> Command {
    let words = Arg::new("words").value_name("WORD").num_args(1..).required_unless_present("clear");
    let words = words.help("What the user does: approve-after=3s, cancel-after=3s, ignore, step-up=passed, card=VISA");
    let clear = Arg::new("clear").long("clear").action(ArgAction::SetTrue).conflicts_with("words");
    Command::new("users")
        .about("Users of the sandbox: list, show, script")
        .subcommand_required(true)
        .subcommand(of_running_server(Command::new("list").about("Users, with their cards and scripts")))
        .subcommand(of_running_server(Command::new("show").about("One user and its cards").arg(number_arg())))
        .subcommand(of_running_server(
            Command::new("script")
                .about("Lets a user act by itself, until the server stops")
                .after_help(AFTER_SCRIPT)
                .args([number_arg(), words, clear.help("A person plays the user again")]),
        ))
}

const AFTER_SCRIPT: &str = "Words, which combine:
  approve-after=3s   approves 3 s after the init that names the number, or after the number is confirmed; also approve
  card=VISA          with this card: last four digits, VISA, MASTERCARD or our number [default: the first that can be used]
  step-up=passed     comes back from 3-D Secure so (or cancelled, failed), after the same delay
  cancel-after=3s    cancels; also cancel
  ignore             does nothing
The delays are business time: clock advance and clock auto reach them in order with the deadlines. The user's phone works beside it.";

fn number_arg() -> Arg {
    Arg::new("number").required(true).value_name("NUMBER").help("The phone number")
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("list", matches)) => list(matches),
        Some(("show", matches)) => shown(matches, &ask(matches, Method::GET, &path(matches)?)?),
        Some((_, matches)) => script(matches),
        None => bail!("say list, show or script"),
    }
}

fn list(matches: &ArgMatches) -> anyhow::Result<()> {
    let users: Users = ask(matches, Method::GET, "/control/v1/users")?;
    if matches.get_flag("json") {
        return say_json(&users);
    }
    let mut rows = vec![["NUMBER", "NAME", "CARDS", "SCRIPT"].map(str::to_owned).to_vec()];
    rows.extend(users.users.iter().map(|user| {
        let cards: Vec<String> =
            user.cards.iter().map(|card| text(&format!("{} {}", card.network, card.last_four))).collect();
        let script = user.script.as_deref().map(text).unwrap_or_default();
        vec![text(&user.phone_number), text(&user.name), cards.join(", "), script]
    }));
    say(aligned(&rows));
    Ok(())
}

fn script(matches: &ArgMatches) -> anyhow::Result<()> {
    let path = format!("{}/script", path(matches)?);
    let client = ControlClient::of(matches)?;
    let user: User = if matches.get_flag("clear") {
        runtime()?.block_on(client.ask(Method::DELETE, &path))?
    } else {
        let words: Vec<String> = matches.get_many::<String>("words").into_iter().flatten().cloned().collect();
        runtime()?.block_on(client.put(&path, &SetScript { script: words.join(" ") }))?
    };
    shown(matches, &user)
}

fn shown(matches: &ArgMatches, user: &User) -> anyhow::Result<()> {
    if matches.get_flag("json") {
        return say_json(user);
    }
    let script = user.script.as_deref().map_or_else(|| "no script".to_owned(), text);
    say(format!("{}  {}  {script}", text(&user.phone_number), text(&user.name)));
    let rows: Vec<Vec<String>> = user.cards.iter().map(card).collect();
    if !rows.is_empty() {
        say(aligned(&rows));
    }
    Ok(())
}

fn card(card: &Card) -> Vec<String> {
    let usable = if card.usable { "" } else { "can't pay" };
    vec![
        format!("  {}", card.id),
        text(&card.network),
        text(&card.last_four),
        text(&card.kind),
        text(&card.expiry),
        usable.to_owned(),
    ]
}

fn path(matches: &ArgMatches) -> anyhow::Result<String> {
    let number = matches.get_one::<String>("number").context("a number is missing")?;
    // As people write it; what is left can stand in a path.
    let plain: String = number.chars().filter(|character| !character.is_whitespace() && *character != '+').collect();
    if plain.is_empty() || !plain.chars().all(|character| character.is_ascii_digit()) {
        bail!("{number} is no phone number");
    }
    Ok(format!("/control/v1/users/{plain}"))
}

//! `lommebok tenants`: worlds beside the first, each a wallet of its own below a path of the server, made in milliseconds.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};
use hyper::Method;
use lommebok_control_api::{NewTenant, Tenant, TenantList};

use super::{of_the_server, say, say_json};
use crate::control_client::{ControlClient, ask, runtime};
use crate::{duration, table};

const PATH: &str = "/control/v1/tenants";

pub(crate) fn command() -> Command {
    let seed = Arg::new("seed").long("seed").value_name("FILE").value_hint(ValueHint::FilePath);
    let seed =
        seed.value_parser(value_parser!(PathBuf)).help("What it begins with (lommebok seed); else the built-in seed");
    let ttl = Arg::new("ttl").long("ttl").value_name("DURATION").value_parser(duration::parse);
    let ttl = ttl.help("Delete it by itself after so long, such as 1h");
    let name = Arg::new("name").long("name").value_name("NAME").help("Its name; made if it is left out");
    let keep = Arg::new("keep-credentials").long("keep-credentials").action(ArgAction::SetTrue).requires("seed");
    let keep = keep.help("Give its PSPs the credentials that the seed fixes, which no other world may have");
    let create =
        Command::new("create").about("Makes a world with credentials of its own").args([seed, ttl, name, keep]);
    let one = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).arg(Arg::new("name").required(true).value_name("NAME").help("Its name"))
    };
    Command::new("tenants")
        .about("Worlds of your own: create, list, show, reset, delete")
        .after_help(EXAMPLE)
        .subcommand_required(true)
        .subcommand(of_the_server(create))
        .subcommand(of_the_server(Command::new("list").about("All of them, by their names")))
        .subcommand(of_the_server(one("show", "A world with its credentials")))
        .subcommand(of_the_server(one("reset", "Makes it anew, with the same credentials")))
        .subcommand(of_the_server(one("delete", "Deletes it with all that is in it")))
}

const EXAMPLE: &str = "A world for one test, and its credentials in the shell:
  lommebok tenants create --name checkout-17 --ttl 1h
  eval \"$(lommebok env --tenant checkout-17)\"";

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("create", matches)) => created(matches),
        Some(("list", matches)) => list(matches),
        Some(("show", matches)) => told(matches, &ask(matches, Method::GET, &path(matches)?)?),
        Some(("reset", matches)) => told(matches, &ask(matches, Method::POST, &format!("{}/reset", path(matches)?))?),
        Some(("delete", matches)) => ask(matches, Method::DELETE, &path(matches)?),
        _ => bail!("say create, list, show, reset or delete"),
    }
}

/// The world that a command names.
fn path(matches: &ArgMatches) -> anyhow::Result<String> {
    let name = matches.get_one::<String>("name").context("a name is missing")?;
    if !name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
        bail!("there is no tenant {name} here: names have lower-case letters, digits and hyphens");
    }
    Ok(format!("{PATH}/{name}"))
}

fn created(matches: &ArgMatches) -> anyhow::Result<()> {
    let seed = matches.get_one::<PathBuf>("seed").map(|file| {
        super::seed::read(file)?;
        std::fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))
    });
    let wanted = NewTenant {
        name: matches.get_one::<String>("name").cloned(),
        seed: seed.transpose()?,
        ttl_s: matches.get_one::<Duration>("ttl").map(|ttl| ttl_s(*ttl)).transpose()?,
        keep_credentials: matches.get_flag("keep-credentials"),
    };
    let client = ControlClient::of(matches)?;
    told(matches, &runtime()?.block_on(client.post(PATH, &wanted))?)
}

fn ttl_s(ttl: Duration) -> anyhow::Result<u32> {
    if ttl.subsec_nanos() > 0 {
        bail!("--ttl must be whole seconds");
    }
    u32::try_from(ttl.as_secs()).context("--ttl is too long: at most 365d")
}

fn told(matches: &ArgMatches, tenant: &Tenant) -> anyhow::Result<()> {
    if matches.get_flag("json") {
        return say_json(tenant);
    }
    let mut rows = vec![
        ["name", &tenant.head.name],
        ["address", &tenant.head.url],
        ["phone", &tenant.phone_url],
        ["made", &tenant.head.made_at.0],
    ];
    if let Some(ends_at) = &tenant.head.ends_at {
        rows.push(["until", &ends_at.0]);
    }
    for psp in &tenant.psps {
        rows.push(["PSP", &psp.name]);
    }
    say(table::aligned(&rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect::<Vec<_>>()));
    say(format!("\nIts credentials: lommebok env --tenant {}", tenant.head.name));
    Ok(())
}

fn list(matches: &ArgMatches) -> anyhow::Result<()> {
    let list: TenantList = ask(matches, Method::GET, PATH)?;
    if matches.get_flag("json") {
        return say_json(&list);
    }
    if list.tenants.is_empty() {
        say("There is no tenant but the first. Make one: lommebok tenants create");
        return Ok(());
    }
    let mut rows = vec![["NAME", "ADDRESS", "UNTIL"].map(str::to_owned).to_vec()];
    rows.extend(list.tenants.into_iter().map(|tenant| {
        vec![tenant.name, tenant.url, tenant.ends_at.map_or_else(|| "it is deleted".to_owned(), |at| at.0)]
    }));
    say(table::aligned(&rows));
    Ok(())
}

//! `lommebok env`: a running sandbox's credentials and addresses, as shell lines, as a dotenv file or as JSON.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Command};
use hyper::Method;
use lommebok_control_api::Tenant;
use lommebok_engine::keys::SandboxKeys;
use serde_json::{Map, Value};

use super::{data, of_the_server, say, tenant_arg};
use crate::control_client::{ControlClient, is_ready, runtime};
use crate::duration;
use crate::running::Running;
use crate::shell::{quoted, word};

/// How long `--wait` waits when it does not say.
const WAITS: &str = "30s";
/// The pause between two looks while it waits, in ms.
const LOOKS_EVERY_MS: u64 = 25;

pub(crate) fn command() -> Command {
    let wait = Arg::new("wait")
        .long("wait")
        .value_name("DURATION")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value(WAITS)
        .value_parser(duration::parse)
        .help("Wait until a server is ready, for 30s if no DURATION is given");
    let format = Arg::new("format").long("format").value_name("FORMAT").value_parser(["shell", "dotenv", "json"]);
    let format = format.conflicts_with("json").help("Lines for a shell [default], a dotenv file or JSON");
    let psp = Arg::new("psp").long("psp").value_name("NAME").help("Another PSP of the seed than its first");
    let command = Command::new("env").about("Prints the sandbox's credentials: eval \"$(lommebok env)\"");
    let command = of_the_server(command.args([wait, format, psp]));
    command.arg(tenant_arg()).mut_arg("url", |url| url.requires("tenant"))
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let data_dir = data(matches)?.data_dir;
    let running = match matches.get_one::<Duration>("wait") {
        Some(patience) => Some(ready_within(&data_dir, *patience)?),
        None => None,
    };
    let psp = matches.get_one::<String>("psp").map(String::as_str);
    let variables = match matches.get_one::<String>("tenant") {
        Some(tenant) => of_tenant(&tenant_named(matches, tenant)?, psp)?,
        None => variables(&running.map_or_else(|| Running::read(&data_dir), Ok)?, &SandboxKeys::read(&data_dir)?, psp)?,
    };
    let format = matches.get_one::<String>("format").map_or("shell", String::as_str);
    match if matches.get_flag("json") { "json" } else { format } {
        "json" => {
            let object: Map<String, Value> =
                variables.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
            say(serde_json::to_string_pretty(&object)?);
        }
        "dotenv" => variables.iter().for_each(|(name, value)| say(format!("{name}={}", of_dotenv(value)))),
        _ => variables.iter().for_each(|(name, value)| say(format!("export {name}={}", quoted(value)))),
    }
    Ok(())
}

fn tenant_named(matches: &ArgMatches, name: &str) -> anyhow::Result<Tenant> {
    let client = ControlClient::find(&data(matches)?, matches.get_one::<String>("url").map(String::as_str))?;
    runtime()?.block_on(client.ask(Method::GET, &format!("/control/v1/tenants/{name}")))
}

/// The same of a world that was made by command.
fn of_tenant(tenant: &Tenant, psp: Option<&str>) -> anyhow::Result<Vec<(&'static str, String)>> {
    let shown = match psp {
        None => tenant.psps.first().context("its seed has no PSP")?,
        Some(wanted) => tenant.psps.iter().find(|psp| psp.name == wanted).with_context(|| {
            let names: Vec<&str> = tenant.psps.iter().map(|psp| psp.name.as_str()).collect();
            format!("no PSP is called {wanted} there; there are {}", names.join(", "))
        })?,
    };
    let merchant = |skips: bool| {
        let merchant = shown.merchants.iter().find(|merchant| merchant.may_skip_landing_page == skips);
        merchant.map(|merchant| merchant.msn.clone())
    };
    let user = tenant.users.first().context("its seed has no user")?;
    Ok(vec![
        ("LOMMEBOK_URL", tenant.head.url.clone()),
        ("CLIENT_ID", shown.client_id.clone()),
        ("CLIENT_SECRET", shown.client_secret.clone()),
        ("SUBSCRIPTION_KEY", shown.subscription_key.clone()),
        ("PSP_ID", shown.psp_id.clone()),
        ("MSN", merchant(false).or_else(|| merchant(true)).unwrap_or_default()),
        ("MSN_SKIP_LANDING_PAGE", merchant(true).unwrap_or_default()),
        ("MOBILE_NUMBER", user.phone_number.clone()),
        ("PIN", user.pin.clone()),
        ("MAKE_PAYMENT_URL", tenant.make_payment_url.clone()),
    ])
}

/// The server of the data directory once it takes requests.
fn ready_within(data_dir: &Path, patience: Duration) -> anyhow::Result<Running> {
    let mut why = None;
    let ready = async {
        loop {
            match Running::read(data_dir) {
                Ok(running) if is_ready(&running.url).await => return running,
                Ok(_) => why = None,
                Err(fault) => why = Some(fault),
            }
            tokio::time::sleep(Duration::from_millis(LOOKS_EVERY_MS)).await;
        }
    };
    let waited = runtime()?.block_on(async { tokio::time::timeout(patience, ready).await });
    match (waited, why) {
        (Ok(running), _) => Ok(running),
        (Err(_), Some(fault)) => Err(fault).with_context(|| format!("no server was ready within {patience:?}")),
        (Err(_), None) => bail!("the server was not ready within {patience:?}"),
    }
}

/// A value as every reader of dotenv files takes it: docker's takes quotes for a part of the value, so plain ones have none.
fn of_dotenv(value: &str) -> String {
    let plain = value.is_empty() || word(value) == value;
    match value.contains('\'') {
        _ if plain => value.to_owned(),
        false => quoted(value),
        true => format!("\"{}\"", value.replace('\\', r"\\").replace('"', "\\\"").replace('$', r"\$")),
    }
}

/// What a shell or a test wants to know of a sandbox: of its first PSP, or of the one that is named.
pub(super) fn variables(
    running: &Running,
    keys: &SandboxKeys,
    psp: Option<&str>,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let first = running.psps.first().context("the seed has no PSP")?;
    let shown = match psp {
        None => first,
        Some(wanted) => running.psps.iter().find(|psp| psp.name == wanted).with_context(|| {
            let names: Vec<&str> = running.psps.iter().map(|psp| psp.name.as_str()).collect();
            format!("no PSP is called {wanted} here; there are {}", names.join(", "))
        })?,
    };
    let granted = keys.psps.get(&shown.name).with_context(|| format!("no credentials of PSP {}", shown.name))?;
    let mut variables = vec![
        ("LOMMEBOK_URL", running.public_url.clone()),
        ("CLIENT_ID", granted.client_id.clone()),
        ("CLIENT_SECRET", granted.client_secret.expose().to_owned()),
        ("SUBSCRIPTION_KEY", granted.subscription_key.expose().to_owned()),
        ("PSP_ID", granted.psp_id.clone()),
        ("MSN", shown.msn.clone()),
        ("MSN_SKIP_LANDING_PAGE", shown.msn_skip_landing_page.clone()),
        ("MOBILE_NUMBER", running.mobile_number.clone()),
        ("PIN", running.pin.clone()),
    ];
    // The sample PSP is the first one, and refuses another's payments; the stub takes everybody's.
    let shop = running.shop.as_ref().filter(|_| shown.name == first.name);
    if shop.is_some() || running.shop.is_none() {
        variables.push(("MAKE_PAYMENT_URL", running.make_payment_url.clone()));
    }
    if let Some(shop) = shop {
        variables.push(("SHOP_URL", shop.shop_url.clone()));
        variables.push(("BACK_OFFICE_URL", shop.back_office_url.clone()));
        variables.push(("MERCHANT_API_URL", shop.merchant_api_url.clone()));
        variables.push(("MERCHANT_KEY", shop.merchant_key.clone()));
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::of_dotenv;

    #[test]
    fn a_dotenv_value_has_quotes_only_where_it_needs_them() {
        for plain in ["", "aGVp+/==", "http://127.0.0.1:8480", "12345678"] {
            assert_eq!(of_dotenv(plain), plain);
        }
        for (value, expected) in [("a b", "'a b'"), ("a#b", "'a#b'"), ("it's \"$5\"", "\"it's \\\"\\$5\\\"\"")] {
            assert_eq!(of_dotenv(value), expected);
        }
    }
}

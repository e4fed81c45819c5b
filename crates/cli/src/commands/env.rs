//! `lommebok env`: a running sandbox's credentials and addresses, as shell lines or JSON.

use anyhow::Context;
use clap::{ArgMatches, Command};
use lommebok_server::keys::SandboxKeys;
use serde_json::{Map, Value};

use super::greeting::quoted;
use super::{about_a_data_dir, data_dir, say};
use crate::running::Running;

pub(crate) fn command() -> Command {
    about_a_data_dir(Command::new("env").about("Prints the sandbox's credentials: eval \"$(lommebok env)\""))
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let data_dir = data_dir(matches)?;
    let variables = variables(&Running::read(&data_dir)?, &SandboxKeys::read(&data_dir)?)?;
    if matches.get_flag("json") {
        let object: Map<String, Value> =
            variables.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        say(serde_json::to_string_pretty(&object)?);
    } else {
        for (name, value) in variables {
            say(format!("export {name}={}", quoted(&value)));
        }
    }
    Ok(())
}

/// What a shell or a test wants to know of a sandbox.
pub(super) fn variables(running: &Running, keys: &SandboxKeys) -> anyhow::Result<Vec<(&'static str, String)>> {
    let psp = keys.psps.get(&running.psp).with_context(|| format!("no credentials of PSP {}", running.psp))?;
    let mut variables = vec![
        ("LOMMEBOK_URL", running.public_url.clone()),
        ("CLIENT_ID", psp.client_id.clone()),
        ("CLIENT_SECRET", psp.client_secret.expose().to_owned()),
        ("SUBSCRIPTION_KEY", psp.subscription_key.expose().to_owned()),
        ("PSP_ID", psp.psp_id.clone()),
        ("MSN", running.msn.clone()),
        ("MSN_SKIP_LANDING_PAGE", running.msn_skip_landing_page.clone()),
        ("MOBILE_NUMBER", running.mobile_number.clone()),
        ("PIN", running.pin.clone()),
        ("MAKE_PAYMENT_URL", running.make_payment_url.clone()),
    ];
    if let Some(shop) = &running.shop {
        variables.push(("SHOP_URL", shop.shop_url.clone()));
        variables.push(("BACK_OFFICE_URL", shop.back_office_url.clone()));
        variables.push(("MERCHANT_API_URL", shop.merchant_api_url.clone()));
        variables.push(("MERCHANT_KEY", shop.merchant_key.clone()));
    }
    Ok(variables)
}

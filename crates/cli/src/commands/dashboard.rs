//! `lommebok dashboard`: a link that signs in to the dashboard once.

use clap::{ArgMatches, Command};
use hyper::Method;
use lommebok_control_api::DashboardLink;
use lommebok_server::config::SandboxDataConfig;

use super::{of_running_server, say, say_json, text};
use crate::control_client::{ControlClient, ask};

/// Where links are made.
const LINKS: &str = "/control/v1/dashboard/links";

pub(crate) fn command() -> Command {
    let command =
        Command::new("dashboard").about("Prints a link to the dashboard that signs in once, within ten minutes");
    of_running_server(command).after_help(AFTER_DASHBOARD)
}

const AFTER_DASHBOARD: &str =
    "Open it in a browser: xdg-open \"$(lommebok dashboard)\", on a Mac open \"$(lommebok dashboard)\".
The browser stays signed in for 30 days, also over restarts of the sandbox.";

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let link: DashboardLink = ask(matches, Method::POST, LINKS)?;
    if matches.get_flag("json") {
        return say_json(&link);
    }
    say(text(&link.url));
    Ok(())
}

/// A link to the dashboard of the server at `url` that holds this data directory.
pub(super) async fn link(data: &SandboxDataConfig, url: &str) -> anyhow::Result<String> {
    let link: DashboardLink = ControlClient::find(data, Some(url))?.ask(Method::POST, LINKS).await?;
    Ok(link.url)
}

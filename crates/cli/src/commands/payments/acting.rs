//! `lommebok payments approve`, `cancel`, `step-up` and `expire`: a user's part, without a phone and without a page.

use anyhow::Context;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use hyper::Method;
use lommebok_control_api::{ApprovePayment, Expired, Payment, StepUp, StepUpResult};

use super::words::as_it_is;
use super::{id_arg, id_of};
use crate::commands::clock::print_way;
use crate::commands::{of_running_server, say, say_json};
use crate::control_client::{ControlClient, ask, runtime};

pub(super) fn commands() -> [Command; 4] {
    let no_wait = || Arg::new("no-wait").long("no-wait").action(ArgAction::SetTrue);
    let card = Arg::new("card").long("card").value_name("CARD");
    let card =
        card.help("Last four digits, VISA, MASTERCARD, or our number for it [default: the first that can be used]");
    let user = Arg::new("user").long("user").value_name("NUMBER");
    let user =
        user.help("Who approves [default: whom it is bound to, else the init's number, else the first of the seed]");
    let approve = Command::new("approve")
        .about("Its user approves, without a phone; returns when its PSP has answered")
        .args([id_arg(), card, user, no_wait().help("Return when the PSP is about to be called")]);
    let cancel = Command::new("cancel").about("Its user cancels").arg(id_arg());
    let result = Arg::new("result").required(true).value_name("RESULT");
    let result = result.value_parser(PossibleValuesParser::new(["passed", "cancelled", "failed"]));
    let step_up =
        Command::new("step-up").about("Its user comes back from 3-D Secure; returns when its PSP has answered").args([
            id_arg(),
            result.help("What came of it"),
            no_wait().help("Return when the PSP is about to be called again"),
        ]);
    let expire = Command::new("expire")
        .about("Advances time to its deadline; what becomes due on the way is done when it returns")
        .arg(id_arg());
    [approve, cancel, step_up, expire].map(of_running_server)
}

/// Does what `action` says.
pub(super) fn run(action: &str, matches: &ArgMatches) -> anyhow::Result<()> {
    let path = format!("/control/v1/payments/{}/{action}", id_of(matches)?);
    if action == "expire" {
        return expire(matches, &path);
    }
    let client = ControlClient::of(matches)?;
    let payment: Payment = match action {
        "approve" => {
            let [user, card] = ["user", "card"].map(|name| matches.get_one::<String>(name).cloned());
            let asked = ApprovePayment { user, card, wait: !matches.get_flag("no-wait") };
            runtime()?.block_on(client.post(&path, &asked))?
        }
        "step-up" => {
            let asked = StepUp { result: result(matches)?, wait: !matches.get_flag("no-wait") };
            runtime()?.block_on(client.post(&path, &asked))?
        }
        _ => runtime()?.block_on(client.ask(Method::POST, &path))?,
    };
    if matches.get_flag("json") {
        return say_json(&payment);
    }
    say(as_it_is(&payment));
    Ok(())
}

fn result(matches: &ArgMatches) -> anyhow::Result<StepUpResult> {
    let result = matches.get_one::<String>("result").context("a result is missing")?;
    Ok(match result.as_str() {
        "passed" => StepUpResult::Passed,
        "cancelled" => StepUpResult::Cancelled,
        _ => StepUpResult::Failed,
    })
}

fn expire(matches: &ArgMatches, path: &str) -> anyhow::Result<()> {
    let expired: Expired = ask(matches, Method::POST, path)?;
    if matches.get_flag("json") {
        return say_json(&expired);
    }
    print_way(&expired.from, &expired.to, &expired.done);
    say(as_it_is(&expired.payment));
    Ok(())
}

//! `lommebok dev`: the sandbox. Starts it, says where everything is, and stops it in order.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Command};
use lommebok_server::assembly::{RunningSandbox, Seams};
use lommebok_server::config::DevConfig;
use lommebok_server::observability;
use lommebok_server::seeds::Seed;
use lommebok_server::wallet::{Stage, Stages};

use super::{env, say, settings};
use crate::running::Running;

/// Open files that 10,000 connections in and 10,000 calls out need.
const OPEN_FILES: u64 = 65_536;

pub(crate) fn command() -> Command {
    let command = Command::new("dev").about("Runs the sandbox: wallet, phone simulator, stub PSP, seeded data");
    arguments().into_iter().fold(command, Command::arg)
}

pub(crate) fn arguments() -> Vec<Arg> {
    let mut arguments = settings::flags(|setting| setting.dev);
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    let hold = Arg::new("hold-at").long("hold-at").value_name("STAGE").hide(true).value_parser(stages);
    arguments.push(hold.help("For crash tests: stop dead when an attempt has come this far"));
    arguments
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let config = DevConfig::load(&settings::sources(matches)?)?;
    let seed = seed(&config)?;
    let seams = Seams { stages: held_at(matches.get_one::<String>("hold-at")), ..Seams::default() };
    // Whoever may raise the limit does; a lower one shows itself at the connection that is one too many.
    let _limit = rlimit::increase_nofile_limit(OPEN_FILES);
    let metrics = observability::start(&config.log);
    // The store's writer has a thread of its own; one less than the cores for HTTP was measured to be best.
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.saturating_sub(1).max(1))
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        let sandbox = RunningSandbox::start(&config, &seed, seams).await?;
        metrics.keep(&sandbox.tasks);
        let running = running(&sandbox, &seed)?;
        running.write(&config.data.data_dir)?;
        greet(&running, &sandbox, &config.data.data_dir)?;
        until_told_to_stop(sandbox).await
    });
    runtime.shutdown_background();
    done
}

fn seed(config: &DevConfig) -> anyhow::Result<Seed> {
    let Some(path) = &config.data.seed_file else { return Ok(Seed::built_in()) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(Seed::parse(path, &text)?)
}

/// For crash tests: tells when an attempt has come as far as `stage`, and holds the process there for ever.
fn held_at(stage: Option<&String>) -> Stages {
    let Some(held) = Stage::ALL.into_iter().find(|known| stage.is_some_and(|stage| stage == known.as_str())) else {
        return Stages::default();
    };
    Stages::told_to(move |stage, payment| {
        if stage == held {
            eprintln!("held at {} payment {}", stage.as_str(), payment.get());
            loop {
                std::thread::park();
            }
        }
    })
}

fn running(sandbox: &RunningSandbox, seed: &Seed) -> anyhow::Result<Running> {
    let psp = seed.psps.first().context("the seed has no PSP")?.name.clone();
    let merchant = |skips: bool| {
        let mut own = seed.merchants.iter().filter(|merchant| merchant.psp == psp);
        own.find(|merchant| merchant.may_skip_landing_page == skips).map(|merchant| merchant.msn.to_string())
    };
    let user = seed.users.first().context("the seed has no user")?;
    Ok(Running {
        url: format!("http://{}", sandbox.address),
        public_url: sandbox.public_url.clone(),
        make_payment_url: format!("http://{}/make-payment", sandbox.stub_psp),
        msn: merchant(false).or_else(|| merchant(true)).context("the seed's first PSP has no merchant")?,
        msn_skip_landing_page: merchant(true).unwrap_or_default(),
        mobile_number: user.phone_number.to_string(),
        pin: user.pin.expose().to_owned(),
        psp,
    })
}

fn greet(running: &Running, sandbox: &RunningSandbox, data_dir: &Path) -> anyhow::Result<()> {
    let url = &running.public_url;
    say(format!("Lommebok is ready: {url}"));
    say("");
    for (what, path) in [("Start page", "/"), ("Phone simulator", "/phone"), ("Ready?", "/readyz")] {
        say(format!("  {what:<16} {url}{path}"));
    }
    say(format!("  {:<16} {} (says OK to every payment)", "Stub PSP", running.make_payment_url));
    say(format!("  {:<16} {}", "Data", data_dir.display()));
    say(format!("  {:<16} number {}, PIN {}", "Test user", running.mobile_number, running.pin));
    say("");
    say("Credentials (also: lommebok env), then a token and a payment; paste it as often as you like:");
    say("");
    for (name, value) in env::variables(running, &sandbox.credentials)? {
        say(format!("  {name}='{value}'"));
    }
    say(PASTE);
    say("Open the vippsRedirectUrl of the answer in a browser. Ctrl-C stops.");
    Ok(())
}

/// A token and an init that succeed each time they are pasted: the shell makes a fresh id.
const PASTE: &str = r#"
  ID="demo-$(date +%s)-$RANDOM"
  TOKEN=$(curl -s -X POST "$LOMMEBOK_URL/accesstoken/get" \
    -H "client_id: $CLIENT_ID" -H "client_secret: $CLIENT_SECRET" \
    -H "Ocp-Apim-Subscription-Key: $SUBSCRIPTION_KEY" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s -X POST "$LOMMEBOK_URL/psp/v3/psppayments/init" \
    -H "Content-Type: application/json" -H "Authorization: Bearer $TOKEN" \
    -H "Ocp-Apim-Subscription-Key: $SUBSCRIPTION_KEY" -H "PSP-ID: $PSP_ID" -H "Merchant-Serial-Number: $MSN" \
    -d '{"pspTransactionId": "'"$ID"'", "merchantOrderId": "'"$ID"'", "customerMobileNumber": "'"$MOBILE_NUMBER"'",
         "amount": 49900, "currency": "NOK", "pspRedirectUrl": "https://example.com/thanks",
         "makePaymentUrl": "'"$MAKE_PAYMENT_URL"'", "paymentText": "A demo order"}'; echo
"#;

/// The first signal stops in order, a second one at once.
async fn until_told_to_stop(sandbox: RunningSandbox) -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    let tasks = sandbox.tasks.clone();
    let stop = sandbox.stop();
    tokio::pin!(stop);
    let left = tokio::select! {
        left = &mut stop => left,
        _ = tokio::signal::ctrl_c() => { tasks.end(); stop.await }
        _ = terminate.recv() => { tasks.end(); stop.await }
    };
    if left.is_empty() { Ok(()) } else { bail!("stopped; left behind: {left:?}") }
}

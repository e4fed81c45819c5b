//! `lommebok dev`: the sandbox. Starts it, says where everything is, and stops it in order.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use lommebok_api::hosts::origin_of;
use lommebok_domain::PaymentId;
use lommebok_sample_psp::RunningSamplePsp;
use lommebok_server::assembly::{PreparedSandbox, RunningSandbox, Seams, StartFault};
use lommebok_server::config::{DevConfig, NetworkConfig};
use lommebok_server::observability;
use lommebok_server::seeds::Seed;
use lommebok_server::wallet::{Stage, Stages};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::greeting::{self, Place};
use super::{env, say, settings};
use crate::beside;
use crate::running::{Announcement, Running, RunningShop};

/// Open files that 10,000 connections in and 10,000 calls out need.
const OPEN_FILES: u64 = 65_536;

pub(crate) fn command() -> Command {
    let command =
        Command::new("dev").about("Runs the sandbox: wallet, phone simulator, sample PSP with a shop, seeded data");
    arguments().into_iter().fold(command, Command::arg)
}

pub(crate) fn arguments() -> Vec<Arg> {
    let mut arguments = settings::flags(|setting| setting.dev);
    let hold = Arg::new("hold-at").long("hold-at").value_name("STAGE[:N]").hide(true).value_parser(Hold::parse);
    let no_shop = Arg::new("no-shop").long("no-shop").action(ArgAction::SetTrue).conflicts_with("shop");
    arguments.push(no_shop.help("Leave sample PSP and shop out; a stub PSP says OK (the same as --shop off)"));
    let stop = Arg::new("stop-at").long("stop-at").value_name("STAGE[:N]").hide(true).value_parser(Hold::parse);
    arguments.push(hold.help("For crash tests: stop dead when the Nth attempt (default: the first) has come this far"));
    arguments.push(stop.help("For tests: the whole process stops there, as by SIGSTOP, until it gets SIGCONT"));
    arguments
}

/// Where a crash test wants the process to stop dead.
#[derive(Clone, Copy, Debug)]
struct Hold {
    stage: Stage,
    /// The attempt that is held, counted from 1; so are all that come after it.
    from: u64,
}

impl Hold {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, from) = text.split_once(':').unwrap_or((text, "1"));
        let stage = Stage::ALL.into_iter().find(|stage| stage.as_str() == name);
        let names = Stage::ALL.map(Stage::as_str).join(", ");
        let stage = stage.ok_or_else(|| format!("the stage is one of {names}"))?;
        let from = from.parse().map_err(|_| format!("{from} is not a number"))?;
        Ok(Self { stage, from })
    }
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let mut sources = settings::sources(matches)?;
    if matches.get_flag("no-shop") {
        sources.flags.insert("shop".to_owned(), "off".to_owned());
    }
    let config = DevConfig::load(&sources)?;
    let seed = seed(&config)?;
    let seams = Seams { stages: stages(matches), ..Seams::default() };
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
        let signals = Signals::listen()?;
        let (sandbox, psp) = start(&config, &seed, seams).await?;
        metrics.keep(&sandbox.tasks);
        let running = running(&sandbox, psp.as_ref(), &seed)?;
        let announcement = running.announce(&config.data.data_dir)?;
        let variables = env::variables(&running, &sandbox.credentials)?;
        say(greeting::text(&running.public_url, &places(&running, &config.network, &config.data.data_dir), &variables)
            .trim_end());
        until_told_to_stop(sandbox, announcement, signals).await?;
        // The wallet's last calls have ended, so the PSP may go.
        if let Some(psp) = psp {
            psp.stop().await;
        }
        Ok(())
    });
    runtime.shutdown_background();
    observability::flush();
    done
}

/// The wallet, and the sample PSP beside it unless it is left out. The PSP comes first: attempts that were queued when the
/// last process ended go out when the wallet begins.
async fn start(
    config: &DevConfig,
    seed: &Seed,
    seams: Seams,
) -> anyhow::Result<(RunningSandbox, Option<RunningSamplePsp>)> {
    let named = |fault| named(config, fault);
    if !config.sample_psp.shop {
        return Ok((RunningSandbox::start(config, seed, seams).await.map_err(named)?, None));
    }
    let prepared = PreparedSandbox::prepare(config, seed, seams).await.map_err(named)?;
    let psp = beside::start(config, seed, &prepared).await.context("the sample PSP can't start")?;
    let sandbox = prepared.serve(beside::addresses(&psp)).await.map_err(named)?;
    Ok((sandbox, Some(psp)))
}

/// The fault, with the name of the file that it is about.
fn named(config: &DevConfig, fault: StartFault) -> anyhow::Error {
    let is_of_the_database = matches!(fault, StartFault::Store(_));
    let fault = anyhow::Error::new(fault);
    if !is_of_the_database {
        return fault;
    }
    let path = config.data.database.clone().unwrap_or_else(|| config.data.data_dir.join("lommebok.db"));
    fault.context(format!("{} can't be used", path.display()))
}

fn seed(config: &DevConfig) -> anyhow::Result<Seed> {
    let Some(path) = &config.data.seed_file else { return Ok(Seed::built_in()) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(Seed::parse(path, &text)?)
}

/// For crash tests: tells when an attempt has come to its stage, and holds the thread there for ever, or stops the whole
/// process there once.
fn stages(matches: &ArgMatches) -> Stages {
    let awaited = |name| matches.get_one::<Hold>(name).map(|at| Awaited { at: *at, reached: AtomicU64::new(0) });
    let (dead, still) = (awaited("hold-at"), awaited("stop-at"));
    if dead.is_none() && still.is_none() {
        return Stages::default();
    }
    Stages::told_to(move |stage, payment| {
        if still.as_ref().and_then(|still| still.passed(stage)) == Some(0) {
            say_whole("stopped", stage, payment);
            // Raised in this very thread: a signal to the process would let it run on for a moment.
            let _gone_on = nix::sys::signal::raise(nix::sys::signal::SIGSTOP);
        }
        if dead.as_ref().and_then(|dead| dead.passed(stage)).is_some() {
            say_whole("held", stage, payment);
            loop {
                std::thread::park();
            }
        }
    })
}

/// Says on stderr, in one write, where an attempt stands: the reader may kill this process between two of them.
fn say_whole(what: &str, stage: Stage, payment: PaymentId) {
    let line = format!("{what} at {} payment {}\n", stage.as_str(), payment.get());
    // Without a reader there is nobody to tell.
    let _unread = std::io::stderr().lock().write_all(line.as_bytes());
}

/// A point at which something is to happen.
struct Awaited {
    at: Hold,
    reached: AtomicU64,
}

impl Awaited {
    /// How many attempts have come here since the first that counts; nothing elsewhere, or before it.
    fn passed(&self, stage: Stage) -> Option<u64> {
        if stage != self.at.stage {
            return None;
        }
        self.reached.fetch_add(1, Ordering::SeqCst).saturating_add(1).checked_sub(self.at.from)
    }
}

fn running(sandbox: &RunningSandbox, psp: Option<&RunningSamplePsp>, seed: &Seed) -> anyhow::Result<Running> {
    let name = seed.psps.first().context("the seed has no PSP")?.name.clone();
    let merchant = |skips: bool| {
        let mut own = seed.merchants.iter().filter(|merchant| merchant.psp == name);
        own.find(|merchant| merchant.may_skip_landing_page == skips).map(|merchant| merchant.msn.to_string())
    };
    let user = seed.users.first().context("the seed has no user")?;
    let msn = merchant(false).or_else(|| merchant(true)).context("the seed's first PSP has no merchant")?;
    Ok(Running {
        url: origin_of(sandbox.address),
        public_url: sandbox.public_url.clone(),
        make_payment_url: sandbox.make_payment_url.clone(),
        shop: psp.and_then(|psp| running_shop(psp, &msn)),
        msn,
        msn_skip_landing_page: merchant(true).unwrap_or_default(),
        mobile_number: user.phone_number.to_string(),
        pin: user.pin.expose().to_owned(),
        psp: name,
    })
}

fn running_shop(psp: &RunningSamplePsp, msn: &str) -> Option<RunningShop> {
    let addresses = beside::addresses(psp).shop?;
    Some(RunningShop {
        shop_url: addresses.shop,
        back_office_url: addresses.back_office,
        merchant_api_url: addresses.merchant_api,
        merchant_key: psp.merchant_key(msn)?.to_owned(),
    })
}

/// What runs, for the greeting.
fn places(running: &Running, network: &NetworkConfig, data_dir: &Path) -> Vec<Place> {
    let url = &running.public_url;
    let mut places = vec![
        ("Start page", format!("{url}/"), "everything, explained".to_owned()),
        ("Phone", format!("{url}/phone"), format!("number {}, PIN {}", running.mobile_number, running.pin)),
    ];
    match &running.shop {
        Some(shop) => places.extend([
            ("Shop", shop.shop_url.clone(), "buy something and pay with the phone".to_owned()),
            ("Back office", shop.back_office_url.clone(), "capture, cancel, refund, timeline".to_owned()),
            ("Merchant API", shop.merchant_api_url.clone(), "the sample PSP's; docs/sample-psp.md".to_owned()),
        ]),
        None => places.push(("Stub PSP", running.make_payment_url.clone(), "says OK to every payment".to_owned())),
    }
    places.push(("Data", data_dir.display().to_string(), "database, keys, credentials; survives restarts".to_owned()));
    let elsewhere = (running.url != running.public_url).then_some("links lead to the public URL");
    let everywhere =
        network.listen.ip().to_canonical().is_unspecified().then_some("and every other address of this machine");
    let notes: Vec<&str> = everywhere.into_iter().chain(elsewhere).collect();
    if !notes.is_empty() {
        places.push(("Listens on", running.url.clone(), notes.join("; ")));
    }
    places
}

/// SIGTERM and Ctrl-C. Listened to from before the start, or a signal right after it would end the process where it stands.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The first signal stops in order, a second one at once.
async fn until_told_to_stop(
    sandbox: RunningSandbox,
    announcement: Announcement,
    mut signals: Signals,
) -> anyhow::Result<()> {
    signals.next().await;
    announcement.withdraw();
    let tasks = sandbox.tasks.clone();
    let stop = sandbox.stop();
    tokio::pin!(stop);
    let left = tokio::select! {
        left = &mut stop => left,
        () = signals.next() => {
            tasks.end();
            stop.await
        }
    };
    if left.is_empty() { Ok(()) } else { bail!("stopped; left behind: {left:?}") }
}

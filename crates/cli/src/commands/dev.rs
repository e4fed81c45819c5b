//! `lommebok dev`: the sandbox. Starts it, says where everything is, and stops it in order.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use lommebok_engine::keys::DataDirectory;
use lommebok_engine::observability;
use lommebok_psp_v3::hosts::origin_of;
use lommebok_sample_psp::RunningSamplePsp;
use lommebok_server::assembly::{PreparedSandbox, RunningSandbox, Seams, StartFault};
use lommebok_server::config::{DevConfig, NetworkConfig};
use lommebok_server::http::sandbox_pages::{Beside, Invocation};
use lommebok_server::seeds::Seed;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::crash_points;
use super::greeting::{self, Place};
use super::{clock, env, restored, say, settings};
use crate::running::{Announcement, Running, RunningPsp, RunningShop};
use crate::{beside, shell};

/// Open files that 10,000 connections in and 10,000 calls out need.
const OPEN_FILES: u64 = 65_536;

pub(crate) fn command(arguments: Vec<Arg>) -> Command {
    let command =
        Command::new("dev").about("Runs the sandbox: wallet, phone simulator, sample PSP with a shop, seeded data");
    arguments.into_iter().fold(command, Command::arg)
}

/// What `lommebok dev` takes, the flags of crash tests included.
pub(crate) fn all_arguments() -> Vec<Arg> {
    arguments().into_iter().chain(crash_points::arguments()).collect()
}

/// What it takes from people.
pub(crate) fn arguments() -> Vec<Arg> {
    let mut arguments = settings::flags(|setting| setting.dev);
    let no_shop = Arg::new("no-shop").long("no-shop").action(ArgAction::SetTrue).conflicts_with("shop");
    arguments.push(no_shop.help("Leave sample PSP and shop out; a stub PSP says OK (the same as --shop off)"));
    arguments
}

pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let mut sources = settings::sources(matches)?;
    if matches.get_flag("no-shop") {
        sources.flags.insert("shop".to_owned(), "off".to_owned());
    }
    let config = DevConfig::load(&sources)?;
    let seed = seed(&config)?;
    let seams = Seams { crash_points: crash_points::crash_points(matches), ..Seams::default() };
    // Raised if the system allows it; else the first connection above the limit fails.
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
        let started = start(&config, &seed, seams).await?;
        metrics.keep(&started.sandbox.tasks);
        let variables = env::variables(&started.running, &started.sandbox.credentials, None)?;
        let mut places = places(&started.running, &config.network, &config.data.data_dir);
        places.insert(1, dashboard(&config, &started).await?);
        let url = &started.running.public_url;
        let notes: Vec<String> = clock::note(&started.sandbox.wallet.clock, &started.invocation).into_iter().collect();
        say(greeting::text(url, &places, &notes, &variables, &started.invocation).trim_end());
        until_told_to_stop(started.sandbox, started.announcement, signals).await?;
        // The wallet's last calls have ended, so the PSP may go.
        if let Some(psp) = started.psp {
            psp.stop().await;
        }
        Ok(())
    });
    runtime.shutdown_background();
    observability::flush();
    done
}

/// Everything that runs.
struct Started {
    sandbox: RunningSandbox,
    psp: Option<RunningSamplePsp>,
    running: Running,
    announcement: Announcement,
    invocation: Invocation,
}

/// The wallet and its PSP: the sample PSP, or a stub. The PSP comes first, since attempts that were queued when
/// the last process ended go out when the wallet begins. Other commands find the server before it is ready, so that they
/// work when it is.
async fn start(config: &DevConfig, seed: &Seed, seams: Seams) -> anyhow::Result<Started> {
    let invocation = shell::invocation(&config.data.data_dir);
    let named = |fault| named(config, fault, &invocation);
    let prepared = PreparedSandbox::prepare(config, seed, seams).await.map_err(named)?;
    let (psp, beside) = if config.sample_psp.shop {
        let psp = beside::start(config, seed, &prepared).await.context("the sample PSP can't start")?;
        let beside = beside::addresses(&psp, invocation.clone());
        (Some(psp), beside)
    } else {
        let make_payment_url = prepared.start_stub_psp(config.sample_psp.psp_listen).map_err(named)?;
        (None, Beside { make_payment_url, shop: None, invocation: invocation.clone() })
    };
    let running = running(&prepared, seed, &beside, psp.as_ref())?;
    let announcement = running.announce(&config.data.data_dir)?;
    match prepared.serve(beside).await {
        Ok(sandbox) => Ok(Started { sandbox, psp, running, announcement, invocation }),
        Err(fault) => {
            announcement.withdraw();
            Err(named(fault))
        }
    }
}

/// The fault, with the name of the file that it is about, or the command that ends it.
fn named(config: &DevConfig, fault: StartFault, invocation: &Invocation) -> anyhow::Error {
    let is_of_the_database = matches!(fault, StartFault::Store(_));
    if matches!(fault, StartFault::ClockAhead { .. }) {
        return anyhow::Error::msg(format!("{fault}{}", clock::ways_out(config, invocation)));
    }
    let is_older = fault.is_of_an_older_database();
    let fault = if is_older {
        anyhow::Error::msg(format!("{fault}{}", restored::way_on(config, invocation)))
    } else {
        anyhow::Error::new(fault)
    };
    if !is_of_the_database {
        return fault;
    }
    let path = config.data.database.clone().unwrap_or_else(|| DataDirectory::database_in(&config.data.data_dir));
    fault.context(format!("{} can't be used", path.display()))
}

fn seed(config: &DevConfig) -> anyhow::Result<Seed> {
    config.data.seed_file.as_deref().map_or_else(|| Ok(Seed::built_in()), super::seed::read)
}

fn running(
    prepared: &PreparedSandbox,
    seed: &Seed,
    beside: &Beside,
    psp: Option<&RunningSamplePsp>,
) -> anyhow::Result<Running> {
    let psps: Vec<RunningPsp> = seed.psps.iter().map(|psp| of_the_seed(seed, &psp.name)).collect();
    let user = seed.users.first().context("the seed has no user")?;
    let msn = psps.first().map(|psp| psp.msn.clone()).context("the seed has no PSP")?;
    if msn.is_empty() {
        bail!("the seed's first PSP has no merchant");
    }
    Ok(Running {
        url: origin_of(prepared.address()),
        public_url: prepared.public_url().to_owned(),
        make_payment_url: beside.make_payment_url.clone(),
        shop: psp.and_then(|psp| running_shop(psp, beside, &msn)),
        psps,
        mobile_number: user.phone_number.to_string(),
        pin: user.pin.expose().to_owned(),
    })
}

fn of_the_seed(seed: &Seed, psp: &str) -> RunningPsp {
    let merchant = |skips: bool| {
        let mut own = seed.merchants.iter().filter(|merchant| merchant.psp == psp);
        own.find(|merchant| merchant.may_skip_landing_page == skips).map(|merchant| merchant.msn.to_string())
    };
    RunningPsp {
        name: psp.to_owned(),
        msn: merchant(false).or_else(|| merchant(true)).unwrap_or_default(),
        msn_skip_landing_page: merchant(true).unwrap_or_default(),
    }
}

fn running_shop(psp: &RunningSamplePsp, beside: &Beside, msn: &str) -> Option<RunningShop> {
    let addresses = beside.shop.clone()?;
    Some(RunningShop {
        shop_url: addresses.shop,
        back_office_url: addresses.back_office,
        merchant_api_url: addresses.merchant_api,
        merchant_key: psp.merchant_key(msn)?.to_owned(),
    })
}

/// The dashboard, with a link that signs in.
async fn dashboard(config: &DevConfig, started: &Started) -> anyhow::Result<Place> {
    let link = super::dashboard::link(&config.data, &started.running.url).await?;
    Ok(("Dashboard", link, "signs in once".to_owned()))
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
    let everywhere =
        network.listen.ip().to_canonical().is_unspecified().then_some("and every other address of this machine");
    let elsewhere = (running.url != running.public_url).then_some("links lead to the public URL");
    let notes: Vec<&str> = everywhere.into_iter().chain(elsewhere).collect();
    if !notes.is_empty() {
        places.push(("Listens on", running.url.clone(), notes.join("; ")));
    }
    places
}

/// SIGTERM and Ctrl-C. Listened to from before the start, or a signal right after it would end the process at once.
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
    mut announcement: Announcement,
    mut signals: Signals,
) -> anyhow::Result<()> {
    tokio::select! {
        () = signals.next() => {}
        () = announcement.surely() => {}
    }
    let tasks = sandbox.tasks.clone();
    // Not ready any more, and only then not to be found.
    tasks.stop();
    announcement.withdraw();
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

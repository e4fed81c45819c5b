//! The server under measurement: `lommebok dev` of the release build on a data directory of its own.
//!
//! We learn what a stranger learns: the credentials from `lommebok env --json`, readiness from `/readyz`.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::Full;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::connection::Connection;
use crate::process::Process;
use crate::requests::{Credentials, Requests};

/// Longest wait for a server to become ready.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// What `lommebok env --json` says, as far as we need it.
#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Environment {
    client_id: String,
    client_secret: String,
    subscription_key: String,
    psp_id: String,
    msn: String,
    mobile_number: String,
}

/// A running `lommebok dev`.
pub(crate) struct Wallet {
    binary: PathBuf,
    folder: TempDir,
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Wallet {
    /// Starts `binary` on an empty data directory next to it, on the same disk (`/tmp` may be memory).
    pub(crate) async fn start(binary: &Path) -> anyhow::Result<Self> {
        Self::start_with(binary, &[]).await
    }

    /// The same with settings that differ from the defaults, as environment variables.
    pub(crate) async fn start_with(binary: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let beside = binary.parent().context("the server lies in a folder")?;
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?;
        let (process, address) = spawn(binary, folder.path(), settings)?;
        let mut wallet = Self { binary: binary.to_path_buf(), folder, process, address };
        wallet.until_ready().await?;
        Ok(wallet)
    }

    /// Stops it in order, starts it again on the same data with the default settings, and says how long it took to be ready.
    pub(crate) async fn restart(self) -> anyhow::Result<(Self, Duration)> {
        let Self { binary, folder, process, .. } = self;
        process.stop()?;
        Self::start_again(binary, folder).await
    }

    /// The same after `kill -9`.
    pub(crate) async fn killed_and_restarted(self) -> anyhow::Result<(Self, Duration)> {
        let Self { binary, folder, process, .. } = self;
        drop(process);
        Self::start_again(binary, folder).await
    }

    /// Stops it in order, lets `fill` work on its data directory, and starts it again.
    pub(crate) async fn refilled(self, fill: impl AsyncFnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<Self> {
        let Self { binary, folder, process, .. } = self;
        process.stop()?;
        fill(folder.path()).await?;
        Ok(Self::start_again(binary, folder).await?.0)
    }

    async fn start_again(binary: PathBuf, folder: TempDir) -> anyhow::Result<(Self, Duration)> {
        let begun = Instant::now();
        let (process, address) = spawn(&binary, folder.path(), &[])?;
        let mut wallet = Self { binary, folder, process, address };
        wallet.until_ready().await?;
        Ok((wallet, begun.elapsed()))
    }

    /// Stops it in order and starts it again on the same data under a profiler: the words of `profiler` come before its
    /// own. Its keys were made before, so that making them is in no profile.
    pub(crate) async fn restart_under(self, profiler: &[String]) -> anyhow::Result<Self> {
        let Self { binary, folder, process, .. } = self;
        process.stop()?;
        let address = free_address()?;
        let mut command = match profiler.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&binary);
                command
            }
            None => Command::new(&binary),
        };
        let process = Process::start(dev(&mut command, folder.path(), address))?;
        let mut wallet = Self { binary, folder, process, address };
        wallet.until_ready().await?;
        Ok(wallet)
    }

    /// Requests as the seeded PSP, whose payments are approved at `make_payment_url`.
    pub(crate) async fn requests(&self, make_payment_url: String) -> anyhow::Result<Requests> {
        self.requests_by(self.environment(None)?, make_payment_url).await
    }

    /// The same as another PSP of the seed.
    pub(crate) async fn requests_of(&self, psp: &str, make_payment_url: String) -> anyhow::Result<Requests> {
        self.requests_by(self.environment(Some(psp))?, make_payment_url).await
    }

    async fn requests_by(&self, environment: Environment, make_payment_url: String) -> anyhow::Result<Requests> {
        let access_token = self.access_token(&environment).await?;
        let Environment { subscription_key, psp_id, msn, mobile_number, .. } = environment;
        let credentials = Credentials { access_token, subscription_key, psp_id, msn, mobile_number };
        Requests::new(&self.address.to_string(), &credentials, make_payment_url)
    }

    /// The token of its Control API.
    pub(crate) fn control_token(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join("control-token"))?.trim().to_owned())
    }

    /// Stops its business clock, so that no deadline comes.
    pub(crate) fn freeze_clock(&self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.binary);
        let output = command.args(["clock", "freeze", "--data-dir"]).arg(self.folder.path()).output()?;
        anyhow::ensure!(output.status.success(), "lommebok clock freeze: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    fn environment(&self, psp: Option<&str>) -> anyhow::Result<Environment> {
        let mut command = Command::new(&self.binary);
        command.args(["env", "--json", "--data-dir"]).arg(self.folder.path());
        let output = command.args(psp.into_iter().flat_map(|psp| ["--psp", psp])).output()?;
        anyhow::ensure!(output.status.success(), "lommebok env: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("lommebok env --json said something strange")
    }

    /// The request for an access token.
    pub(crate) fn token_request(&self, psp: Option<&str>) -> anyhow::Result<Request<Full<Bytes>>> {
        self.token_request_by(&self.environment(psp)?)
    }

    fn token_request_by(&self, environment: &Environment) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut headers = HeaderMap::new();
        headers.insert("host", self.address.to_string().parse()?);
        headers.insert("client_id", environment.client_id.parse()?);
        headers.insert("client_secret", environment.client_secret.parse()?);
        headers.insert("ocp-apim-subscription-key", environment.subscription_key.parse()?);
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = "/accesstoken/get".parse()?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    async fn access_token(&self, environment: &Environment) -> anyhow::Result<String> {
        let request = self.token_request_by(environment)?;
        let answer = Connection::open(self.address).await?.expect_ok(request).await?;
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        let token = answer.get("access_token").and_then(serde_json::Value::as_str);
        Ok(token.context("the token answer holds no access_token")?.to_owned())
    }

    async fn until_ready(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            // The file is what `lommebok env` reads; it comes a moment after the first answer.
            if is_ready(self.address).await.unwrap_or(false) && self.folder.path().join("running.json").exists() {
                return Ok(());
            }
            self.process.is_alive()?;
            sleep(Duration::from_millis(1)).await;
        }
        anyhow::bail!("not ready within {READY_WITHIN:?}")
    }
}

/// Starts the server on a port that was free a moment ago: a port of our own choice is known before it is ready.
fn spawn(binary: &Path, folder: &Path, settings: &[(&str, &str)]) -> anyhow::Result<(Process, SocketAddr)> {
    let address = free_address()?;
    let mut command = Command::new(binary);
    command.envs(settings.iter().copied());
    Ok((Process::start(dev(&mut command, folder, address))?, address))
}

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

const EXCHANGES: &str = "LOMMEBOK_EXCHANGES_MAX_BYTES";

/// The rest of the command line of `lommebok dev`.
fn dev<'a>(command: &'a mut Command, folder: &Path, address: SocketAddr) -> &'a mut Command {
    command.arg("dev").arg("--data-dir").arg(folder).args(["--listen", &address.to_string()]);
    command.args(["--psp-listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"]);
    // What is measured is the wallet; what its sandbox shows of it is measured by setting this.
    if std::env::var_os(EXCHANGES).is_none() {
        command.env(EXCHANGES, "0");
    }
    // What it says goes where an operator's log goes, and costs what that costs.
    let log = std::fs::File::create(folder.join("bench.log"));
    command.stderr(log.map_or_else(|_| Stdio::null(), Stdio::from))
}

async fn is_ready(address: SocketAddr) -> anyhow::Result<bool> {
    let request = Request::get("/readyz").header("host", address.to_string()).body(Full::new(Bytes::new()))?;
    let (status, _) = Connection::open(address).await?.send(request).await?;
    Ok(status.is_success())
}

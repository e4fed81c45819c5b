//! P15: a world made by command, and its first payment reserved: as one test after another has it, on a kept-alive connection.

use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::connection::Connection;
use crate::figures::{Figure, TENANT};
use crate::measured::median;
use crate::report::Report;
use crate::requests::{Credentials, Requests, landing_token};
use crate::wallet::Wallet;

/// Worlds, one after the other.
const WORLDS: usize = 50;

pub(super) async fn measure_all(report: &mut Report, server: &Path) -> anyhow::Result<()> {
    let wallet = Wallet::start(server).await?;
    let token = wallet.control_token()?;
    let mut connection = Connection::open(wallet.address).await?;
    let mut millis = Vec::new();
    for _ in 0..WORLDS {
        let begun = Instant::now();
        let name = pay_in_a_new_one(&wallet, &token, &mut connection).await?;
        millis.push(begun.elapsed().as_secs_f64() * 1e3);
        let delete = control(&wallet, &token, (Method::DELETE, &format!("/control/v1/tenants/{name}")))?;
        let (status, _) = connection.send(delete).await?;
        anyhow::ensure!(status == StatusCode::NO_CONTENT, "deleting a tenant: {status}");
    }
    report.figures.push(Figure::new(TENANT, median(millis)));
    Ok(())
}

/// Makes a world, starts and approves a payment in it, and gives the world's name.
async fn pay_in_a_new_one(wallet: &Wallet, token: &str, connection: &mut Connection) -> anyhow::Result<String> {
    let create = control(wallet, token, (Method::POST, "/control/v1/tenants"))?;
    let (status, tenant) = connection.send(create).await?;
    anyhow::ensure!(status == StatusCode::CREATED, "making a tenant: {status} {}", String::from_utf8_lossy(&tenant));
    let tenant: Value = serde_json::from_slice(&tenant)?;
    let text = |pointer: &str| {
        let text = tenant.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned).with_context(|| format!("a tenant without {pointer}"))
    };
    let mut ask = Request::post("/accesstoken/get").header("host", wallet.address.to_string());
    for (header, pointer) in [
        ("client_id", "/psps/0/clientId"),
        ("client_secret", "/psps/0/clientSecret"),
        ("ocp-apim-subscription-key", "/psps/0/subscriptionKey"),
    ] {
        ask = ask.header(header, text(pointer)?);
    }
    let answer: Value = serde_json::from_slice(&connection.expect_ok(ask.body(Full::default())?).await?)?;
    let access_token = answer.get("access_token").and_then(Value::as_str).context("no access_token")?.to_owned();
    let credentials = Credentials {
        access_token,
        subscription_key: text("/psps/0/subscriptionKey")?,
        psp_id: text("/psps/0/pspId")?,
        msn: text("/psps/0/merchants/0/msn")?,
        mobile_number: text("/users/0/phoneNumber")?,
    };
    let requests = Requests::new(&wallet.address.to_string(), &credentials, text("/makePaymentUrl")?)?;
    let started = connection.expect_ok(requests.init(0)).await?;
    let link = landing_token(&started).context("the answer to init holds no token in its link")?;
    connection.expect_ok(requests.approve(0, &link)).await?;
    text("/name")
}

fn control(wallet: &Wallet, token: &str, (method, path): (Method, &str)) -> anyhow::Result<Request<Full<Bytes>>> {
    let request = Request::builder().method(&method).uri(path).header("host", wallet.address.to_string());
    let request = request.header("authorization", format!("Bearer {token}"));
    let body = if method == Method::POST { json!({"ttl_s": 600}).to_string() } else { String::new() };
    Ok(request.header("content-type", "application/json").body(Full::new(body.into()))?)
}

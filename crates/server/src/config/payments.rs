//! Section *Payments*: the batch, the calls to PSPs, and what of them is only a sandbox's.

use std::path::PathBuf;

use jiff::civil::Time;
use lommebok_engine::tokens::MagicTokens;

use super::reader::{Reader, number, path};

/// Batch and calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentConfig {
    /// When entries of updatestatus are applied.
    pub batch: BatchTime,
    /// How long it is kept what became of the entries of a request, in days of business time.
    pub batch_kept_days: u16,
    /// Calls to one PSP's `makePaymentUrl` in flight at a time.
    pub calls_in_flight_per_psp: usize,
    /// Prompts that one PSP may have open on one phone.
    pub prompts_per_number: usize,
}

/// When entries of updatestatus are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchTime {
    /// Before the 200 leaves.
    Immediate,
    /// Once a day, at this time in Europe/Oslo.
    Daily(Time),
    /// When the operator says so.
    OnDemand,
}

/// What only a sandbox has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxPaymentConfig {
    /// The token for amounts without a rule in the magic table.
    pub magic_tokens: MagicTokens,
    /// The file with certificate authorities that makePayment calls trust in addition to the web's, if any.
    pub outgoing_ca_file: Option<PathBuf>,
}

pub(super) fn read(reader: &mut Reader) -> Option<PaymentConfig> {
    let batch = reader.take("batch", batch_time);
    let batch_kept_days = reader.take("batch_kept_days", number(1..=3_650));
    let calls_in_flight_per_psp = reader.take("calls_in_flight_per_psp", number(1..=100_000));
    let prompts_per_number = reader.take("prompts_per_number", number(1..=100));
    Some(PaymentConfig {
        batch: batch?,
        batch_kept_days: batch_kept_days?,
        calls_in_flight_per_psp: calls_in_flight_per_psp?,
        prompts_per_number: prompts_per_number?,
    })
}

pub(super) fn read_sandbox(reader: &mut Reader) -> Option<SandboxPaymentConfig> {
    let magic_tokens = reader.take("magic_tokens", |text| match text {
        "card" => Ok(MagicTokens::Card),
        "vendor" => Ok(MagicTokens::Vendor),
        _ => Err("must be \"card\" or \"vendor\"".to_owned()),
    });
    let outgoing_ca_file = reader.take_if_set("outgoing_ca_file", path);
    Some(SandboxPaymentConfig { magic_tokens: magic_tokens?, outgoing_ca_file: outgoing_ca_file.ok()? })
}

fn batch_time(text: &str) -> Result<BatchTime, String> {
    match text {
        "immediate" => return Ok(BatchTime::Immediate),
        "on_demand" => return Ok(BatchTime::OnDemand),
        _ => {}
    }
    let fault = || "must be \"immediate\", \"on_demand\" or a time of day such as \"02:00\"".to_owned();
    if text.len() != "HH:MM".len() {
        return Err(fault());
    }
    Time::strptime("%H:%M", text).map(BatchTime::Daily).map_err(|_| fault())
}

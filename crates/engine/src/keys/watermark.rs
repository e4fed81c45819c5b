//! How far the database had come when that was last written next to the keys (ADR 0014). No secret; but an editor of it
//! can make a backup pass for the database, or the database for a backup.

use std::path::Path;

use lommebok_domain::{PaymentId, Timestamp};
use lommebok_store::{BatchId, LastChange, Watermark};
use serde::Deserialize;

use super::KeyFault;

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptWatermark {
    /// How far the database had come.
    pub watermark: Watermark,
    /// When (business time).
    pub at: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    payment: u64,
    updatestatus_request: u64,
    serial_number: u64,
    at_ms: i64,
    last_change: Option<WrittenChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChange {
    payment: u64,
    version: u64,
    id: String,
}

impl KeptWatermark {
    /// Reads it.
    ///
    /// # Errors
    /// [`KeyFault::Content`] when it is not what was written: nothing is guessed then.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, KeyFault> {
        let written = toml::from_str::<Written>(text).map_err(|fault| fault.message().to_owned());
        let read = written.and_then(|written| written.read().ok_or_else(|| "a number is none".to_owned()));
        read.map_err(|fault| {
            let what = "this file says how far the database had come, and can't be read";
            let way = "Put a copy of it back. Remove it only if the database is the newest there is, and no backup: that is \
                       not looked at then";
            KeyFault::content(path, format_args!("{what}: {fault}. {way}"))
        })
    }

    /// The content of the file.
    pub(super) fn to_toml(self) -> String {
        let Watermark { payment, batch, msn, last_change } = self.watermark;
        let change = last_change.map(|LastChange { payment, version, change_id }| {
            format!("\n[last_change]\npayment = {}\nversion = {version}\nid = \"{change_id:032x}\"\n", payment.get())
        });
        format!(
            "# How far the database had come: one that has not is a backup, and is refused. Written by the server each second.\n\
             payment = {}\nupdatestatus_request = {}\nserial_number = {msn}\nat_ms = {}\n{}",
            payment.get(),
            batch.get(),
            self.at.as_millis(),
            change.unwrap_or_default(),
        )
    }
}

impl Written {
    fn read(self) -> Option<KeptWatermark> {
        let change = |WrittenChange { payment, version, id }: WrittenChange| {
            let payment = PaymentId::new(payment.try_into().ok()?);
            let change_id = u128::from_str_radix(&id, 16).ok()?;
            Some(LastChange { payment, version: version.try_into().ok()?, change_id })
        };
        let last_change = match self.last_change {
            Some(written) => Some(change(written)?),
            None => None,
        };
        let payment = PaymentId::new(self.payment.try_into().ok()?);
        let batch = BatchId::new(self.updatestatus_request.try_into().ok()?);
        let (at, msn) = (Timestamp::from_millis(self.at_ms), self.serial_number.try_into().ok()?);
        Some(KeptWatermark { watermark: Watermark { payment, batch, msn, last_change }, at })
    }
}

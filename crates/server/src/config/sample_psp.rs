//! Section *Sample PSP and shop*: what `lommebok dev` starts with the wallet. The server itself knows of the sample PSP only
//! what is here; it is another crate, and the program that starts both hands it over.

use std::net::SocketAddr;

use super::network::{address, origin};
use super::reader::Reader;

/// The sample PSP and its shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamplePspSettings {
    /// Whether they are started; else a stub PSP that says OK listens in their place.
    pub shop: bool,
    pub shop_listen: SocketAddr,
    /// Where browsers reach the shop, if not there.
    pub shop_public_url: Option<String>,
    /// Where the sample PSP (or the stub) listens for wallet, merchants and the 3-D Secure page's users.
    pub psp_listen: SocketAddr,
    /// Where those reach it, if not there.
    pub psp_public_url: Option<String>,
    /// When it reports changes to the wallet.
    pub reports: ReportTime,
    /// What it does with money that the wallet does not know of.
    pub if_missing: IfMissing,
}

/// When the sample PSP reports changes with updatestatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportTime {
    /// Each at once.
    AtOnce,
    /// Those of a minute together.
    Collected,
}

/// What the sample PSP does when money is reserved at its acquirer and the wallet's details do not show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// It sends `RESERVED`.
    Reserve,
    /// It reverses at the acquirer and sends `CANCELLED`.
    Reverse,
}

/// The ports of shop and sample PSP by default.
const SHOP_PORT: u16 = 8481;
const PSP_PORT: u16 = 8482;

/// `wallet` is where the wallet listens: who says only that means the others' host as well.
pub(super) fn read(reader: &mut Reader, wallet: Option<SocketAddr>) -> Option<SamplePspSettings> {
    let mode = reader.mode();
    let shop = reader.take("shop", |text| match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be \"on\" or \"off\"".to_owned()),
    });
    let shop_listen = reader.take_if_set("shop_listen", address);
    let shop_public_url = reader.take_if_set("shop_public_url", |text| origin(mode, text));
    let psp_listen = reader.take_if_set("psp_listen", address);
    let psp_public_url = reader.take_if_set("psp_public_url", |text| origin(mode, text));
    let reports = reader.take("psp_reports", |text| match text {
        "at_once" => Ok(ReportTime::AtOnce),
        "collected" => Ok(ReportTime::Collected),
        _ => Err("must be \"at_once\" or \"collected\"".to_owned()),
    });
    let if_missing = reader.take("psp_if_missing", |text| match text {
        "reserve" => Ok(IfMissing::Reserve),
        "reverse" => Ok(IfMissing::Reverse),
        _ => Err("must be \"reserve\" or \"reverse\"".to_owned()),
    });
    Some(SamplePspSettings {
        shop: shop?,
        shop_listen: shop_listen.ok()?.or_else(|| beside(wallet, SHOP_PORT))?,
        shop_public_url: shop_public_url.ok()?,
        psp_listen: psp_listen.ok()?.or_else(|| beside(wallet, PSP_PORT))?,
        psp_public_url: psp_public_url.ok()?,
        reports: reports?,
        if_missing: if_missing?,
    })
}

/// `port` on the wallet's host; a free one where the wallet takes a free one, or this very port.
fn beside(wallet: Option<SocketAddr>, port: u16) -> Option<SocketAddr> {
    let wallet = wallet?;
    let port = if [0, port].contains(&wallet.port()) { 0 } else { port };
    Some(SocketAddr::new(wallet.ip(), port))
}

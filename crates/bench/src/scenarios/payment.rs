//! P5 and P12: whole payments: init, approve, makePayment to a PSP on loopback, capture in a batch, details.
//!
//! A step is one payment from init to reserved, and the details of one that was captured before; every hundredth step
//! captures a hundred. So each second holds the right share of everything, and CPU and bytes are counted per payment.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use anyhow::Context as _;
use tokio::task::JoinSet;

use super::yardstick::Yardstick;
use super::{AT, Room, keep};
use crate::connection::Connection;
use crate::figures::{Figure, PAYMENT_CPU, WRITTEN};
use crate::report::Report;
use crate::requests::{Requests, landing_token};

/// Entries of one updatestatus.
const CAPTURED_TOGETHER: usize = 100;

/// Minor units of each capture: the whole payment.
const WHOLE_AMOUNT: u32 = 49_900;

/// Payments on their way.
#[derive(Default)]
pub(super) struct Pipeline {
    reserved: RefCell<Vec<u64>>,
    captured: RefCell<Vec<u64>>,
}

/// Measures, and tells which serials are whole payments now.
pub(super) async fn measure_all(report: &mut Report, room: &Room, yardstick: &Yardstick) -> anyhow::Result<Range<u64>> {
    let before = room.serials.count();
    let pipeline = Rc::default();
    let compared = yardstick.compare(room, || one(room, &pipeline)).await?;
    let measured = keep(report, format!("whole payment, {AT} at once"), compared.first());
    report.figures.push(Figure::of_pairs(PAYMENT_CPU, &compared.ratios(|measured| measured.cpu_micros)));
    report.figures.push(Figure::new(WRITTEN, measured.written_bytes / 1e3));
    Ok(before..room.serials.count())
}

/// One step of the pipeline.
pub(super) fn one(
    room: &Room,
    pipeline: &Rc<Pipeline>,
) -> impl AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static {
    let (requests, serials, pipeline) = (Rc::clone(&room.requests), Rc::clone(&room.serials), Rc::clone(pipeline));
    async move |connection: &mut Connection| pay(connection, &requests, serials.next(), &pipeline).await
}

pub(super) async fn pay(
    connection: &mut Connection,
    requests: &Requests,
    serial: u64,
    pipeline: &Pipeline,
) -> anyhow::Result<()> {
    reserve(connection, requests, serial).await?;
    pipeline.reserved.borrow_mut().push(serial);
    let batch = {
        let mut reserved = pipeline.reserved.borrow_mut();
        let is_full = reserved.len() >= CAPTURED_TOGETHER;
        if is_full { std::mem::take(&mut *reserved) } else { Vec::new() }
    };
    if !batch.is_empty() {
        connection.expect_ok(requests.capture(&batch, WHOLE_AMOUNT)).await?;
        pipeline.captured.borrow_mut().extend(batch);
    }
    let captured = pipeline.captured.borrow_mut().pop();
    if let Some(captured) = captured {
        connection.expect_ok(requests.details(captured)).await?;
    }
    Ok(())
}

/// Init and force-approve: when this returns, the payment is reserved.
pub(super) async fn reserve(connection: &mut Connection, requests: &Requests, serial: u64) -> anyhow::Result<()> {
    let answer = connection.expect_ok(requests.init(serial)).await?;
    let token = landing_token(&answer).context("the answer to init holds no token in its link")?;
    connection.expect_ok(requests.approve(serial, &token)).await?;
    Ok(())
}

/// So many new payments, reserved: their serials.
pub(super) async fn reserved(room: &Room, count: usize) -> anyhow::Result<Vec<u64>> {
    let serials: Vec<u64> = std::iter::repeat_with(|| room.serials.next()).take(count).collect();
    let left = Rc::new(RefCell::new(serials.clone().into_iter()));
    let mut workers = JoinSet::new();
    for _ in 0..AT {
        let (left, requests) = (Rc::clone(&left), Rc::clone(&room.requests));
        let mut connection = Connection::open(room.wallet.address).await?;
        workers.spawn_local(async move {
            let next = || left.borrow_mut().next();
            while let Some(serial) = next() {
                reserve(&mut connection, &requests, serial).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(serials)
}

/// So many new payments, reserved and captured: their serials.
pub(super) async fn captured(room: &Room, count: usize) -> anyhow::Result<Range<u64>> {
    let before = room.serials.count();
    let serials = reserved(room, count).await?;
    let mut connection = Connection::open(room.wallet.address).await?;
    for batch in serials.chunks(CAPTURED_TOGETHER) {
        connection.expect_ok(room.requests.capture(batch, WHOLE_AMOUNT)).await?;
    }
    Ok(before..room.serials.count())
}

//! `GET /control/v1/payments`: the list, and what is found by what is known of a payment.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use lommebok_control_api::{FoundBy, PaymentPage, PaymentQuery};
use lommebok_domain::{Amount, CauseCode, MerchantOrderId, Msn, PaymentId, PhoneNumber, PspId, Timestamp};
use lommebok_engine::clock::time_of;
use lommebok_engine::operations::Whose;
use lommebok_engine::search::{Criteria, Found, ReadAs};
use lommebok_engine::wallet::Wallet;

use super::Control;
use super::payments::state_named;
use super::problem::Problem;
use super::view::payment_shown;
use crate::http::Answer;

/// Payments on one page, unless its reader says how many; more are read apart from what others wait for.
const PAYMENTS_PER_PAGE: u32 = 100;
/// Payments on one page at most.
const MOST_PER_PAGE: u32 = 1_000;
/// The longest text to be searched for, in bytes.
const TEXT_BYTES: usize = 200;

#[utoipa::path(
    get,
    path = "/control/v1/payments",
    tag = "payments",
    operation_id = "listPayments",
    summary = "Payments, newest first; searched by what is known of them",
    params(PaymentQuery),
    responses((status = 200, description = "A page of them.", body = PaymentPage))
)]
pub(super) async fn list(
    State(control): State<Control>,
    listed: Result<Query<PaymentQuery>, QueryRejection>,
) -> Result<Answer<PaymentPage>, Problem> {
    let Query(asked) = listed?;
    let wallet = control.wallet;
    let criteria = criteria(&wallet, &asked).await?;
    let text = text(&asked)?;
    let before = asked.before.map(PaymentId::new);
    let limit = asked.limit.unwrap_or(PAYMENTS_PER_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&limit) {
        return Err(Problem::bad_request(format!("limit must be from 1 to {MOST_PER_PAGE}")));
    }
    if limit <= PAYMENTS_PER_PAGE && text.is_none() && criteria == Criteria::default() {
        return page(&wallet, None, criteria, (before, limit)).await;
    }
    let searched = std::sync::Arc::clone(&wallet);
    let searching = async move { page(&searched, text, criteria, (before, limit)).await };
    wallet.long_work.read(Whose::Operator, searching).await?
}

async fn page(
    wallet: &Wallet,
    text: Option<String>,
    criteria: Criteria,
    (before, limit): (Option<PaymentId>, u32),
) -> Result<Answer<PaymentPage>, Problem> {
    let search = &wallet.search;
    let Found { page, read_as } = match text {
        Some(text) => search.page_of_text(&text, criteria, before, limit).await?,
        None => Found { page: search.page(&criteria, before, limit).await?, read_as: Vec::new() },
    };
    Ok(Answer(PaymentPage {
        payments: page.payments.iter().map(payment_shown).collect(),
        before: page.next.map(PaymentId::get),
        found_by: read_as.into_iter().map(found_by).collect(),
    }))
}

fn found_by(read_as: ReadAs) -> FoundBy {
    match read_as {
        ReadAs::Id => FoundBy::Id,
        ReadAs::Order => FoundBy::Order,
        ReadAs::Phone => FoundBy::Phone,
        ReadAs::Msn => FoundBy::Msn,
        ReadAs::State => FoundBy::State,
        ReadAs::Cause => FoundBy::Cause,
        ReadAs::Amount => FoundBy::Amount,
    }
}

/// The text from a search box, which is searched instead of what it may turn out to be.
fn text(asked: &PaymentQuery) -> Result<Option<String>, Problem> {
    let Some(text) = &asked.q else { return Ok(None) };
    let PaymentQuery { id, order, phone, msn, cause, .. } = asked;
    if [id, order, phone, msn, cause].into_iter().any(Option::is_some) || asked.amount.is_some() {
        return Err(Problem::bad_request("q is not searched together with id, order, phone, msn, cause or amount"));
    }
    if text.trim().is_empty() || text.len() > TEXT_BYTES {
        return Err(Problem::bad_request(format!("q must have 1 to {TEXT_BYTES} bytes")));
    }
    Ok(Some(text.clone()))
}

async fn criteria(wallet: &Wallet, asked: &PaymentQuery) -> Result<Criteria, Problem> {
    let states = match &asked.state {
        Some(states) => states.split(',').map(state_named).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let ways = [asked.state.is_some(), asked.outcome_unknown, asked.notice_given_up];
    if ways.into_iter().filter(|is_asked| *is_asked).count() > 1 {
        return Err(Problem::bad_request("use one of state, outcome_unknown and notice_given_up"));
    }
    let (since, until) = (moment("since", asked.since.as_deref())?, moment("until", asked.until.as_deref())?);
    if since.zip(until).is_some_and(|(since, until)| until <= since) {
        return Err(Problem::bad_request("until must be later than since"));
    }
    Ok(Criteria {
        id: read(asked.id.as_deref(), "id must be a pspTransactionId, or our number", |id| {
            (!id.is_empty() && id.len() <= TEXT_BYTES).then(|| id.to_owned())
        })?,
        order: read(asked.order.as_deref(), "order must be a merchantOrderId", MerchantOrderId::new)?,
        phone: read(asked.phone.as_deref(), "phone must be a phone number of 8 digits", PhoneNumber::of_norway)?,
        msn: read(asked.msn.as_deref(), "msn must be a merchant's serial number", Msn::new)?,
        psp: psp(wallet, asked.psp.as_deref()).await?,
        states,
        cause: read(asked.cause.as_deref(), "cause must be the word for a cause: timeout, psp_82", |cause| {
            (!cause.is_empty()).then(|| CauseCode::from(cause))
        })?,
        amount: asked.amount.map(amount).transpose()?,
        since,
        until,
        outcome_unknown: asked.outcome_unknown,
        notice_given_up: asked.notice_given_up,
    })
}

/// A member of the query, or what is wrong with it.
fn read<T>(member: Option<&str>, wrong: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    member.map(|text| read(text).ok_or_else(|| Problem::bad_request(wrong))).transpose()
}

fn moment(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    read(text, &format!("{name} must be a moment: 2026-11-29T22:34:15Z"), time_of)
}

fn amount(ore: i64) -> Result<Amount, Problem> {
    let wrong = || Problem::bad_request(format!("amount must be from {} to {}", Amount::MIN_ORE, Amount::MAX_ORE));
    Amount::from_ore(ore).ok_or_else(wrong)
}

/// The PSP with this `PSP-ID`, or this number of ours.
async fn psp(wallet: &Wallet, named: Option<&str>) -> Result<Option<PspId>, Problem> {
    let Some(named) = named else { return Ok(None) };
    let psps = wallet.directory.psps().await?;
    let found = psps.iter().find(|psp| psp.psp_id == named);
    let found = found.or_else(|| psps.iter().find(|psp| psp.id.get().to_string() == named));
    let wrong = || Problem::bad_request("psp must be the PSP-ID of a PSP, or our number for it");
    found.map(|psp| Some(psp.id)).ok_or_else(wrong)
}

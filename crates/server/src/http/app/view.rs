//! A payment, a card and a line of history as the phone sees them.

use lommebok_domain::history::HistoryLine;
use lommebok_domain::{CardId, CauseCode, Failure, Payment, Prompt, State};
use lommebok_engine::clock::time_text;
use lommebok_engine::clock::{BusinessClock, ClockMode};
use lommebok_engine::fault::Fault;
use lommebok_engine::wallet::Wallet;
use lommebok_store::{Card, PaymentReceipt};
use serde_json::{Value, json};

use crate::ui::shown::shown_text;

/// The payment, as it is.
pub(super) async fn payment(wallet: &Wallet, payment: &Payment) -> Result<Value, Fault> {
    let terms = &payment.terms;
    let (deadline, step_up, card, failure) = match &payment.state {
        State::AwaitingUser { deadline } | State::AwaitingApproval { deadline, .. } => {
            (Some(*deadline), None, None, None)
        }
        State::Authorizing { card, .. } => (None, None, Some(*card), None),
        State::Reserved { card } => (None, None, *card, None),
        State::StepUp { card, url, deadline, .. } => (Some(*deadline), Some(url.as_str()), Some(*card), None),
        State::Failed(failed) => (None, None, None, Some(failure(failed))),
        State::Cancelled(_) | State::Expired => (None, None, None, None),
    };
    let leads_back = payment.state.is_final() && wallet.approvals.leads_back_to_shop(payment).await?;
    let back = leads_back.then_some(&terms.psp_redirect_url);
    let merchant = wallet.directory.merchant_name(&payment.terms.msn).await;
    let card = match card {
        Some(card) => short_card(wallet, card).await,
        None => None,
    };
    Ok(json!({
        "id": payment.id.get().to_string(),
        "version": payment.version,
        "state": payment.state.name().as_str(),
        "merchant": {"name": shown_text(&merchant), "serialNumber": terms.msn.as_str()},
        "text": shown_text(&terms.payment_text),
        "amount": terms.amount.ore(),
        "currency": "NOK",
        "createdAt": time_text(terms.created_at),
        "deadline": deadline.map(time_text),
        "prompt": matches!(payment.state, State::AwaitingApproval { prompt: Prompt::Shown, .. }),
        "cancellable": matches!(payment.state, State::AwaitingApproval { .. } | State::StepUp { .. }),
        "card": card,
        "stepUpUrl": step_up,
        "failure": failure,
        "backToShop": back,
    }))
}

/// Business time, by which every deadline goes.
pub(super) fn clock(clock: &BusinessClock) -> Value {
    json!({"now": time_text(clock.now()), "runs": matches!(clock.mode(), ClockMode::Running { .. })})
}

/// What the phone has words of its own for.
const REASONS: [(CauseCode, &str); 3] = [
    (CauseCode::ThreeDSecureFailed, "THREE_D_SECURE"),
    (CauseCode::NoToken, "NO_TOKEN"),
    (CauseCode::NotDelivered, "NOT_DELIVERED"),
];

fn failure(failed: &Failure) -> Value {
    let (outcome, cause) = match failed {
        Failure::Certain { cause } => ("certain", cause),
        Failure::Unknown { cause, .. } => ("unknown", cause),
    };
    let error_id = if let CauseCode::Psp(id) = &cause.code { Some(id) } else { None };
    let reason = REASONS.iter().find(|(code, _)| *code == cause.code).map(|(_, reason)| *reason);
    json!({"code": error_id, "outcome": outcome, "reason": reason})
}

async fn short_card(wallet: &Wallet, card: CardId) -> Option<Value> {
    let card = wallet.people.card(card).await.ok()?;
    Some(json!({"network": card.details.scheme.as_str(), "lastFour": card.details.last_four}))
}

/// A card to choose.
pub(super) fn card(wallet: &Wallet, card: &Card) -> Value {
    let details = &card.details;
    let why = match (wallet.people.expired(card), details.eligible) {
        (true, _) => Some("EXPIRED"),
        (false, false) => Some("NOT_ELIGIBLE"),
        (false, true) => None,
    };
    let kind = details.kind.as_str();
    json!({
        "id": card.id.get().to_string(),
        "network": details.scheme.as_str(),
        "kind": kind,
        "lastFour": details.last_four,
        "expiry": format!("{:04}-{:02}", details.expiry_year, details.expiry_month),
        "eligible": why.is_none(),
        "why": why,
    })
}

/// A payment that is over, with what became of its money.
pub(super) async fn receipt(wallet: &Wallet, of: &Payment, receipt: &PaymentReceipt) -> Result<Value, Fault> {
    let (sums, history) = (of.sums, &receipt.history);
    Ok(json!({
        "payment": payment(wallet, of).await?,
        "endedAt": time_text(receipt.ended_at.unwrap_or(of.terms.created_at)),
        "sums": {"captured": sums.captured(), "released": sums.released(), "refunded": sums.refunded()},
        "history": history.lines.iter().map(line).collect::<Vec<_>>(),
        "historyNext": history.next.map(|next| next.to_string()),
    }))
}

fn line(line: &HistoryLine) -> Value {
    json!({
        "at": time_text(line.at),
        "operation": line.operation.as_str(),
        "amount": line.amount.ore(),
        "text": shown_text(&line.text),
        "success": line.success,
    })
}

//! A payment, a card and a line of history as the phone sees them.

use lommebok_app_api as wire;
use lommebok_app_api::Reason;
use lommebok_domain::history::HistoryLine;
use lommebok_domain::{CardId, CauseCode, Failure, Payment, Prompt, State, StateName};
use lommebok_engine::clock::time_text;
use lommebok_engine::clock::{BusinessClock, ClockMode};
use lommebok_engine::fault::Fault;
use lommebok_engine::wallet::Wallet;
use lommebok_store::{Card, PaymentReceipt};

use crate::ui::shown::shown_text;

/// The payment, as it is.
pub(super) async fn payment(wallet: &Wallet, payment: &Payment) -> Result<wire::Payment, Fault> {
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
    Ok(wire::Payment {
        id: payment.id.get().to_string(),
        version: payment.version,
        state: state(payment.state.name()),
        merchant: wire::Merchant { name: shown_text(&merchant), serial_number: terms.msn.as_str().to_owned() },
        text: shown_text(&terms.payment_text),
        amount: terms.amount.ore(),
        currency: "NOK".to_owned(),
        created_at: time_text(terms.created_at),
        deadline: deadline.map(time_text),
        prompt: matches!(payment.state, State::AwaitingApproval { prompt: Prompt::Shown, .. }),
        cancellable: matches!(payment.state, State::AwaitingApproval { .. } | State::StepUp { .. }),
        card,
        step_up_url: step_up.map(str::to_owned),
        failure,
        back_to_shop: back.cloned(),
    })
}

fn state(name: StateName) -> wire::PaymentState {
    match name {
        StateName::AwaitingUser => wire::PaymentState::AwaitingUser,
        StateName::AwaitingApproval => wire::PaymentState::AwaitingApproval,
        StateName::Authorizing => wire::PaymentState::Authorizing,
        StateName::StepUp => wire::PaymentState::StepUp,
        StateName::Reserved => wire::PaymentState::Reserved,
        StateName::Failed => wire::PaymentState::Failed,
        StateName::Cancelled => wire::PaymentState::Cancelled,
        StateName::Expired => wire::PaymentState::Expired,
    }
}

/// Business time, by which every deadline goes.
pub(super) fn clock(clock: &BusinessClock) -> wire::Clock {
    wire::Clock { now: time_text(clock.now()), runs: matches!(clock.mode(), ClockMode::Running { .. }) }
}

/// What the phone has words of its own for.
const REASONS: [(CauseCode, Reason); 3] = [
    (CauseCode::ThreeDSecureFailed, Reason::ThreeDSecure),
    (CauseCode::NoToken, Reason::NoToken),
    (CauseCode::NotDelivered, Reason::NotDelivered),
];

fn failure(failed: &Failure) -> wire::Failure {
    let (outcome, cause) = match failed {
        Failure::Certain { cause } => (wire::Outcome::Certain, cause),
        Failure::Unknown { cause, .. } => (wire::Outcome::Unknown, cause),
    };
    let code = if let CauseCode::Psp(id) = &cause.code { Some(id.clone()) } else { None };
    let reason = REASONS.iter().find(|(code, _)| *code == cause.code).map(|(_, reason)| *reason);
    wire::Failure { code, outcome, reason }
}

async fn short_card(wallet: &Wallet, card: CardId) -> Option<wire::CardOfPayment> {
    let details = wallet.people.card(card).await.ok()?.details;
    Some(wire::CardOfPayment { network: details.scheme, last_four: details.last_four })
}

/// A card to choose.
pub(super) fn card(wallet: &Wallet, card: &Card) -> wire::Card {
    let details = &card.details;
    let why = match (wallet.people.expired(card), details.eligible) {
        (true, _) => Some(wire::NotUsable::Expired),
        (false, false) => Some(wire::NotUsable::NotEligible),
        (false, true) => None,
    };
    wire::Card {
        id: card.id.get().to_string(),
        network: details.scheme,
        kind: details.kind,
        last_four: details.last_four.clone(),
        expiry: format!("{:04}-{:02}", details.expiry_year, details.expiry_month),
        eligible: why.is_none(),
        why,
    }
}

/// A payment that is over, with what became of its money.
pub(super) async fn receipt(wallet: &Wallet, of: &Payment, receipt: &PaymentReceipt) -> Result<wire::Receipt, Fault> {
    let (sums, history) = (of.sums, &receipt.history);
    Ok(wire::Receipt {
        payment: payment(wallet, of).await?,
        ended_at: time_text(receipt.ended_at.unwrap_or(of.terms.created_at)),
        sums: wire::Sums { captured: sums.captured(), released: sums.released(), refunded: sums.refunded() },
        history: history.lines.iter().map(line).collect(),
        history_next: history.next.map(|next| next.to_string()),
    })
}

fn line(line: &HistoryLine) -> wire::HistoryLine {
    wire::HistoryLine {
        at: time_text(line.at),
        operation: line.operation,
        amount: line.amount.ore(),
        text: shown_text(&line.text),
        success: line.success,
    }
}

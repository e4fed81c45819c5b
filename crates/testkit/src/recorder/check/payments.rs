//! Every acknowledged init and outcome is there, and what the PSP is shown agrees with the log.

use lommebok_control_api::{Event, Money, PaymentState};

use super::{AllShown, Shown, Wrong};
use crate::recorder::{Known, Plan, RecordedPayment};

/// What is wrong with these payments.
pub fn payments(recorded: &[RecordedPayment], shown: &AllShown) -> Vec<Wrong> {
    recorded
        .iter()
        .filter_map(|payment| Some((payment, shown.get(&payment.id)?)))
        .flat_map(|(payment, shown)| one(payment, shown))
        .collect()
}

fn one(payment: &RecordedPayment, shown: &Shown) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(Wrong::new(&payment.id, what));
    let (Some(details), Some(operator)) = (&shown.details, &shown.operator) else {
        if payment.init == Known::Acknowledged {
            say("its init was acknowledged, and details do not know it".to_owned());
        }
        return wrong;
    };
    let order = format!("order-{}", payment.id);
    for (name, expected) in [("pspTransactionId", &payment.id), ("merchantOrderId", &order)] {
        if details[name] != expected.as_str() {
            say(format!("details say {name} {} instead of {expected}", details[name]));
        }
    }
    let (state, amount) = (operator.payment.state, operator.payment.amount);
    if u64::try_from(amount) != Ok(payment.amount) {
        say(format!("its amount is {amount} instead of {}", payment.amount));
    }
    // A machine that stalls may open an attempt too late to send it; what the PSP would have said does not count then.
    let too_late = shown.never_sent() > 0 && state == PaymentState::Failed;
    let expected = too_late || outcomes(payment.plan).contains(&state);
    if payment.outcome == Some(Known::Acknowledged) && !expected {
        say(format!("its outcome ({:?}) was acknowledged, and it is {}", payment.plan, state.as_str()));
    }
    for (name, expected) in summary(payment, shown) {
        if details["transactionSummary"][name] != expected {
            say(format!("details say {name} {} instead of {expected}", details["transactionSummary"][name]));
        }
    }
    wrong
}

/// The states in which a payment can be once its first outcome is durable. Written down from the payment's life in docs/domain.md.
fn outcomes(plan: Plan) -> &'static [PaymentState] {
    use PaymentState::{Authorizing, Expired, Failed, Reserved, StepUp};
    match plan {
        Plan::Ok | Plan::Late => &[Reserved],
        Plan::Fail => &[Failed],
        Plan::StepUp => &[StepUp, Authorizing, Reserved, Failed, Expired],
    }
}

/// The four sums, as the fold of the log.
fn summary(payment: &RecordedPayment, shown: &Shown) -> [(&'static str, u64); 4] {
    let reserved = if shown.state() == Some(PaymentState::Reserved) { payment.amount } else { 0 };
    let sum = |moved: fn(&Event) -> Option<&Money>| {
        shown.events().filter_map(moved).fold(0_u64, |sum, money| sum.saturating_add_signed(money.amount))
    };
    let captured = sum(|event| if let Event::Captured(money) = event { Some(money) } else { None });
    let released = sum(|event| if let Event::Released(money) = event { Some(money) } else { None });
    let refunded = sum(|event| if let Event::Refunded(money) = event { Some(money) } else { None });
    [
        ("capturedAmount", captured),
        ("remainingAmountToCapture", reserved.saturating_sub(captured).saturating_sub(released)),
        ("refundedAmount", refunded),
        ("remainingAmountToRefund", captured.saturating_sub(refunded)),
    ]
}

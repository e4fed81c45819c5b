//! The sequence as text, to be pasted into a ticket.

use std::fmt::Write as _;

use lommebok_control_api::PaymentWithLog;
use lommebok_web::pages::lang::Lang;

use super::{Row, Sequence};

impl Sequence {
    /// The payment in plain text, in English: tickets cross borders. `address` is its page.
    pub fn as_text(&self, shown: &PaymentWithLog, address: &str) -> String {
        let (lang, payment) = (Lang::En, &shown.payment);
        let sums = &payment.sums;
        let money = |sum| lang.kroner(sum).replace('\u{a0}', " ");
        let mut text =
            format!("Payment {} (no. {}): {}", payment.psp_transaction_id, payment.id, payment.state.as_str());
        let detail = super::words::detail(lang, payment);
        let detail = if detail.is_empty() { detail } else { format!(", {}", detail.replace('\u{a0}', " ")) };
        // A String takes all that is written into it.
        let _infallible = writeln!(
            text,
            "{detail}\nOrder {} of merchant {}, {}, made {}\nReserved {}, captured {}, released {}, refunded {}\n{address}\n",
            payment.merchant_order_id,
            payment.merchant_serial_number,
            money(payment.amount),
            payment.created_at,
            money(sums.reserved),
            money(sums.captured),
            money(sums.released),
            money(sums.refunded),
        );
        for row in &self.rows {
            text.push_str(&line(lang, row));
        }
        text
    }
}

fn line(lang: Lang, row: &Row) -> String {
    let when = match (row.is_pending(), &row.at) {
        (false, Some(at)) => at.to_string(),
        (true, Some(until)) => format!("until {until}"),
        (_, None) => "to come".to_owned(),
    };
    let detail = if row.detail.is_empty() { String::new() } else { format!(" ({})", row.detail) };
    let exchange = row.exchange.as_ref().map(|shown| {
        let status = shown.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        format!(" [{status} after {} ms, exchange {}]", shown.ms, shown.id)
    });
    let state = row.state.map(|state| format!(" -> {state}")).unwrap_or_default();
    let line = format!("{when}  {:<22}  {}{detail}{}{state}\n", row.who(lang), row.label, exchange.unwrap_or_default());
    line.replace('\u{a0}', " ")
}

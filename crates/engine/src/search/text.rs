//! A text from a search box: what it looks like decides by what payments are searched.

use lommebok_domain::{Amount, CauseCode, MerchantOrderId, Msn, Payment, PhoneNumber, StateName};

use super::{Criteria, Search};
use crate::fault::Fault;

/// As what a text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// A `pspTransactionId`, or the wallet's number.
    Id,
    Order,
    Phone,
    Msn,
    State,
    Cause,
    Amount,
}

/// What a text leads to.
pub(super) enum Reading {
    /// These payments, newest first, as far as they are as the criteria say.
    Payments(Vec<Payment>, Criteria),
    Criteria(Criteria),
    Nothing,
}

impl Search {
    /// Reads a text: whole ids first, then what it looks like.
    pub(super) async fn read(&self, text: &str, criteria: Criteria) -> Result<(Vec<ReadAs>, Reading), Fault> {
        let text = text.trim();
        let mut payments = self.of_transaction(text).await?;
        let mut read_as = Vec::new();
        if !payments.is_empty() {
            read_as.push(ReadAs::Id);
        }
        if let Some(order) = MerchantOrderId::new(text) {
            let of_order = self.of_order(&order, &criteria).await?;
            if !of_order.is_empty() {
                read_as.push(ReadAs::Order);
                payments.extend(of_order);
            }
        }
        if payments.is_empty()
            && let Some((read, criteria)) = self.looks_like(text, &criteria).await?
        {
            return Ok((vec![read], Reading::Criteria(criteria)));
        }
        if payments.is_empty()
            && let Some(payment) = self.numbered(text).await?
        {
            read_as.push(ReadAs::Id);
            payments.push(payment);
        }
        if !payments.is_empty() {
            payments.sort_unstable_by_key(|payment| std::cmp::Reverse(payment.id));
            payments.dedup_by_key(|payment| payment.id);
            return Ok((read_as, Reading::Payments(payments, criteria)));
        }
        Ok(match amount(text) {
            Some(amount) => (vec![ReadAs::Amount], Reading::Criteria(Criteria { amount: Some(amount), ..criteria })),
            None => (Vec::new(), Reading::Nothing),
        })
    }

    /// What can be told from the text, or from the merchants that there are.
    async fn looks_like(&self, text: &str, criteria: &Criteria) -> Result<Option<(ReadAs, Criteria)>, Fault> {
        if let Some(number) = PhoneNumber::of_norway(text) {
            return Ok(Some((ReadAs::Phone, Criteria { phone: Some(number), ..criteria.clone() })));
        }
        if let Some(msn) = Msn::new(text)
            && self.directory.merchant(&msn).await?.is_some()
        {
            return Ok(Some((ReadAs::Msn, Criteria { msn: Some(msn), ..criteria.clone() })));
        }
        if let Some(state) = StateName::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text)) {
            return Ok(Some((ReadAs::State, Criteria { states: vec![state], ..criteria.clone() })));
        }
        let cause = CauseCode::from(text);
        let is_known = !matches!(cause, CauseCode::Other(_) | CauseCode::Entry(_));
        Ok(is_known.then(|| (ReadAs::Cause, Criteria { cause: Some(cause), ..criteria.clone() })))
    }
}

/// Øre, or kroner with two decimals.
fn amount(text: &str) -> Option<Amount> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let ore = match text.split_once(['.', ',']) {
        Some((kroner, ore)) if digits(kroner) && digits(ore) && ore.len() == 2 => {
            kroner.parse::<i64>().ok()?.checked_mul(100)?.checked_add(ore.parse().ok()?)?
        }
        None if digits(text) => text.parse().ok()?,
        _ => return None,
    };
    Amount::from_ore(ore)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_in_ore_or_has_two_decimals() {
        for (text, expected) in [("49900", Some(49_900)), ("499.00", Some(49_900)), ("499,05", Some(49_905))] {
            assert_eq!(amount(text).map(Amount::ore), expected, "{text}");
        }
        for text in ["", "0", "499.", "499.0", ".50", "-1", "1e3", "4 99", "99999999999"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }
}

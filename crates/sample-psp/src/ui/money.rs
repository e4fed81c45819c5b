//! An amount as people read it. Amounts stay integers in minor units; nothing here computes with them.

use super::lang::Lang;

/// An amount of Norwegian minor units (øre) in words: `1 299,00 kr` in Norwegian, `NOK 1,299.00` in English. Spaces do not break.
pub(crate) fn kroner(minor_units: i64, lang: Lang) -> String {
    let sign = if minor_units < 0 { "−" } else { "" };
    let digits = format!("{:03}", minor_units.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(2));
    match lang {
        Lang::Nb => format!("{sign}{},{fraction}\u{a0}kr", grouped(whole, '\u{a0}')),
        Lang::En => format!("{sign}NOK\u{a0}{}.{fraction}", grouped(whole, ',')),
    }
}

/// Digits in groups of three, counted from the right.
fn grouped(digits: &str, separator: char) -> String {
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (index, digit) in digits.chars().enumerate() {
        let to_come = digits.len().saturating_sub(index);
        if index > 0 && to_come.is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_as_its_language_writes_it() {
        assert_eq!(kroner(49_900, Lang::Nb), "499,00\u{a0}kr");
        assert_eq!(kroner(49_900, Lang::En), "NOK\u{a0}499.00");
        assert_eq!(kroner(5, Lang::En), "NOK\u{a0}0.05");
        assert_eq!(kroner(2_147_483_647, Lang::Nb), "21\u{a0}474\u{a0}836,47\u{a0}kr");
        assert_eq!(kroner(2_147_483_647, Lang::En), "NOK\u{a0}21,474,836.47");
        assert_eq!(kroner(i64::MIN, Lang::En), "−NOK\u{a0}92,233,720,368,547,758.08");
    }
}

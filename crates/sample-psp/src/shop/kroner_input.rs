//! An amount as somebody types it: `149`, `149,5`, `149,50` or `149.50` kroner, with or without spaces.

/// The amount in øre; `None` if it is none.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<2}").parse().ok()?;
    whole.checked_mul(100)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn kroner_are_read_as_people_write_them() {
        for (text, ore) in
            [("149", 14_900), ("149,5", 14_950), ("149,50", 14_950), ("149.05", 14_905), ("1 299,00", 129_900)]
        {
            assert_eq!(parse(text), Some(ore), "{text}");
        }
        for text in ["", ",50", "-1", "1,234", "1e3", "١", "1,,2", "9999999999", "kr 5"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

//! The rules of single texts, as pure questions.

use url::Url;

/// Whether `text` is an e-mail address that could be written to: one `@`, a local part of the usual characters, a host.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let local_good = !local.is_empty()
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&*+/=?^_{|}~-'`".contains(&byte));
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 255 && local_good && host.split('.').all(is_label)
}

/// Whether `text` is a web site: an http(s) URL, or a bare host with a path, without user information.
pub(super) fn is_website(text: &str) -> bool {
    let plain = text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    plain
        && Url::parse(&full).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
                && url.domain().is_some_and(|host| host.contains('.') && !host.starts_with('.'))
        })
}

/// Whether the last of 9 digits is the check digit (modulus 11) of a Norwegian organisation number.
pub(super) fn has_check_digit(organization_number: &str) -> bool {
    const WEIGHTS: [u32; 9] = [3, 2, 7, 6, 5, 4, 3, 2, 1];
    let digits = organization_number.chars().map(|character| character.to_digit(10).unwrap_or(0));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit.saturating_mul(weight)).sum();
    sum.is_multiple_of(11)
}

/// Whether `text` has 1 to `max_chars` characters, none of them a control, and says something.
pub(super) fn is_line(text: &str, max_chars: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::{has_check_digit, is_email, is_website};

    #[test]
    fn a_check_digit_is_modulus_11() {
        assert!(has_check_digit("974760673"));
        assert!(has_check_digit("923609016"));
        assert!(has_check_digit("123456785"));
        assert!(!has_check_digit("123456789"));
        assert!(!has_check_digit("987654321"));
    }

    #[test]
    fn an_email_address_has_one_host() {
        for good in ["user@example.com", "a.b+c@x-y.no", "u@localhost"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "user", "@example.com", "user@", "a@b@c", "u ser@example.com", "user@-x.com", "user@x..com"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn a_web_site_is_http_or_a_bare_host() {
        for good in ["https://example.com", "http://www.example.com/x?y=1", "example.com", "www.example.com/shop"] {
            assert!(is_website(good), "{good}");
        }
        for bad in ["", "example", "javascript:alert(1)", "ftp://example.com", "https://u:p@example.com", "a b.com"] {
            assert!(!is_website(bad), "{bad}");
        }
    }
}

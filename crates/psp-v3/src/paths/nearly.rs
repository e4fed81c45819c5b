//! Paths that nearly match: which endpoint the path of a 404 was meant to lead to.
//!
//! Paths are compared segment by segment, without what the router is strict about (empty segments, `;…`, white space,
//! case). An id stands for any segment that is no word of ours.

use super::{ACCESS_TOKEN, DEEPLINK, DETAILS, FORCE_APPROVE, INIT, MERCHANT, MERCHANTS, UPDATE_STATUS, decode};

/// The most characters and segments of a path that is compared at all.
const COMPARED_MAX_CHARS: usize = 300;
const COMPARED_MAX_SEGMENTS: usize = 12;
/// What a segment too many or too few costs, and the most that an unlike one does.
const MISSING_COST: usize = 2;
const OTHER_COST: usize = 4;
/// The most that a path may cost to be taken for another.
const COST_MAX: usize = 5;

/// The paths that are meant, with their methods.
const MEANT: [(&str, &str); 12] = [
    ("POST", ACCESS_TOKEN),
    ("POST", INIT),
    ("POST", UPDATE_STATUS),
    ("GET", DETAILS),
    ("POST", FORCE_APPROVE),
    ("GET or POST", MERCHANTS),
    ("GET or PATCH", MERCHANT),
    ("GET", DEEPLINK),
    ("GET", "/openapi.json"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
];

/// Last words that other payment APIs have for what is an entry of updatestatus here.
const REPORTED: [&str; 4] = ["capture", "cancel", "refund", "reserve"];

/// Words that most paths of ours share: they alone make no likeness.
const COMMON: [&str; 4] = ["psp", "v1", "v3", "get"];

/// Method and path of the endpoint that `raw_path` was most likely meant to be, such as
/// `POST /psp/v3/psppayments/init`.
pub fn nearly(raw_path: &str) -> Option<String> {
    if raw_path.len() > COMPARED_MAX_CHARS {
        return None;
    }
    let sent = segments(&decode(raw_path)?);
    if sent.len() > COMPARED_MAX_SEGMENTS {
        return None;
    }
    let scored = MEANT.iter().filter_map(|(method, path)| Some((cost(&sent, path)?, method, path)));
    let (_, method, path) = scored.min_by_key(|(cost, _, _)| *cost)?;
    Some(format!("{method} {path}"))
}

fn segments(path: &str) -> Vec<String> {
    let plain = |segment: &str| segment.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    path.split('/').map(plain).filter(|segment| !segment.is_empty() && segment != ".").collect()
}

/// What it costs to make `sent` the path `meant`; `None` when they are not alike.
fn cost(sent: &[String], meant: &str) -> Option<usize> {
    let meant: Vec<&str> = meant.split('/').skip(1).collect();
    if meant.last() == Some(&"updatestatus")
        && sent.iter().any(|segment| segment == "psppayments")
        && sent.last().is_some_and(|last| REPORTED.contains(&last.as_str()))
    {
        return Some(1);
    }
    let shares_a_word = sent.iter().any(|sent| {
        let alike =
            |word: &&&str| !COMMON.contains(word) && !word.starts_with('{') && replaced(sent, word) < OTHER_COST;
        meant.iter().find(alike).is_some()
    });
    let cost = alignment(sent, &meant);
    (shares_a_word && cost <= COST_MAX).then_some(cost)
}

/// The least that it costs to make one list of segments the other, by replacing, leaving out and adding segments.
fn alignment(sent: &[String], meant: &[&str]) -> usize {
    let mut before: Vec<usize> = (0..=meant.len()).map(|count| count.saturating_mul(MISSING_COST)).collect();
    for (row, sent) in (1_usize..).zip(sent) {
        let mut costs = vec![row.saturating_mul(MISSING_COST)];
        for (meant, pair) in meant.iter().zip(before.windows(2)) {
            let [diagonal, above] = pair else { continue };
            let left = costs.last().copied().unwrap_or_default();
            let cheapest = diagonal
                .saturating_add(replaced(sent, meant))
                .min(above.saturating_add(MISSING_COST))
                .min(left.saturating_add(MISSING_COST));
            costs.push(cheapest);
        }
        before = costs;
    }
    before.last().copied().unwrap_or_default()
}

/// What it costs to take one segment for another.
fn replaced(sent: &str, meant: &str) -> usize {
    if meant.starts_with('{') {
        let is_word = MEANT.iter().any(|(_, path)| path.split('/').any(|word| word == sent));
        return if is_word { OTHER_COST } else { 0 };
    }
    let shares_beginning = sent.len() >= OTHER_COST && (meant.starts_with(sent) || sent.starts_with(meant));
    let distance = strsim::osa_distance(sent, meant);
    if shares_beginning { distance.min(2) } else { distance.min(OTHER_COST) }
}

#[cfg(test)]
mod tests {
    use super::nearly;

    const INIT: &str = "POST /psp/v3/psppayments/init";
    const UPDATE: &str = "POST /psp/v3/psppayments/updatestatus";
    const DETAILS: &str = "GET /psp/v3/psppayments/{pspTransactionId}/details";
    const APPROVE: &str = "POST /psp/v3/integration-test/psppayments/{pspTransactionId}/approve";
    const TOKEN: &str = "POST /accesstoken/get";
    const MERCHANTS: &str = "GET or POST /merchant-management/psp/v1/merchants";
    const MERCHANT: &str = "GET or PATCH /merchant-management/psp/v1/merchants/{merchantSerialNumber}";

    #[test]
    fn a_path_that_nearly_matches_is_led_to_the_one_that_was_meant() {
        for (sent, meant) in [
            ("/psp/v2/psppayments/init", INIT),
            ("/psp/v3/payments/init", INIT),
            ("/v3/psppayments/init", INIT),
            ("/psp/psppayments/init", INIT),
            ("/psppayments/init", INIT),
            ("/psp/v3/psppayments/initiate", INIT),
            ("/psp/v3/psppayment/init", INIT),
            ("/psp/v3/psppayments/int", INIT),
            ("/psp/v3/psppayments", INIT),
            ("/psp/v3/psppayments/init//", INIT),
            ("//psp/v3/psppayments/init", INIT),
            ("/psp/v3/psppayments/init;jsessionid=1", INIT),
            ("/psp/v3/psppayments/init%20", INIT),
            ("/psp/v3/psppayments/init/x", INIT),
            ("/psp/./v3/psppayments/init", INIT),
            ("/api/psp/v3/psppayments/init", INIT),
            ("/psp/v3/init", INIT),
            ("/psp/v3/psppayments/update-status", UPDATE),
            ("/psp/v3/psppayments/updatestatuses", UPDATE),
            ("/psp/v3/psppayments/update", UPDATE),
            ("/psp/v3/psppayments/abc-1/capture", UPDATE),
            ("/psp/v3/psppayments/abc-1/refund", UPDATE),
            ("/psp/v3/psppayments/abc-1/detail", DETAILS),
            ("/psp/v3/psppayments/abc-1", DETAILS),
            ("/v3/psppayments/abc-1/details", DETAILS),
            ("/psp/v3/payments/abc-1/details", DETAILS),
            ("/psp/v3/psppayments/abc-1/approve", APPROVE),
            ("/psp/v3/integration-test/psppayments/abc-1/approved", APPROVE),
            ("/psp/v3/integrationtest/psppayments/abc-1/approve", APPROVE),
            ("/accesstoken", TOKEN),
            ("/access-token/get", TOKEN),
            ("/accesstokens/get", TOKEN),
            ("/accesstoken/get/get", TOKEN),
            ("/psp/accesstoken/get", TOKEN),
            ("/psp/v1/merchants", MERCHANTS),
            ("/merchant-management/psp/v2/merchants", MERCHANTS),
            ("/merchant-management/v1/merchants", MERCHANTS),
            ("/merchant-management/psp/v1/merchant/100001", MERCHANT),
            ("/psp/v1/merchants/100001", MERCHANT),
            ("/openapi", "GET /openapi.json"),
            ("/health", "GET /healthz"),
            ("/ready", "GET /readyz"),
        ] {
            assert_eq!(nearly(sent).as_deref(), Some(meant), "{sent}");
        }
    }

    #[test]
    fn a_path_of_something_else_is_led_nowhere() {
        for other in
            ["/", "/epayment/v1/payments", "/favicon.ico", "/.git/config", "/etc/passwd", "/x", "/psp/v3", "/%ff"]
        {
            assert_eq!(nearly(other), None, "{other}");
        }
        assert_eq!(nearly(&format!("/psp/v3/psppayments/init/{}", "x".repeat(400))), None);
    }
}

//! Section *Rates*: how often one party may ask.

use std::num::NonZeroU32;
use std::time::Duration;

use super::reader::Reader;
use crate::http::rates::{Rate, RateLimits};

/// The span of a rate, as it is written.
const SPANS: [(&str, Duration); 3] =
    [("s", Duration::from_secs(1)), ("min", Duration::from_mins(1)), ("h", Duration::from_hours(1))];

pub(super) fn read(reader: &mut Reader) -> Option<RateLimits> {
    let on = reader.take("rate_limits", |text| match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be \"on\" or \"off\"".to_owned()),
    });
    let mut take = |name| reader.take(name, rate);
    let (init, details, update_status) = (take("init_rate"), take("details_rate"), take("updatestatus_rate"));
    let (merchants, access_token) = (take("merchants_rate"), take("access_token_rate"));
    let (sign_in, landing) = (take("sign_in_rate"), take("landing_rate"));
    let limits = RateLimits {
        init: init?,
        details: details?,
        update_status: update_status?,
        merchants: merchants?,
        access_token: access_token?,
        sign_in: sign_in?,
        landing: landing?,
    };
    Some(if on? { limits } else { RateLimits::default() })
}

/// `200/s`, `10/min`, `2/h`, or no limit.
fn rate(text: &str) -> Result<Option<Rate>, String> {
    if text == "off" {
        return Ok(None);
    }
    let parts = text.split_once('/');
    let span = parts.and_then(|(_, span)| SPANS.iter().find(|(name, _)| *name == span));
    let times = parts.and_then(|(times, _)| times.parse().ok()).filter(|times: &NonZeroU32| times.get() <= 1_000_000);
    match (times, span) {
        (Some(times), Some((_, per))) => Ok(Some(Rate { times, per: *per })),
        (None | Some(_), _) => {
            Err("must be a rate such as 200/s, 10/min or 2/h, up to 1000000 times, or \"off\"".to_owned())
        }
    }
}

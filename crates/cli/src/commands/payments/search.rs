//! What `lommebok payments list` searches by: each option is a member of the query.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches};
use lommebok_domain::StateName;
use url::form_urlencoded::Serializer;

/// Texts that go into the query as they are: the option, what stands for it, its help.
const TEXTS: [(&str, &str, &str); 8] = [
    ("id", "ID", "The one with this pspTransactionId, or with this number of ours"),
    ("order", "ID", "Those with this merchantOrderId"),
    ("phone", "NUMBER", "Those of the user with this phone number, and those whose init named it"),
    ("msn", "MSN", "Those of this merchant"),
    ("psp", "PSP", "Those of this PSP: its PSP-ID, or our number for it"),
    ("cause", "CAUSE", "Those that failed so: timeout, psp_82"),
    ("since", "MOMENT", "Those whose init came then or later: 2026-11-29T22:34:15Z, business time"),
    ("until", "MOMENT", "Those whose init came before then"),
];

pub(super) fn args() -> Vec<Arg> {
    let option = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let states = PossibleValuesParser::new(StateName::ALL.map(StateName::as_str));
    let state = option("state", "STATE").ignore_case(true).value_delimiter(',').value_parser(states);
    let flag = |name: &'static str| {
        let others = ["state", "outcome-unknown", "notice-given-up"].into_iter().filter(move |other| *other != name);
        Arg::new(name).long(name).action(ArgAction::SetTrue).conflicts_with_all(others)
    };
    let text =
        Arg::new("text").value_name("TEXT").conflicts_with_all(["id", "order", "phone", "msn", "cause", "amount"]);
    let amount = option("amount", "AMOUNT").value_parser(ore);
    let mut args = vec![
        text.help("What it looks like decides: an id, order, phone number, MSN, state, cause or amount"),
        state.help("Those in this state, or in one of several: RESERVED,FAILED"),
        amount.help("Those of exactly this amount: 499.00, or in øre 49900"),
        flag("outcome-unknown").help("Those whose answer was lost: the PSP may have reserved the money"),
        flag("notice-given-up").help("Those whose notice the PSP never took"),
    ];
    args.extend(TEXTS.map(|(name, value, help)| option(name, value).help(help)));
    args
}

/// What is searched, as the end of a query that has begun: `&state=RESERVED`, or nothing.
pub(super) fn query(matches: &ArgMatches) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(text) = matches.get_one::<String>("text") {
        query.append_pair("q", text);
    }
    for (name, ..) in TEXTS {
        if let Some(text) = matches.get_one::<String>(name) {
            query.append_pair(name, text);
        }
    }
    if let Some(states) = matches.get_many::<String>("state") {
        query.append_pair("state", &states.cloned().collect::<Vec<_>>().join(","));
    }
    if let Some(ore) = matches.get_one::<i64>("amount") {
        query.append_pair("amount", &ore.to_string());
    }
    for (flag, name) in [("outcome-unknown", "outcome_unknown"), ("notice-given-up", "notice_given_up")] {
        if matches.get_flag(flag) {
            query.append_pair(name, "true");
        }
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("&{query}") }
}

/// An amount in øre, or in kroner with two decimals.
fn ore(text: &str) -> Result<i64, String> {
    let whole = match text.split_once(['.', ',']) {
        Some((kroner, rest)) if rest.len() == 2 => format!("{kroner}{rest}"),
        Some(_) => String::new(),
        None => text.to_owned(),
    };
    let ore = whole.parse().ok().filter(|ore: &u32| *ore > 0).map(i64::from);
    ore.ok_or_else(|| "an amount is 499.00, or in øre 49900".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_in_kroner_with_two_decimals_or_in_ore() {
        for (text, expected) in [("499.00", Some(49_900)), ("49900", Some(49_900)), ("0,05", Some(5))] {
            assert_eq!(ore(text).ok(), expected, "{text}");
        }
        for text in ["499.", "499.0", "0", "-1", "0.00", "1e3", ""] {
            assert!(ore(text).is_err(), "{text}");
        }
    }
}

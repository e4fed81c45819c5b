//! Hides in texts what must not be kept: the server's own credentials in any spelling, access tokens, long numbers, and what was
//! masked elsewhere in the same exchange.

use zeroize::Zeroizing;

use crate::keys::Secret;
use crate::outbound::Masks;

/// In the place of what was hidden.
pub(super) const MARK: &str = "***";
/// A hidden value that is shorter may be a word of anything.
const SHORTEST_SECRET: usize = 6;
/// JSON Web Tokens begin so: `{"` in base64.
const TOKEN_BEGINS: &str = "eyJ";
/// The most bytes of the name of a member or parameter.
const LONGEST_NAME: usize = 40;
/// A segment of a path that no endpoint has is a token when it is longer, in bytes.
const LONGEST_SEGMENT: usize = 40;

/// The server's own credentials.
pub(super) struct Own {
    masks: Masks,
    exact: Vec<Secret>,
}

impl Own {
    pub(super) fn new(secrets: Vec<Secret>) -> Self {
        let masks = Masks::new(secrets.iter().map(Secret::expose), None);
        // Keys are hexadecimal; in capitals one looks like a `PSP-ID`.
        let capitals = secrets.iter().map(|secret| Secret::new(secret.expose().to_ascii_uppercase()));
        let mut exact: Vec<Secret> = capitals.collect();
        exact.extend(secrets);
        Self { masks, exact }
    }
}

/// What hides in one exchange's texts, while what it masked is still being found.
pub(super) struct Hiding<'a> {
    own: &'a Own,
    /// What the request masked, in every spelling; where an answer may have echoed it.
    echoed: Option<Masks>,
}

impl<'a> Hiding<'a> {
    pub(super) fn in_request(own: &'a Own) -> Self {
        Self { own, echoed: None }
    }

    /// An answer that says what was wrong may repeat what was sent.
    pub(super) fn in_refusal(own: &'a Own, hidden: &[Zeroizing<String>]) -> Self {
        let hidden = hidden.iter().map(|secret| secret.as_str()).filter(|secret| secret.len() >= SHORTEST_SECRET);
        Self { own, echoed: Some(Masks::new(hidden, None)) }
    }

    /// A text that anybody wrote.
    pub(super) fn in_text(&self, text: &str) -> String {
        let text = self.own.masks.hide(&without_tokens(text));
        self.echoed.as_ref().map_or_else(|| text.clone(), |masks| masks.hide(&text))
    }

    /// An address: without user, values of the query, and fragment.
    pub(super) fn in_url(&self, url: &str) -> String {
        let (url, fragment) = url.split_once('#').map_or((url, ""), |(url, _)| (url, "#***"));
        let (place, query) = url.split_once('?').map_or((url, None), |(place, query)| (place, Some(query)));
        let place = match place.split_once("://") {
            Some((scheme, rest)) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let host =
                    authority.rsplit_once('@').map_or(authority.to_owned(), |(_, host)| format!("{MARK}@{host}"));
                format!("{scheme}://{host}{path}")
            }
            None => place.to_owned(),
        };
        format!("{}{}{fragment}", self.in_text(&place), query.map(names_only).unwrap_or_default())
    }

    /// A path that no endpoint has.
    pub(super) fn in_unknown_path(&self, path: &str) -> String {
        let segments = path.split('/').map(|segment| if segment.len() > LONGEST_SEGMENT { MARK } else { segment });
        self.in_text(&segments.collect::<Vec<_>>().join("/"))
    }

    /// A text that is known to be harmless, unless somebody put a secret in its place: long numbers may stay.
    pub(super) fn exactly(&self, text: &str, hidden: &[Zeroizing<String>]) -> String {
        let own = self.own.exact.iter().map(Secret::expose);
        let hidden = hidden.iter().map(|secret| secret.as_str());
        let mut text = without_tokens(text);
        for secret in own.chain(hidden).filter(|secret| secret.len() >= SHORTEST_SECRET) {
            if text.contains(secret) {
                text = text.replace(secret, MARK);
            }
            // As it stands in JSON.
            if secret.contains(['"', '\\', '/']) || !secret.is_ascii() {
                let escaped = secret.replace('\\', "\\\\").replace('"', "\\\"");
                text = text.replace(&escaped, MARK);
            }
        }
        text
    }
}

/// Whether this is written as names are, and not as secrets are.
pub(super) fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphabetic() || b"_-.[]".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(fits)
}

/// A query with its names alone.
pub(super) fn names_only(query: &str) -> String {
    let name = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_name(name) => format!("{name}={MARK}"),
        Some(_) | None => MARK.to_owned(),
    };
    let names: Vec<String> = query.split('&').map(name).collect();
    format!("?{}", names.join("&"))
}

/// A text without what looks like a JSON Web Token, or the beginning of one.
fn without_tokens(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(TOKEN_BEGINS) {
        let (before, token) = rest.split_at(at);
        let belongs = |character: char| character.is_ascii_alphanumeric() || "-_.=".contains(character);
        shown.push_str(before);
        shown.push_str(MARK);
        rest = token.trim_start_matches(belongs);
    }
    shown.push_str(rest);
    shown
}

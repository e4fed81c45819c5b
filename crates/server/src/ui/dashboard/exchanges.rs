//! Exchanges: the list of what was said, and one of them with request and answer.

use askama::Template;
use lommebok_control_api::{
    Direction, Exchange, ExchangeHead, Interface, Message, MessageBody, Moment, NotShown, Phases,
};
use lommebok_web::pages::lang::Lang;

use super::frame::{Frame, Section};
use super::words;
use super::words::Tone;
use crate::ui::page::Page;

/// What a request is about, in a few words: `POST init`.
pub fn headline(head: &ExchangeHead) -> String {
    let known = ["/psp/v3/integration-test/psppayments/", "/psp/v3/psppayments/", "/merchant-management/psp/v1/", "/"];
    let path = head.path.split('?').next().unwrap_or_default();
    let short = match head.interface {
        Interface::MakePayment => "makePayment",
        Interface::Notice => "notice",
        Interface::PspApi | Interface::AppApi | Interface::Landing => {
            known.iter().find_map(|begin| path.strip_prefix(begin)).unwrap_or(path)
        }
    };
    format!("{} {short}", head.method)
}

/// Whether it was answered, and not refused.
pub fn is_sound(head: &ExchangeHead) -> bool {
    head.refused.is_none() && head.failure.is_none() && head.status.is_some_and(|status| status < 400)
}

/// Why it was refused or not answered; nothing when it was answered.
pub fn reason(lang: Lang, head: &ExchangeHead) -> Option<String> {
    if let Some(failure) = &head.failure {
        return Some(format!("{}: {failure}", lang.of("intet svar", "no answer")));
    }
    let refused = head.refused.as_ref()?;
    let code = refused.code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default();
    let reason = refused.reason.as_deref().unwrap_or(lang.of("avvist", "refused"));
    Some(format!("{code}{reason}"))
}

pub fn tone(head: &ExchangeHead) -> Tone {
    match head.status {
        Some(300..400) if is_sound(head) => Tone::Plain,
        _ if is_sound(head) => Tone::Good,
        _ => Tone::Bad,
    }
}

/// One exchange of the list.
#[derive(Clone, Debug)]
pub struct ExchangeRow {
    pub id: u64,
    pub at: Moment,
    pub is_out: bool,
    pub method: String,
    pub path: String,
    pub status: String,
    pub tone: Tone,
    pub ms: u64,
    pub payments: Vec<String>,
    pub reason: Option<String>,
    pub hint: Option<String>,
    /// What the wallet made of the answer.
    pub outcome: Option<String>,
}

impl ExchangeRow {
    pub fn of(lang: Lang, head: &ExchangeHead) -> Self {
        Self {
            id: head.id,
            at: head.at.clone(),
            is_out: head.direction == Direction::Out,
            method: head.method.clone(),
            path: head.path.clone(),
            status: head.status.map_or_else(|| "—".to_owned(), |status| status.to_string()),
            tone: tone(head),
            ms: head.ms,
            payments: head.payments.iter().take(3).cloned().collect(),
            reason: reason(lang, head),
            hint: head.hint.clone(),
            outcome: head.outcome.clone(),
        }
    }

    /// When, for who has no script.
    pub fn time(&self) -> &str {
        words::time_of_day(&self.at)
    }
}

/// The page at `/dashboard/exchanges`.
#[derive(Template)]
#[template(path = "dashboard/exchanges.html")]
pub struct ExchangesPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    /// Only those about this payment; may be empty.
    pub payment: &'a str,
    pub only_refused: bool,
    pub exchanges: Vec<ExchangeRow>,
    pub next: Option<String>,
    /// Why there are none.
    pub refused: Option<String>,
}

impl ExchangesPage<'_> {
    pub fn exchanges(&self) -> &[ExchangeRow] {
        &self.exchanges
    }
}

/// The latest exchanges on the start page, and where it hears of more.
#[derive(Clone, Debug)]
pub struct Latest {
    pub rows: Vec<ExchangeRow>,
    pub events: String,
}

/// A request or an answer, ready to be read.
#[derive(Clone, Debug)]
pub struct ShownMessage {
    pub headers: Vec<(String, String)>,
    pub body: ShownBody,
}

/// A body, ready to be read.
#[derive(Clone, Debug)]
pub enum ShownBody {
    None,
    Json(String),
    /// How long it is and why it is not shown.
    Withheld(String),
}

impl ShownMessage {
    pub fn of(lang: Lang, message: &Message) -> Self {
        let headers = message.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
        Self { headers, body: message.body.as_ref().map_or(ShownBody::None, |body| shown_body(lang, body)) }
    }
}

fn shown_body(lang: Lang, body: &MessageBody) -> ShownBody {
    if let Some(text) = &body.shown {
        return ShownBody::Json(indented(text));
    }
    let why = match body.not_shown {
        Some(NotShown::Unread) => lang.of("ikke lest til slutten", "not read to the end"),
        Some(NotShown::TooLong) => lang.of("for lang til å vises", "too long to be shown"),
        Some(NotShown::Encoded) => lang.of("komprimert eller kodet", "compressed or encoded"),
        Some(NotShown::NotJson) => lang.of("ikke JSON i UTF-8", "no JSON in UTF-8"),
        None => "",
    };
    ShownBody::Withheld(format!("{} bytes, {why}", body.bytes))
}

/// JSON with a member a line. Members keep their order, and numbers their spelling.
fn indented(json: &str) -> String {
    let (mut text, mut depth, mut in_string, mut escaped) = (String::new(), 0_usize, false, false);
    let mut characters = json.trim().chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            text.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                text.push(character);
            }
            '{' | '[' => {
                text.push(character);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(end);
                } else {
                    depth = depth.saturating_add(1);
                    break_line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut text, depth);
                text.push(character);
            }
            ',' => {
                text.push(character);
                break_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            _ if character.is_ascii_whitespace() => {}
            _ => text.push(character),
        }
    }
    text
}

fn break_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}

/// The page at `/dashboard/exchanges/{id}`.
#[derive(Template)]
#[template(path = "dashboard/exchange.html")]
pub struct ExchangePage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub row: ExchangeRow,
    /// The payment from whose page one came.
    pub payment: Option<String>,
    pub request: ShownMessage,
    pub answer: ShownMessage,
    /// Where the time of a call out went.
    pub phases: Vec<ShownPhase>,
    /// A command that sends it again.
    pub curl: String,
    /// It as text.
    pub text: String,
}

/// A part of a call's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPhase {
    pub name: &'static str,
    pub took: String,
    /// Where it begins and how wide it is, in thousandths of the whole.
    pub from: u64,
    pub width: u64,
}

/// The phases of a call in their order, those that it came to.
pub fn phases(lang: Lang, phases: &Phases) -> Vec<ShownPhase> {
    let parts = [
        ("DNS", phases.dns_us),
        (lang.of("forbindelse", "connect"), phases.connect_us),
        ("TLS", phases.tls_us),
        (lang.of("venting", "wait"), phases.wait_us),
        (lang.of("lesing", "read"), phases.read_us),
    ];
    let whole = parts.iter().filter_map(|(_, took)| *took).sum::<u64>().max(1);
    let mut before = 0_u64;
    let shown = parts.into_iter().filter_map(|(name, took)| Some((name, took?))).map(|(name, us)| {
        let share = |us: u64| us.saturating_mul(1_000).checked_div(whole).unwrap_or(0);
        let from = share(before);
        before = before.saturating_add(us);
        ShownPhase { name, took: words::span_us(us), from, width: share(before).saturating_sub(from) }
    });
    shown.collect()
}

impl ExchangePage<'_> {
    pub fn messages(lang: Lang, exchange: &Exchange) -> (ShownMessage, ShownMessage) {
        (ShownMessage::of(lang, &exchange.request), ShownMessage::of(lang, &exchange.answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calls_time_is_cut_into_the_phases_that_it_came_to() {
        let call = Phases { connect_us: Some(250), wait_us: Some(700), read_us: Some(50), ..Phases::default() };
        let shown = phases(Lang::En, &call);
        let parts: Vec<_> =
            shown.iter().map(|phase| (phase.name, phase.took.as_str(), phase.from, phase.width)).collect();
        assert_eq!(parts, [("connect", "0.2 ms", 0, 250), ("wait", "0.7 ms", 250, 700), ("read", "0 ms", 950, 50)]);
    }

    #[test]
    fn a_body_is_indented_and_otherwise_as_it_was_sent() {
        let body = r#"{"b":1.0,"a":[ ],"c":{"d":"x, {y\": 1"},"e":[1,2]}"#;
        let expected = "{\n  \"b\": 1.0,\n  \"a\": [],\n  \"c\": {\n    \"d\": \"x, {y\\\": 1\"\n  },\n  \"e\": [\n    1,\n    2\n  ]\n}";
        assert_eq!(indented(body), expected);
        assert_eq!(indented("{}"), "{}");
    }
}

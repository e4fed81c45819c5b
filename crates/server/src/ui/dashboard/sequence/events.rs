//! The events of a payment's log as rows. What an event leaves out (whose answer it was) follows from those before it, so a log
//! is read from its beginning.

use lommebok_control_api::{
    Approved, Bound, CauseOf, Entrance, Event, Failure, LogEntry, Moment, Outcome, PaymentWithLog,
};
use lommebok_web::pages::lang::Lang;

use super::traffic::{Asked, Traffic};
use super::{Lane, Look, Rank, Row, Shown, Way};
use crate::ui::dashboard::words;

/// The init, before everything.
const FIRST: Rank = 0;
/// What happened.
const EVENT: Rank = 2;

const PSP_TO_WALLET: Way = Way::Arrow { from: Lane::Psp, to: Lane::Wallet };
const WALLET_TO_PSP: Way = Way::Arrow { from: Lane::Wallet, to: Lane::Psp };
const CUSTOMER_TO_WALLET: Way = Way::Arrow { from: Lane::Customer, to: Lane::Wallet };
const WALLET_TO_CUSTOMER: Way = Way::Arrow { from: Lane::Wallet, to: Lane::Customer };
const TOKENS_TO_WALLET: Way = Way::Arrow { from: Lane::Tokens, to: Lane::Wallet };

/// An attempt whose answer is awaited, with its call, where that is kept.
struct Asking {
    call: Option<Shown>,
}

/// Reads a log from its beginning.
struct Reader<'a> {
    lang: Lang,
    /// With which the payment was approved.
    card: String,
    attempt: Option<Asking>,
    traffic: &'a mut Traffic,
    rows: Vec<(Rank, Row)>,
}

pub(super) fn rows(lang: Lang, payment: &PaymentWithLog, traffic: &mut Traffic) -> Vec<(Rank, Row)> {
    let card = payment.card.as_ref().map(|card| format!("{} •••• {}", card.network, card.last_four));
    let mut reader = Reader { lang, card: card.unwrap_or_default(), attempt: None, traffic, rows: Vec::new() };
    reader.init(payment);
    for entry in &payment.log {
        reader.entry(entry);
    }
    reader.rows
}

impl Reader<'_> {
    fn init(&mut self, payment: &PaymentWithLog) {
        let (lang, shown) = (self.lang, &payment.payment);
        let shop_to_psp = Way::Arrow { from: Lane::Shop, to: Lane::Psp };
        let asks = Row::new(&shown.created_at, shop_to_psp, &shown.merchant_order_id);
        let unseen = lang.of("ikke sett av lommeboken", "not seen by the wallet");
        let init = Row::new(&shown.created_at, PSP_TO_WALLET, format!("init {}", lang.kroner(shown.amount)));
        let state = match payment.entrance {
            Entrance::LandingPage | Entrance::App => "AWAITING_USER",
            Entrance::Push => "AWAITING_APPROVAL",
        };
        let init = Row { exchange: self.traffic.take(Asked::Init, &shown.created_at), ..init.state(state) };
        self.rows.push((FIRST, asks.detail(unseen).look(Look::Assumed)));
        self.rows.push((FIRST, init));
    }

    fn push(&mut self, row: Row) {
        self.rows.push((EVENT, row));
    }

    fn entry(&mut self, entry: &LogEntry) {
        let (lang, at) = (self.lang, &entry.at);
        match &entry.event {
            Event::Bound(bound) => self.bound(entry, *bound),
            Event::Approved(Approved { user, .. }) => {
                let who = format!("{} {user}, {}", lang.of("bruker", "user"), self.card);
                let row = self.by_customer(at, lang.of("godkjent", "approved"));
                self.push(row.detail(who).state("AUTHORIZING"));
            }
            Event::AttemptOpened(opened) => self.attempt_opened(at, opened.attempt),
            Event::Reserved(money) => self.reserved(at, lang.kroner(money.amount), &money.text),
            Event::StepUpStarted(cause) => self.step_up_started(at, cause),
            Event::StepUpPassed(()) => {
                let label = lang.of("tilbake fra 3-D Secure: bestått", "back from 3-D Secure: passed");
                self.push(Row::new(at, CUSTOMER_TO_WALLET, label).state("AUTHORIZING"));
            }
            Event::Failed(failure) => self.failed(at, failure),
            Event::Cancelled(cancelled) => {
                let label = lang.of("avbrutt", "cancelled");
                let by_user = cancelled.by.starts_with("user");
                let row =
                    if by_user { self.by_customer(at, label) } else { Row::new(at, Way::At(Lane::Wallet), label) };
                self.push(row.detail(words::by_whom(lang, &cancelled.by)).state("CANCELLED"));
            }
            Event::Expired(()) => {
                let label = lang.of("fristen er ute", "deadline passed");
                self.push(Row::new(at, Way::At(Lane::Wallet), label).state("EXPIRED"));
            }
            Event::Captured(money) => self.reported(at, "CAPTURED", money.amount, &money.text),
            Event::Released(money) => self.reported(at, "CANCELLED", money.amount, &money.text),
            Event::Refunded(money) => self.reported(at, "REFUNDED", money.amount, &money.text),
            Event::OperationFailed(operation) => {
                self.reported(at, &operation.status, operation.amount, &operation.text);
            }
            Event::NoEffect(entry) => {
                self.reported(at, &entry.status, entry.amount, lang.of("endrer ingenting", "changes nothing"));
            }
            Event::EntryWaits(()) => {
                let label = lang.of("en oppføring venter på svaret", "an entry waits for the answer");
                self.push(Row::new(at, Way::At(Lane::Wallet), label));
            }
            Event::WaitingEntryRefused(cause) => {
                let label = lang.of("oppføringen som ventet, er avvist", "the entry that waited is refused");
                self.push(because(Row::new(at, Way::At(Lane::Wallet), label), cause).look(Look::Bad));
            }
            Event::NoticeFailed(_)
            | Event::NoticeDelivered(_)
            | Event::NoticeMoved(_)
            | Event::NoticeGivenUp(_)
            | Event::LateAnswer(_) => self.notice(at, &entry.event),
        }
    }

    fn by_customer(&mut self, at: &Moment, label: &str) -> Row {
        Row { exchange: self.traffic.take(Asked::Customer, at), ..Row::new(at, CUSTOMER_TO_WALLET, label) }
    }

    fn bound(&mut self, entry: &LogEntry, bound: Bound) {
        let lang = self.lang;
        let whose = match bound.user {
            Some(user) => format!("{} {user}", lang.of("bruker", "user")),
            None => lang.of("ingen bruker har nummeret", "no user has the number").to_owned(),
        };
        let label = lang.of("nummeret er bekreftet", "number confirmed");
        let row = self.by_customer(&entry.at, label);
        self.push(row.detail(format!("{whose} · {}", entry.actor)).state("AWAITING_APPROVAL"));
    }

    fn attempt_opened(&mut self, at: &Moment, attempt: i64) {
        let lang = self.lang;
        self.push(Row::new(at, TOKENS_TO_WALLET, lang.of("nettverkstoken", "network token")));
        let label = format!("makePayment, {} {attempt}", lang.of("forsøk", "attempt"));
        let exchange = self.traffic.take(Asked::MakePayment(attempt), at);
        self.attempt = Some(Asking { call: exchange.clone() });
        self.push(Row { exchange, ..Row::new(at, WALLET_TO_PSP, label) });
    }

    fn reserved(&mut self, at: &Moment, amount: String, text: &str) {
        let row = if let Some(Asking { call }) = self.attempt.take() {
            Row { exchange: call, ..Row::new(at, PSP_TO_WALLET, "OK").detail(amount) }
        } else {
            let exchange = self.traffic.take(Asked::UpdateStatus, at);
            Row { exchange, ..Row::new(at, PSP_TO_WALLET, format!("RESERVED {amount}")).detail(text) }
        };
        self.push(row.look(Look::Good).state("RESERVED"));
    }

    fn step_up_started(&mut self, at: &Moment, cause: &CauseOf) {
        let exchange = self.attempt.take().and_then(|asking| asking.call);
        let row = because(Row::new(at, PSP_TO_WALLET, "SOFT_DECLINE"), cause).state("STEP_UP");
        self.push(Row { exchange, ..row });
        let label = self.lang.of("til bankens 3-D Secure", "to the bank’s 3-D Secure");
        self.push(Row::new(at, WALLET_TO_CUSTOMER, label));
    }

    fn failed(&mut self, at: &Moment, failure: &Failure) {
        let lang = self.lang;
        let attempt = self.attempt.take();
        let asked = attempt.is_some();
        let (way, label) = match (failure.cause.as_str(), asked) {
            ("no_token", _) => (TOKENS_TO_WALLET, lang.of("intet token", "no token").to_owned()),
            ("three_d_secure_failed", _) => {
                (CUSTOMER_TO_WALLET, lang.of("3-D Secure feilet", "3-D Secure failed").to_owned())
            }
            (cause, true) if cause.starts_with("psp_") => (PSP_TO_WALLET, format!("FAIL {cause}")),
            (cause, true) if failure.outcome == Outcome::Unknown => {
                (PSP_TO_WALLET, format!("{}: {cause}", lang.of("intet brukbart svar", "no usable answer")))
            }
            (cause, true) => (WALLET_TO_PSP, format!("{}: {cause}", lang.of("nådde ikke frem", "did not arrive"))),
            (_, false) => (Way::At(Lane::Wallet), words::failure(lang, failure)),
        };
        let unknown =
            lang.of("Utfallet er ukjent: PSP-en kan ha reservert", "Outcome unknown: the PSP may have reserved");
        let more = failure.detail.as_str();
        let detail = match (failure.outcome, more.is_empty()) {
            (Outcome::Certain, _) => more.to_owned(),
            (Outcome::Unknown, true) => unknown.to_owned(),
            (Outcome::Unknown, false) => format!("{unknown} · {more}"),
        };
        let row = Row::new(at, way, label).detail(detail).look(Look::Bad).state("FAILED");
        self.push(Row { exchange: attempt.and_then(|asking| asking.call), ..row });
    }

    fn reported(&mut self, at: &Moment, status: &str, amount: i64, text: &str) {
        let label = format!("{status} {}", self.lang.kroner(amount));
        let is_failed = status.ends_with("FAILED");
        let look = if is_failed { Look::Bad } else { Look::Good };
        let row = match self.traffic.take(Asked::UpdateStatus, at) {
            Some(exchange) => Row { exchange: Some(exchange), ..Row::new(at, PSP_TO_WALLET, label) },
            None => Row::new(at, Way::At(Lane::Wallet), label),
        };
        self.push(row.detail(text).look(look));
    }

    /// What became of a notice, or came after everything was over.
    fn notice(&mut self, at: &Moment, event: &Event) {
        let lang = self.lang;
        let told = lang.of("varsel", "notice");
        let row = match event {
            Event::NoticeFailed(cause) => {
                let row = because(Row::new(at, WALLET_TO_PSP, told), cause).look(Look::Bad);
                Row { exchange: self.traffic.take(Asked::Notice, at), ..row }
            }
            Event::NoticeDelivered(delivered) => {
                let status = delivered.http_status.map(|status| status.to_string()).unwrap_or_default();
                let row = Row::new(at, WALLET_TO_PSP, told).look(Look::Good);
                match self.traffic.take(Asked::Notice, at) {
                    Some(exchange) => Row { exchange: Some(exchange), ..row },
                    None => row.detail(format!("HTTP {status}")),
                }
            }
            Event::NoticeMoved(_) => {
                let label = lang.of("varselet er flyttet med klokken", "the notice moved with the clock");
                Row::new(at, Way::At(Lane::Wallet), label)
            }
            Event::NoticeGivenUp(cause) => {
                let label = lang.of("varselet er gitt opp", "the notice is given up");
                because(Row::new(at, Way::At(Lane::Wallet), label), cause).look(Look::Bad)
            }
            Event::LateAnswer(cause) => {
                let label = lang.of("svar etter fristen", "answer after its time");
                because(Row::new(at, PSP_TO_WALLET, label), cause).look(Look::Bad)
            }
            Event::Bound(_)
            | Event::Approved(_)
            | Event::AttemptOpened(_)
            | Event::Reserved(_)
            | Event::StepUpStarted(_)
            | Event::StepUpPassed(())
            | Event::Failed(_)
            | Event::Cancelled(_)
            | Event::Expired(())
            | Event::Captured(_)
            | Event::Released(_)
            | Event::Refunded(_)
            | Event::OperationFailed(_)
            | Event::NoEffect(_)
            | Event::EntryWaits(())
            | Event::WaitingEntryRefused(_) => return,
        };
        self.push(row);
    }
}

fn because(row: Row, CauseOf { cause, detail }: &CauseOf) -> Row {
    row.detail(if detail.is_empty() { cause.clone() } else { format!("{cause} · {detail}") })
}

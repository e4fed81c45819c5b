//! The simulated acquirer through its own interface: what it approves, that it does nothing twice, and that its books last.

use std::path::Path;
use std::time::Duration;

use lommebok_psp_v3::cryptogram::{Bound, Cryptogram};
use lommebok_sdk::{Amount, BoxFuture, Clock, Secret};

use super::{IssuerRules, SimulatedAcquirer, Standing};
use crate::acquirer::{Acquirer as _, Authentication, Authorisation, Expiry, OperationId, Order, ResponseCode, Scheme};
use crate::clock::BusinessClock;

const KEY: [u8; 32] = *b"a key of the sandbox, 32 bytes..";
const VISA: &str = "4895370000000007";
const MASTERCARD: &str = "5226600000000004";

/// 2026-05-04T10:00:00Z, for ever.
#[derive(Debug)]
struct Standstill;

impl Clock for Standstill {
    fn now(&self) -> Duration {
        Duration::from_hours(493_858)
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

fn open(directory: &Path) -> SimulatedAcquirer {
    let rules = IssuerRules { limit: 5_000_000, opening_balance: 6_000_000 };
    SimulatedAcquirer::open(&directory.join("acquirer.db"), KEY, rules, BusinessClock::since_1970(Standstill)).unwrap()
}

fn ore(amount: i64) -> Amount {
    Amount::ore(amount).unwrap()
}

/// An authorisation of the `counter`th use of a token.
fn asked(attempt: &str, token: &str, amount: i64, counter: u32) -> Authorisation {
    let cryptogram = Secret::new(Cryptogram::make(&KEY, Bound { token, amount }, counter).to_base64());
    Authorisation {
        operation: OperationId::authorisation(attempt, 1),
        de2: Secret::new(token),
        de4: ore(amount),
        de14: Expiry { year: 2026, month: 5 },
        de42: "100001".to_owned(),
        scheme: if token.starts_with('4') {
            Scheme::Visa { f126_8: cryptogram }
        } else {
            Scheme::Mastercard { de104_se001: cryptogram }
        },
        authentication: None,
    }
}

fn order(number: usize, amount: i64) -> Order {
    let authorisation = OperationId::authorisation("p", 1);
    Order { operation: OperationId::following("p", number), authorisation, amount: ore(amount) }
}

async fn standing(acquirer: &SimulatedAcquirer) -> Standing {
    acquirer.standing(&OperationId::authorisation("p", 1)).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_cryptogram_is_good_for_one_authorisation_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let acquirer = open(directory.path());
    assert_eq!(acquirer.authorise(asked("p", VISA, 49_900, 7)).await.unwrap(), ResponseCode::Approved);
    drop(acquirer);
    let acquirer = open(directory.path());
    assert_eq!(acquirer.authorise(asked("q", VISA, 49_900, 7)).await.unwrap(), ResponseCode::SuspectedFraud);
    assert_eq!(acquirer.authorise(asked("r", VISA, 49_900, 8)).await.unwrap(), ResponseCode::Approved);
}

#[tokio::test]
async fn a_cryptogram_of_another_token_or_amount_is_fraud_and_an_expired_token_is_expired() {
    let directory = tempfile::tempdir().unwrap();
    let acquirer = open(directory.path());
    let other_amount = Authorisation { de4: ore(49_901), ..asked("p", VISA, 49_900, 1) };
    assert_eq!(acquirer.authorise(other_amount).await.unwrap(), ResponseCode::SuspectedFraud);
    let other_token = Authorisation { de2: Secret::new("4895370000000015"), ..asked("q", VISA, 49_900, 2) };
    assert_eq!(acquirer.authorise(other_token).await.unwrap(), ResponseCode::SuspectedFraud);
    let april = Authorisation { de14: Expiry { year: 2026, month: 4 }, ..asked("r", VISA, 49_900, 3) };
    assert_eq!(acquirer.authorise(april).await.unwrap(), ResponseCode::ExpiredCard);
}

#[tokio::test]
async fn the_same_operation_again_gets_the_same_answer_and_moves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let acquirer = open(directory.path());
    for _ in 0..2 {
        assert_eq!(acquirer.authorise(asked("p", VISA, 49_900, 1)).await.unwrap(), ResponseCode::Approved);
        assert_eq!(acquirer.capture(order(1, 30_000)).await.unwrap(), ResponseCode::Approved);
        assert_eq!(acquirer.release(order(2, 19_900)).await.unwrap(), ResponseCode::Approved);
        assert_eq!(acquirer.refund(order(3, 10_000)).await.unwrap(), ResponseCode::Approved);
        assert_eq!(acquirer.refund(order(4, 20_001)).await.unwrap(), ResponseCode::Refused);
    }
    let expected = Standing {
        code: ResponseCode::Approved,
        amount: 49_900,
        captured: 30_000,
        released: 19_900,
        refunded: 10_000,
        reversed: false,
    };
    assert_eq!(standing(&acquirer).await, expected);
}

#[tokio::test]
async fn a_balance_is_used_up_and_comes_back_with_releases_refunds_and_reversals() {
    let directory = tempfile::tempdir().unwrap();
    let acquirer = open(directory.path());
    assert_eq!(acquirer.authorise(asked("p", VISA, 4_000_000, 1)).await.unwrap(), ResponseCode::Approved);
    assert_eq!(acquirer.authorise(asked("q", VISA, 2_000_001, 2)).await.unwrap(), ResponseCode::InsufficientFunds);
    // 20,000 are left; 5 of 40,000 come back untaken, 5 after they were taken, then the rest by reversal.
    acquirer.release(order(1, 500_000)).await.unwrap();
    acquirer.capture(order(2, 500_000)).await.unwrap();
    acquirer.refund(order(3, 500_000)).await.unwrap();
    assert_eq!(acquirer.authorise(asked("r", VISA, 3_000_001, 3)).await.unwrap(), ResponseCode::InsufficientFunds);
    let authorisation = OperationId::authorisation("p", 1);
    for _ in 0..2 {
        acquirer.reverse(authorisation.clone()).await.unwrap();
    }
    assert_eq!(acquirer.authorise(asked("s", VISA, 5_000_000, 4)).await.unwrap(), ResponseCode::Approved);
    assert_eq!(acquirer.authorise(asked("t", VISA, 1_000_001, 5)).await.unwrap(), ResponseCode::InsufficientFunds);
}

#[tokio::test]
async fn an_authorisation_that_was_reversed_before_it_came_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let acquirer = open(directory.path());
    acquirer.reverse(OperationId::authorisation("p", 1)).await.unwrap();
    assert_eq!(acquirer.authorise(asked("p", VISA, 49_900, 1)).await.unwrap(), ResponseCode::Refused);
    assert_eq!(acquirer.capture(order(1, 100)).await.unwrap(), ResponseCode::Refused);
}

#[tokio::test]
async fn a_mastercard_is_approved_with_both_cryptograms_and_a_proof_is_good_once() {
    let directory = tempfile::tempdir().unwrap();
    let acquirer = open(directory.path());
    let first = acquirer.authorise(asked("p", MASTERCARD, 49_900, 1)).await.unwrap();
    assert_eq!(first, ResponseCode::StrongAuthenticationMastercard);
    let proved = |attempt: &str, counter, amount| Authorisation {
        authentication: Some(acquirer.authenticate("session", ore(amount))),
        ..asked(attempt, MASTERCARD, 49_900, counter)
    };
    assert_eq!(acquirer.authorise(proved("q", 2, 100)).await.unwrap(), ResponseCode::SuspectedFraud);
    assert_eq!(acquirer.authorise(proved("r", 3, 49_900)).await.unwrap(), ResponseCode::Approved);
    assert_eq!(acquirer.authorise(proved("s", 4, 49_900)).await.unwrap(), ResponseCode::SuspectedFraud);
    let forged = Authentication { session: "other".to_owned(), value: Secret::new("AAAA") };
    let forged = Authorisation { authentication: Some(forged), ..asked("t", MASTERCARD, 49_900, 5) };
    assert_eq!(acquirer.authorise(forged).await.unwrap(), ResponseCode::SuspectedFraud);
}

#[tokio::test]
async fn no_token_and_no_cryptogram_stands_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let acquirer = open(directory.path());
    let message = asked("p", VISA, 49_900, 1);
    let cryptogram = message.cryptogram().expose().to_owned();
    acquirer.authorise(message).await.unwrap();
    for file in ["acquirer.db", "acquirer.db-wal"] {
        let bytes = std::fs::read(directory.path().join(file)).unwrap();
        for secret in [VISA, cryptogram.as_str()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{file}");
        }
    }
}

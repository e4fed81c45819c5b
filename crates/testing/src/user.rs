//! What a test lets the user do: approve, cancel, wait too long, come back from 3-D Secure.

use std::time::Duration;

use lommebok_domain::{CardScheme, PhoneNumber};
use lommebok_domain::{Notice, Payment, Phase, State as DomainState, StepUpResult};
use lommebok_engine::payments::Awaited;
use lommebok_engine::simulated_user::{ActingFault, Approval, CardChoice, Script};
use lommebok_engine::time_travel::AwaitedThing;
use lommebok_sdk::{MobileNumber, PspTransactionId};

use crate::wallet::failed;
use crate::{Outcome, State, TestError, TestWallet};

/// How long a test waits for your PSP, in seconds of real time.
const PATIENCE_S: u64 = 20;

/// A card of the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Card {
    /// The token is a Visa one.
    Visa,
    /// The token is a Mastercard one.
    Mastercard,
}

/// How the user comes back from the 3-D Secure page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepUp {
    /// Through `3dssuccess`.
    Passed,
    /// Through `3dscancel`.
    Cancelled,
    /// Through `3dsfailure`.
    Failed,
}

impl TestWallet {
    /// The user approves with a Visa card; your PSP is called. Returns the payment's state once it has answered.
    ///
    /// # Errors
    /// When the payment does not wait for its user, or your PSP does not answer.
    pub async fn approve(&self, id: &PspTransactionId) -> Result<Outcome, TestError> {
        self.approve_with(id, Card::Visa).await
    }

    /// The user approves with this card; your PSP is called. Returns the payment's state once it has answered.
    ///
    /// # Errors
    /// As [`TestWallet::approve`], or when the user has no such card.
    pub async fn approve_with(&self, id: &PspTransactionId, card: Card) -> Result<Outcome, TestError> {
        self.approve_without_waiting(id, card).await?;
        self.outcome(id).await
    }

    /// The user approves with this card. Your PSP is being called when this returns, and time is frozen: its answer may
    /// come, or you [advance](TestWallet::advance) by 15 s.
    ///
    /// # Errors
    /// As [`TestWallet::approve_with`], or when no call to your PSP is free for 20 s of real time.
    pub async fn approve_without_waiting(&self, id: &PspTransactionId, card: Card) -> Result<(), TestError> {
        let payment = self.found(id)?;
        let network = match card {
            Card::Visa => CardScheme::Visa,
            Card::Mastercard => CardScheme::Mastercard,
        };
        let approval = Approval { number: None, card: CardChoice::Network(network) };
        let request = self.wallet().traffic.request().await;
        let begun = self.running.sandbox.simulated_user.begin_approval(payment.id, &approval).await;
        drop((begun.map_err(|fault| refused(id, &payment, fault, ("waits for its user", "approved")))?, request));
        let called =
            |payment: &Payment| !matches!(payment.state, DomainState::Authorizing { phase: Phase::Queued { .. }, .. });
        let no_answer = || TestError::NoAnswer(id.clone(), PATIENCE_S);
        drop(self.until(id, called).await?.ok_or_else(no_answer)?);
        // It is open from a moment before it is sent, so that `sent` has it when this returns.
        let over = |payment: &Payment| !matches!(payment.state, DomainState::Authorizing { .. });
        tokio::select! {
            () = self.requests().attempted(id, payment.terms.msn.as_str()) => Ok(()),
            over = self.until(id, over) => over?.map(drop).ok_or_else(no_answer),
        }
    }

    /// Waits for your PSP's answer to a payment that is being authorised, and returns its state then.
    ///
    /// # Errors
    /// When your PSP does not answer within 20 s of real time.
    pub async fn outcome(&self, id: &PspTransactionId) -> Result<Outcome, TestError> {
        let over =
            |payment: &Payment| !matches!(payment.state, DomainState::Authorizing { .. }) && notice_tried(payment);
        let payment = self.until(id, over).await?;
        payment.map(|payment| Outcome::of(&payment)).ok_or_else(|| TestError::NoAnswer(id.clone(), PATIENCE_S))
    }

    /// The user cancels; your PSP gets its notice before this returns.
    ///
    /// # Errors
    /// When the payment does not wait for its user.
    pub async fn cancel(&self, id: &PspTransactionId) -> Result<(), TestError> {
        let payment = self.found(id)?;
        let request = self.wallet().traffic.request().await;
        let cancelled = self.running.sandbox.simulated_user.cancel(payment.id).await;
        drop((cancelled.map_err(|fault| refused(id, &payment, fault, ("waits for its user", "cancelled")))?, request));
        self.until(id, notice_tried).await?.map(drop).ok_or_else(|| TestError::NoNotice(id.clone(), PATIENCE_S))
    }

    /// Advances time to the payment's deadline; your PSP gets its notice before this returns.
    ///
    /// # Errors
    /// When the payment does not wait for its user.
    pub async fn let_time_out(&self, id: &PspTransactionId) -> Result<(), TestError> {
        let payment = self.found(id)?;
        let (DomainState::AwaitingUser { deadline }
        | DomainState::AwaitingApproval { deadline, .. }
        | DomainState::StepUp { deadline, .. }) = payment.state
        else {
            return Err(wrong_state(id, &payment, ("waits for its user", "timed out")));
        };
        let left = deadline.millis_since(self.wallet().clock.now());
        self.advance(Duration::from_millis(u64::try_from(left).unwrap_or(0))).await?;
        self.until(id, notice_tried).await?.map(drop).ok_or_else(|| TestError::NoNotice(id.clone(), PATIENCE_S))
    }

    /// The user comes back from your 3-D Secure page; after [`StepUp::Passed`] your PSP is called again. Returns the
    /// payment's state then, and why if it failed. (A page of yours that leads to the `operations` addresses does the same.)
    ///
    /// Your page is not visited: what it would tell your PSP, your test tells it before, with `step_up_passed` of the SDK's
    /// receiver for one. Without it the next call is a repetition of the first to your PSP, and the payment ends as failed.
    ///
    /// # Errors
    /// When no step-up is going on, or your PSP does not answer.
    pub async fn step_up(&self, id: &PspTransactionId, result: StepUp) -> Result<Outcome, TestError> {
        let payment = self.found(id)?;
        let result = match result {
            StepUp::Passed => StepUpResult::Success,
            StepUp::Cancelled => StepUpResult::Cancel,
            StepUp::Failed => StepUpResult::Failure,
        };
        let request = self.wallet().traffic.request().await;
        let returned = self.running.sandbox.simulated_user.begin_step_up(payment.id, result).await;
        let words = ("has been answered SOFT_DECLINE", "stepped up");
        drop((returned.map_err(|fault| refused(id, &payment, fault, words))?, request));
        self.outcome(id).await
    }

    /// Lets the user with this number act by itself, by a script of `lommebok users script`: `"approve-after=3s step-up=passed"`,
    /// `"cancel-after=1m"`, `"ignore"`. Its delays are the wallet's time: [`advance`](TestWallet::advance) and
    /// [`clock_auto`](TestWallet::clock_auto) reach them in order with the deadlines.
    ///
    /// # Errors
    /// When it is no script, or the number nobody's.
    pub async fn script_user(&self, number: &MobileNumber, script: &str) -> Result<(), TestError> {
        let script = Script::parse(script).map_err(|fault| TestError::Script(fault.to_string()))?;
        let number = PhoneNumber::new(number.as_str()).ok_or_else(|| TestError::Script("number".to_owned()))?;
        let set = self.running.sandbox.scripted_users.set(&number, script).await;
        set.map_err(|fault| TestError::Script(fault.to_string()))
    }

    /// Waits until the payment is in this state, whatever leads there: your PSP's answer, a page of yours, another task of the
    /// test. Time stands still meanwhile, so that no deadline ends the wait; after [`clock_auto`](TestWallet::clock_auto) it
    /// jumps from deadline to deadline instead.
    ///
    /// # Errors
    /// With the state in which it is after 20 s of real time instead.
    pub async fn await_state(&self, id: &PspTransactionId, state: State) -> Result<(), TestError> {
        let awaited = AwaitedThing::Payment(self.found(id)?.id, Awaited::State(vec![state.name()]));
        let _lets_time_jump = self.running.sandbox.time_travel.awaits(awaited, None);
        if self.until(id, |payment| State::of(payment) == state).await?.is_some() {
            return Ok(());
        }
        let is = State::of(&self.found(id)?);
        Err(TestError::NotReached { id: id.clone(), is, wanted: state, after_s: PATIENCE_S })
    }

    /// Waits, hint by hint, until the payment satisfies `condition`; `None` when it does not in time.
    async fn until(
        &self,
        id: &PspTransactionId,
        condition: impl Fn(&Payment) -> bool,
    ) -> Result<Option<Payment>, TestError> {
        let found = self.found(id)?.id;
        let reached = async { self.wallet().payments.until(found, condition).await.map_err(failed) };
        tokio::time::timeout(Duration::from_secs(PATIENCE_S), reached).await.ok().transpose()
    }
}

/// Whether the notice, if there is one, has been tried.
fn notice_tried(payment: &Payment) -> bool {
    !matches!(payment.notice, Notice::Due { tries: 0, .. })
}

/// A user's refusal in a test's words: what state was wanted, and what was asked.
fn refused(
    id: &PspTransactionId,
    payment: &Payment,
    fault: ActingFault,
    words: (&'static str, &'static str),
) -> TestError {
    match fault {
        ActingFault::NotPossible(_) => wrong_state(id, payment, words),
        ActingFault::NobodysNumber | ActingFault::UnknownUser => TestError::NobodysNumber(id.clone()),
        ActingFault::NoSuchCard { .. } => TestError::NoSuchCard(id.clone()),
        ActingFault::Wallet(fault) => failed(fault),
    }
}

fn wrong_state(id: &PspTransactionId, payment: &Payment, (wanted, asked): (&'static str, &'static str)) -> TestError {
    TestError::WrongState { id: id.clone(), state: State::of(payment), wanted, asked }
}

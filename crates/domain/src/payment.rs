//! A payment: what was agreed at init and never changes ([`Terms`]), and what does.

use std::sync::Arc;

use crate::money::Sums;
use crate::state::{Prompt, State};
use lommebok_values::Amount;
use lommebok_values::Timestamp;
use lommebok_values::{MerchantId, MerchantOrderId, Msn, PaymentId, PspId, PspTransactionId, TenantId, UserId};

/// How long a link lives, and how long the user then has in the app: 5 minutes each, in ms.
pub const LINK_LIFE_MS: i64 = 5 * 60_000;
/// How long a user has in the app, in ms.
pub const APPROVAL_LIFE_MS: i64 = 5 * 60_000;
/// Prompts to phones that one payment may cause in all.
pub const MAX_PROMPTS: u8 = 3;
/// Partial captures, partial releases and refunds that one payment takes together.
pub const MAX_PARTIAL_OPERATIONS: u32 = 1_000;
/// Entries without effect that one payment keeps, operations that failed at the acquirer among them.
pub const MAX_WITHOUT_EFFECT: u32 = 100;
/// Entries of one payment that may wait for its attempt's end at a time: as many as could be taken then, and some more.
pub const MAX_WAITING: u32 = 1_120;
/// So many of them are kept for entries with the payment's whole amount, which may decide it.
pub const WAITING_KEPT_FOR_WHOLE: u32 = 20;

/// How the user comes to the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entrance {
    /// Through the landing page in a browser.
    LandingPage,
    /// Through a link that opens the wallet's app (`isApp`).
    App,
    /// Straight to the phone (`skipLandingPage`).
    Push,
}

/// What was agreed at init. Nothing later changes it (docs/reliability.md, I6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The closed world that the payment belongs to.
    pub tenant: TenantId,
    /// The PSP that owns the payment.
    pub psp: PspId,
    /// The merchant that sells.
    pub merchant: MerchantId,
    /// The merchant's serial number.
    pub msn: Msn,
    /// The PSP's id, unique per PSP.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant's id, unique per merchant.
    pub merchant_order_id: MerchantOrderId,
    /// How much, in øre.
    pub amount: Amount,
    /// When init was decided (business time).
    pub created_at: Timestamp,
    /// `pspRedirectUrl`, as sent.
    pub psp_redirect_url: String,
    /// `makePaymentUrl`, as sent.
    pub make_payment_url: String,
    /// `paymentText`, as sent, up to 1,000 characters; empty when absent.
    pub payment_text: String,
    /// How the user comes to the payment.
    pub entrance: Entrance,
}

#[cfg(feature = "sample")]
impl Terms {
    /// Terms for tests: 499 kr to merchant 123456, whose PSP calls the payment `name`; no two numbers and ids are alike.
    ///
    /// # Panics
    /// When `name` is not the name of a payment and of an order.
    #[expect(clippy::expect_used, reason = "only tests call it")]
    pub fn sample(name: &str) -> Self {
        Self {
            tenant: TenantId::new(1),
            psp: PspId::new(3),
            merchant: MerchantId::new(5),
            msn: Msn::new("123456").expect("six digits"),
            psp_transaction_id: PspTransactionId::new(name).expect("the name of a payment"),
            merchant_order_id: MerchantOrderId::new(&format!("o-{name}")).expect("the name of an order"),
            amount: Amount::from_ore(49_900).expect("499 kr"),
            created_at: Timestamp::from_millis(1_760_000_000_000),
            psp_redirect_url: "https://shop.example/done".to_owned(),
            make_payment_url: "https://psp.example/pay".to_owned(),
            payment_text: "Shoes".to_owned(),
            entrance: Entrance::LandingPage,
        }
    }
}

/// Whom the payment is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// No number has been confirmed yet.
    Open,
    /// A number without a user was confirmed: the payment runs to its deadline.
    Nobody,
    /// This user, and no other, may approve.
    User(UserId),
}

/// The kind of a notice: the body's `paymentState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    UserCancel,
    Timeout,
}

/// A notice to the PSP that a payment has ended without an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// No notice was called for.
    None,
    /// To be sent at `at`, after `tries` tries that failed.
    Due {
        kind: NoticeKind,
        /// Tries so far.
        tries: u8,
        /// When the next is due (business time).
        at: Timestamp,
    },
    /// The PSP gave a complete answer below 500.
    Delivered {
        kind: NoticeKind,
        /// The answer's HTTP status, which need not be 200; payments of old versions don't know it.
        status: Option<u16>,
    },
    /// The last try failed; listed for the operator.
    GivenUp(NoticeKind),
}

/// Entries of which a payment takes only so many: what its log holds of them ([`crate::history::fold`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EntryCounts {
    /// Captures and releases that left something to capture, and refunds; at [`MAX_PARTIAL_OPERATIONS`] there is an end.
    pub partial_operations: u32,
    /// Entries without effect, and operations that failed at the acquirer; at [`MAX_WITHOUT_EFFECT`] there is an end.
    pub without_effect: u32,
}

/// A payment at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Our number.
    pub id: PaymentId,
    /// Rises by exactly one with each event; the init is version 1.
    pub version: i64,
    /// What was agreed at init.
    pub terms: Arc<Terms>,
    /// Whom it is bound to.
    pub binding: Binding,
    /// Numbers confirmed so far, each with a prompt or with one withheld, at most [`MAX_PROMPTS`].
    pub prompts: u8,
    /// Its state, with the data of that state.
    pub state: State,
    /// What became of the money.
    pub sums: Sums,
    /// The notice to the PSP, if any.
    pub notice: Notice,
    /// How many updatestatus entries wait for the attempt's end, at most [`MAX_WAITING`].
    pub waiting: u32,
    /// How many entries it has taken of those that have a limit.
    pub entries: EntryCounts,
}

impl Payment {
    /// A new payment at version 1: AWAITING_USER, or with [`Entrance::Push`] AWAITING_APPROVAL, bound to `push_to`.
    pub fn initiate(id: PaymentId, terms: Arc<Terms>, push_to: Binding) -> Self {
        let deadline = terms.created_at.plus_millis(LINK_LIFE_MS);
        let (state, binding, prompts) = match terms.entrance {
            Entrance::LandingPage | Entrance::App => (State::AwaitingUser { deadline }, Binding::Open, 0),
            Entrance::Push => (State::AwaitingApproval { deadline, prompt: Prompt::Shown }, push_to, 1),
        };
        Self {
            id,
            version: 1,
            terms,
            binding,
            prompts,
            state,
            sums: Sums::default(),
            notice: Notice::None,
            waiting: 0,
            entries: EntryCounts::default(),
        }
    }
}

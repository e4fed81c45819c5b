//! What a test sees that no boundary shows: rows, states, and the moment at which a state is reached.

use std::collections::BTreeMap;
use std::time::Duration;

use lommebok_domain::{Payment, PspTransactionId};
use lommebok_engine::after_commit::Topic;
use lommebok_engine::time_travel::Advanced;
use lommebok_engine::wallet::Wallet;
use pollster::block_on;

use super::TestApp;

/// How long a test waits for a state that never comes, in real time, before it fails.
const TIMEOUT: Duration = Duration::from_secs(20);

impl TestApp {
    /// The wallet of the sandbox.
    pub fn wallet(&self) -> &Wallet {
        &self.running.wallet
    }

    /// The rows of every table.
    ///
    /// # Panics
    /// When the database can't be read.
    pub fn row_counts(&self) -> BTreeMap<String, u64> {
        self.running.store.row_counts().expect("the database can be read")
    }

    /// The payment with this `pspTransactionId`, any PSP's.
    ///
    /// # Panics
    /// When there is none.
    pub fn payment(&self, id: &str) -> Payment {
        let store = &self.running.store;
        let wanted = PspTransactionId::new(id).expect("the id is one");
        let psps = block_on(store.psps()).expect("the database can be read");
        let tenant = self.wallet().tenant;
        psps.iter()
            .find_map(|psp| block_on(store.payment_of_psp(tenant, psp.id, &wanted)).expect("the database can be read"))
            .unwrap_or_else(|| panic!("there is no payment {id}"))
    }

    /// The state of a payment.
    pub fn state(&self, id: &str) -> &'static str {
        self.payment(id).state.name().as_str()
    }

    /// Waits, hint by hint, until a payment satisfies `condition`.
    ///
    /// # Panics
    /// When it does not within 20 s of real time.
    pub async fn until(&self, id: &str, condition: impl Fn(&Payment) -> bool) -> Payment {
        let mut changes = self.wallet().payments.hints().subscribe(Topic::Payment(self.payment(id).id));
        let reached = tokio::time::timeout(TIMEOUT, async {
            loop {
                let payment = self.payment(id);
                if condition(&payment) {
                    return payment;
                }
                changes.next().await;
            }
        });
        reached.await.unwrap_or_else(|_| panic!("{id} stays {:?}", self.payment(id).state))
    }

    /// Waits until a payment is in this state.
    ///
    /// # Panics
    /// When it is not within 20 s of real time.
    pub async fn until_state(&self, id: &str, state: &str) -> Payment {
        self.until(id, |payment| payment.state.name().as_str() == state).await
    }

    /// Advances business time; everything that becomes due has happened when this returns.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn advance(&self, by: Duration) -> Advanced {
        let millis = u64::try_from(by.as_millis()).expect("a test's time is short");
        self.running.sandbox.time_travel.advance(millis).await.expect("the clock can be advanced")
    }
}

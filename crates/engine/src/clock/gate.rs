//! Who moves business time, and who waits meanwhile.

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    /// Set for who acts as a user at a moment that time has been moved to: that user does not wait for time.
    static ACTS_ON_THE_WAY: ();
}

/// One at a time moves business time or does what is due, and users wait while time is being reset.
#[derive(Debug)]
pub struct TimeGate {
    turn: Mutex<()>,
    resetting: watch::Sender<bool>,
}

/// Keeps users out while it is held.
pub(crate) struct Closed<'a>(&'a watch::Sender<bool>);

/// The server stops before time has been reset.
#[derive(Debug)]
pub(crate) struct Stopping;

impl Default for TimeGate {
    fn default() -> Self {
        Self { turn: Mutex::new(()), resetting: watch::Sender::new(false) }
    }
}

impl TimeGate {
    /// The turn to move time, or to do what is due at a moment.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Makes users wait until it is dropped.
    pub(crate) fn close(&self) -> Closed<'_> {
        self.resetting.send_replace(true);
        Closed(&self.resetting)
    }

    /// Whether business time is being reset now.
    pub fn is_resetting(&self) -> bool {
        *self.resetting.borrow()
    }

    /// Acts as a user for whom time has been moved.
    pub(crate) async fn on_the_way<T>(act: impl Future<Output = T>) -> T {
        ACTS_ON_THE_WAY.scope((), act).await
    }

    /// Waits while business time is reset: what a user does then would bring a payment to life that is about to end.
    pub(crate) async fn pass(&self, stopping: &CancellationToken) -> Result<(), Stopping> {
        if !self.is_resetting() || ACTS_ON_THE_WAY.try_with(|()| ()).is_ok() {
            return Ok(());
        }
        let mut resetting = self.resetting.subscribe();
        tokio::select! {
            _over = resetting.wait_for(|resetting| !*resetting) => Ok(()),
            () = stopping.cancelled() => Err(Stopping),
        }
    }
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}

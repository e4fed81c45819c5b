//! Others at work on a test's database: with `LOMMEBOK_TEST_RIVALS=1` every read of a [`super::TestApp`] lets everybody else go
//! first, and every second change of payments is refused once as decided on an old version. What relies on two reads agreeing, or on
//! no await between a read and its commit, breaks then.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use lommebok_store::Rivals;

/// How often a read lets others go first.
const TURNS_OF_OTHERS: usize = 3;

/// Rivals, when they are wanted.
pub(super) fn wanted() -> Option<Rivals> {
    std::env::var("LOMMEBOK_TEST_RIVALS").is_ok_and(|wanted| wanted == "1").then(at_work)
}

fn at_work() -> Rivals {
    let changes = AtomicU64::new(0);
    Rivals {
        at_work: Arc::new(|| {
            Box::pin(async {
                for _ in 0..TURNS_OF_OTHERS {
                    others_go_first().await;
                }
            })
        }),
        were_faster: Arc::new(move || changes.fetch_add(1, Ordering::Relaxed).is_multiple_of(2)),
    }
}

/// Pending once. It wakes itself at once, and not when the runtime comes round as tokio's own does, so that a test may also block on it.
async fn others_go_first() {
    let mut gone = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut gone, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

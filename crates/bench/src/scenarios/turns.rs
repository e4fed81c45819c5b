//! Two loads in turns on the same machine, so that a machine that changes its speed changes it for both: a pair of runs, and the
//! ratio of its two, again and again. Every other pair begins with the other side.

use std::time::Duration;

use crate::connection::Connection;
use crate::load::{Load, Pace, Target, measure};
use crate::measured::{Measured, Pairs};

/// Pairs of runs.
const PAIRS: usize = 10;

/// One of the two: a server, how hard it is pushed, and a maker of the step that is repeated.
pub(super) struct Side<'a, M> {
    pub(super) target: Target<'a>,
    pub(super) load: Load,
    pub(super) step: M,
}

/// What came of all pairs.
pub(super) struct Compared(Vec<(Measured, Measured)>);

impl Compared {
    /// The medians of the first side.
    pub(super) fn first(&self) -> Measured {
        Measured::median(&self.0.iter().map(|(first, _)| *first).collect::<Vec<_>>())
    }

    /// The medians of the second side.
    pub(super) fn second(&self) -> Measured {
        Measured::median(&self.0.iter().map(|(_, second)| *second).collect::<Vec<_>>())
    }

    /// A column of the first side, divided by the second side's of the same pair.
    pub(super) fn ratios(&self, column: fn(&Measured) -> f64) -> Pairs {
        self.0.iter().map(|(first, second)| column(first) / column(second)).collect()
    }
}

/// Runs of a third of what `pace` says, each after a warm-up of a third of the run.
pub(super) async fn in_turns<A, B, SA, SB>(
    first: Side<'_, A>,
    second: Side<'_, B>,
    pace: Pace,
) -> anyhow::Result<Compared>
where
    A: Fn() -> SA,
    B: Fn() -> SB,
    SA: AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static,
    SB: AsyncFn(&mut Connection) -> anyhow::Result<()> + 'static,
{
    let third = |time: Duration| time.checked_div(3).unwrap_or(time);
    let pace = Pace { warm_up: third(third(pace.run)), run: third(pace.run), runs: 1 };
    let mut pairs = Vec::with_capacity(PAIRS);
    for number in 0..PAIRS {
        let one = async || measure(&first.target, first.load, pace, (first.step)()).await;
        let other = async || measure(&second.target, second.load, pace, (second.step)()).await;
        pairs.push(if number.is_multiple_of(2) {
            let measured = one().await?;
            (measured, other().await?)
        } else {
            let measured = other().await?;
            (one().await?, measured)
        });
    }
    Ok(Compared(pairs))
}

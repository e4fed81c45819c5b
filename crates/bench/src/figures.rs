//! The figures of the benchmark: what each must reach (floor), where we are going (goal), and the table of both.
//!
//! The limits are targets that were set before the first measurement, and change only with a reason. `P2` and `P11` belong to
//! other set-ups and are not measured here. What was measured in pairs has an interval, and says so when a limit lies in it.

use std::fmt;

use crate::measured::Pairs;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Limit {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(limit) => value >= limit,
            Self::AtMost(limit) => value <= limit,
        }
    }
}

/// One row of the targets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aim {
    id: &'static str,
    what: &'static str,
    unit: &'static str,
    floor: Limit,
    goal: Limit,
}

macro_rules! aims {
    ($($(#[$about:meta])* $name:ident = $id:literal, $what:literal, $unit:literal, $way:ident $floor:literal, $goal:literal;)*) => {
        $($(#[$about])* pub(crate) const $name: Aim =
            Aim { id: $id, what: $what, unit: $unit, floor: Limit::$way($floor), goal: Limit::$way($goal) };)*
    };
}

aims! {
    INIT_RATE = "P1", "durable init per server-CPU-second, of the yardstick's, 64 connections", "×", AtLeast 0.35, 0.50;
    GROUP_COMMIT = "P3", "group commit, of one transaction per request, the store alone, 64 callers", "×", AtLeast 6.0, 12.0;
    INIT_P99 = "P4", "p99 of durable init at 64 connections, of the yardstick's", "×", AtMost 5.0, 2.0;
    INIT_P99_AT_80 = "P4", "the same at 80 % of that rate, by timetable", "×", AtMost 5.0, 2.0;
    PAYMENT_CPU = "P5", "CPU of a whole payment, makePayment on a connection of its own, in yardstick requests", "×", AtMost 15.0, 10.0;
    DETAILS_CPU = "P6", "CPU of details by id among 10,000 payments, in yardstick requests", "×", AtMost 1.6, 1.2;
    UPDATE_RATE = "P7", "updatestatus entries per second in requests of 5,000, of init's rate", "×", AtLeast 3.0, 8.0;
    MANY_INITS = "P8", "durable init per server-CPU-second among millions of payments (`--payments`), of that among few", "×", AtLeast 0.6, 0.8;
    MANY_DETAILS = "P8", "details per server-CPU-second among millions of payments (`--payments`), of that among 10,000", "×", AtLeast 0.8, 0.9;
    MANY_READY = "P8", "ready after `kill -9` amid inits among millions of payments (`--payments`)", " s", AtMost 1.5, 1.0;
    WAITING_CALL = "P9", "memory per makePayment call, 10,000 waiting at once", " KB", AtMost 20.0, 8.0;
    READY = "P10", "`lommebok dev` ready after a restart", " ms", AtMost 100.0, 50.0;
    IDLE_MEMORY = "P10", "idle memory", " MB", AtMost 30.0, 20.0;
    LOG_OF_INITS = "P1", "CPU of init with the log at `info`, of that at `warn`", "×", AtMost 1.03, 1.01;
    LOG_OF_PAYMENTS = "P5", "CPU of a whole payment with the log at `info`, of that at `warn`", "×", AtMost 1.03, 1.01;
    HOSTILE_CLIENTS = "P13", "p99 of a PSP's inits beside 64 who read openapi.json and a landing page, of that without", "×", AtMost 3.0, 1.5;
    HOSTILE_SECRETS = "P13", "the same beside 64 who guess a client's secret", "×", AtMost 3.0, 1.5;
    HOSTILE_ENTRIES = "P13", "the same beside a PSP that reports on 5,000 payments of nobody again and again", "×", AtMost 3.0, 1.5;
    HOSTILE_DETAILS = "P13", "the same beside a PSP that reads a payment of 1,000 captures again and again", "×", AtMost 3.0, 1.5;
    OVERLOAD_ACCEPTED = "P13", "p99 of inits that are accepted, 3,000 connections in a closed loop, of that at 80 % of capacity", "×", AtMost 3.0, 1.5;
    OVERLOAD_REFUSED = "P13", "p99 of those that are refused then", " ms", AtMost 50.0, 20.0;
    TENANT = "P15", "a world made by command and its first payment reserved", " ms", AtMost 50.0, 10.0;
    OVERLOAD_MEMORY = "P13", "memory then, of that before", "×", AtMost 1.5, 1.2;
    SEARCH = "search", "search among payments (`--payments`) that were searched before, the slowest", " ms", AtMost 100.0, 20.0;
    SEARCH_FIRST = "search", "a page of the first search, the longest", " ms", AtMost 100.0, 50.0;
    WRITTEN = "P12", "written to disk per whole payment", " KB", AtMost 25.0, 8.0;
}

/// An aim and what was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    aim: Aim,
    value: f64,
    /// Between which values the true one lies, 19 of 20 times; known of what was measured in pairs.
    interval: Option<(f64, f64)>,
}

impl Figure {
    pub(crate) fn new(aim: Aim, value: f64) -> Self {
        Self { aim, value, interval: None }
    }

    /// The median of `pairs`, judged by its interval.
    pub(crate) fn of_pairs(aim: Aim, pairs: &Pairs) -> Self {
        Self { aim, value: pairs.median(), interval: pairs.interval() }
    }

    /// Whether the floor is missed for certain.
    pub(crate) fn misses_floor(&self) -> bool {
        self.meets(self.aim.floor) == Some(false)
    }

    /// Whether a limit is met; nothing when it lies within the interval.
    fn meets(&self, limit: Limit) -> Option<bool> {
        let (low, high) = self.interval.unwrap_or((self.value, self.value));
        let (at_low, at_high) = (limit.is_met_by(low), limit.is_met_by(high));
        (at_low == at_high).then_some(at_low)
    }

    fn verdict(&self) -> &'static str {
        match (self.meets(self.aim.floor), self.meets(self.aim.goal)) {
            (_, Some(true)) => "goal met",
            (Some(true), _) => "floor met",
            (Some(false), _) => "below the floor",
            (None, _) => "too noisy to tell",
        }
    }

    fn measured(&self) -> String {
        let (value, unit) = (self.value, self.aim.unit);
        match self.interval {
            Some((low, high)) => format!("**{value:.2}{unit}** ({low:.2} to {high:.2})"),
            None => format!("**{value:.2}{unit}**"),
        }
    }

    fn shown(&self, limit: Limit) -> String {
        let (sign, value) = match limit {
            Limit::AtLeast(value) => ("≥", value),
            Limit::AtMost(value) => ("≤", value),
        };
        format!("{sign} {value}{}", self.aim.unit)
    }
}

/// As a row of Markdown.
impl fmt::Display for Figure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Aim { id, what, floor, goal, .. } = self.aim;
        let (measured, floor, goal) = (self.measured(), self.shown(floor), self.shown(goal));
        write!(out, "| {id} | {what} | {measured} | {floor} | {goal} | {} |", self.verdict())
    }
}

/// The table of all figures, in Markdown, which reads well on a terminal too.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut table = "| # | what | measured | floor | goal | |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for figure in figures {
        table.push_str(&figure.to_string());
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_beside_its_floor_and_goal_with_a_verdict() {
        let row = Figure::new(INIT_RATE, 0.412).to_string();
        assert!(row.ends_with("| **0.41×** | ≥ 0.35× | ≥ 0.5× | floor met |"), "{row}");
        assert_eq!(Figure::new(INIT_RATE, 0.34).verdict(), "below the floor");
        assert_eq!(Figure::new(INIT_RATE, 0.5).verdict(), "goal met");
    }

    #[test]
    fn where_less_is_better_more_is_below_the_floor() {
        assert!(Figure::new(DETAILS_CPU, 1.61).misses_floor());
        assert!(!Figure::new(DETAILS_CPU, 1.6).misses_floor());
    }

    #[test]
    fn a_limit_within_the_interval_of_pairs_is_neither_met_nor_missed() {
        let verdict = |low, high| Figure { aim: DETAILS_CPU, value: 1.3, interval: Some((low, high)) }.verdict();
        assert_eq!(verdict(1.3, 1.7), "too noisy to tell");
        assert_eq!(verdict(1.1, 1.5), "floor met");
        assert_eq!(verdict(1.0, 1.2), "goal met");
        assert_eq!(verdict(1.7, 1.8), "below the floor");
        let noisy = Figure { aim: DETAILS_CPU, value: 1.3, interval: Some((1.3, 1.7)) };
        assert!(!noisy.misses_floor());
        assert!(noisy.to_string().contains("| **1.30×** (1.30 to 1.70) |"), "{noisy}");
    }
}

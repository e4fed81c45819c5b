//! The report: figures and rates as Markdown, printed, and written into `docs/benchmarks.md` on request.
//!
//! Only what is between the two marks is replaced; what people wrote around it stays theirs.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::figures::{Figure, table};
use crate::load::Pace;
use crate::measured::Measured;

const BEGIN: &str = "<!-- measured: begin (written by `cargo xtask bench -- --write`) -->";
const END: &str = "<!-- measured: end -->";

/// One line of the table of rates: a load on a server.
pub(crate) struct Rate {
    pub(crate) what: String,
    pub(crate) measured: Measured,
}

/// Everything that was measured in one run.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) figures: Vec<Figure>,
    pub(crate) rates: Vec<Rate>,
    /// CPU of one build, of that of another, in words.
    pub(crate) against: Vec<String>,
    /// What callgrind counted, in words.
    pub(crate) instructions: Vec<String>,
}

impl Report {
    /// The whole report as Markdown.
    pub(crate) fn markdown(&self, pace: Pace) -> String {
        let Pace { warm_up, run, runs } = pace;
        let mut text = format!(
            "{}; {} s warm-up, median of {runs} runs of {} s, or of ten pairs of a third of that, one after the other, with the interval \
             in which the median ratio lies 19 of 20 times; generator on the same cores.\n\n{}",
            machine(),
            warm_up.as_secs(),
            run.as_secs(),
            table(&self.figures)
        );
        text.push_str("\n| load | per second | p50 ms | p99 ms | server CPU µs each | bytes written each |\n");
        text.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for Rate { what, measured } in &self.rates {
            let Measured { per_second, cpu_micros, p50_micros, p99_micros, written_bytes } = *measured;
            let (p50, p99) = (p50_micros / 1e3, p99_micros / 1e3);
            writeln!(text, "| {what} | {per_second:.0} | {p50:.2} | {p99:.2} | {cpu_micros:.1} | {written_bytes:.0} |")
                .expect("writing to a String cannot fail");
        }
        list(&mut text, "CPU of the one build, of that of the other", &self.against);
        list(&mut text, "Instructions of user space, by callgrind, one connection", &self.instructions);
        text
    }
}

fn list(text: &mut String, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    writeln!(text, "\n{heading}:\n").expect("writing to a String cannot fail");
    for line in lines {
        writeln!(text, "- {line}").expect("writing to a String cannot fail");
    }
}

/// Puts `markdown` between the marks of the document at `path`.
pub(crate) fn write(path: &Path, markdown: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let text = replaced(&text, markdown).with_context(|| format!("{} has lost one of its marks", path.display()))?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// `text` with `markdown` between its marks; a text without marks gets them at its end.
fn replaced(text: &str, markdown: &str) -> Option<String> {
    let section = format!("{BEGIN}\n\n{}\n\n{END}", markdown.trim_end());
    match (text.split_once(BEGIN), text.split_once(END)) {
        (Some((before, _)), Some((_, after))) => Some(format!("{before}{section}{after}")),
        (None, None) => Some(format!("{text}\n{section}\n").trim_start().to_owned()),
        _ => None,
    }
}

/// On what was measured, since a figure without its machine means nothing: processor, cores, kernel and commit in one line. What the
/// system does not say is left out.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| processor_in(&text));
    let commit = said(Command::new("git").args(["describe", "--always", "--dirty"]));
    let kernel = said(Command::new("uname").arg("-sr"));
    let parts = [processor, Some(format!("{cores} cores")), kernel, commit.map(|commit| format!("commit {commit}"))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn processor_in(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let once = replaced("# Benchmarks\n", "old").unwrap();
        let twice = replaced(&format!("{once}\nWords of ours.\n"), "new").unwrap();
        assert!(twice.starts_with("# Benchmarks\n") && twice.ends_with("\nWords of ours.\n"), "{twice}");
        assert!(twice.contains("new") && !twice.contains("old"), "{twice}");
    }

    #[test]
    fn a_document_that_lost_a_mark_is_left_alone() {
        assert_eq!(replaced(END, "new"), None);
    }

    #[test]
    fn the_processor_is_named_as_the_kernel_names_it() {
        assert_eq!(processor_in("processor : 0\nmodel name\t: Fast One\n").as_deref(), Some("Fast One"));
        assert_eq!(processor_in("processor : 0\n"), None);
    }
}

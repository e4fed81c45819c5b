//! On what was measured: a figure without its machine means nothing.
//!
//! Best effort: what the system does not tell is left out.

use std::process::Command;

/// Processor, cores, kernel and commit in one line.
pub(crate) fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text));
    let commit = said(Command::new("git").args(["describe", "--always", "--dirty"]));
    let kernel = said(Command::new("uname").arg("-sr"));
    let parts = [processor, Some(format!("{cores} cores")), kernel, commit.map(|commit| format!("commit {commit}"))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn model(cpuinfo: &str) -> Option<String> {
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
    fn the_processor_is_named_as_the_kernel_names_it() {
        assert_eq!(model("processor : 0\nmodel name\t: Fast One\n").as_deref(), Some("Fast One"));
        assert_eq!(model("processor : 0\n"), None);
    }
}

//! Runs one command as a named step and says how long it took.
//!
//! A step writes straight to the terminal, so that its own closing lines (cargo's above all) stand where people look
//! for them. The first red step ends the run; there is no "continue anyway".

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;

/// Seconds with one decimal, for people.
pub(crate) fn seconds(begun: Instant) -> String {
    format!("{:.1} s", begun.elapsed().as_secs_f32())
}

/// The moment at which a step begins.
#[expect(clippy::disallowed_methods, reason = "a stopwatch for a person's eyes; no rule of the product hangs on it")]
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

/// Runs `command` in `root` under the heading `name`, and refuses when it ends in anything but success.
pub(crate) fn step(root: &Path, name: &str, command: &mut Command) -> anyhow::Result<()> {
    let shown = shown(command);
    println!("\n── {name}: {shown}");
    let begun = stopwatch();
    let status = command.current_dir(root).status().with_context(|| format!("{name}: cannot start `{shown}`"))?;
    anyhow::ensure!(status.success(), "{name} is red after {} ({status}): {shown}", seconds(begun));
    println!("── {name}: green, {}", seconds(begun));
    Ok(())
}

/// `cargo` with `arguments`: the one that runs us, not whichever stands first on the path.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut line = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_ends_in_failure_is_an_error_that_names_step_and_command() {
        let refusal = step(Path::new("/"), "planted", &mut Command::new("false")).unwrap_err().to_string();
        assert!(refusal.starts_with("planted is red after "), "{refusal}");
        assert!(refusal.ends_with(": false"), "{refusal}");
    }

    #[test]
    fn a_step_whose_program_is_missing_says_which() {
        let refusal = step(Path::new("/"), "planted", &mut Command::new("no-such-program")).unwrap_err().to_string();
        assert_eq!(refusal, "planted: cannot start `no-such-program`");
    }

    #[test]
    fn a_green_step_lets_the_next_one_run() {
        step(Path::new("/"), "planted", &mut Command::new("true")).unwrap();
    }
}

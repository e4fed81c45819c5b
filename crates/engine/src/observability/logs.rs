//! Log lines: one JSON object a line, or for people on a terminal. Always on stderr, so that stdout is for what was asked for.

use std::io::IsTerminal;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry, filter, fmt};

/// Crates below us that write out headers and frames when they talk much: secrets. Of them only warnings are heard, whatever the
/// configuration says.
const TALKATIVE: [&str; 6] = ["h2", "hyper", "hyper_util", "rustls", "tokio_rustls", "reqwest"];

/// What is logged and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Which events: directives of `tracing_subscriber::filter::Targets`, checked.
    pub level: String,
    /// In which form.
    pub format: LogFormat,
    /// Lines a second that each kind of call may leave.
    pub calls_per_s: u32,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Human on a terminal, else JSON.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Human,
}

/// Where the lines of a log end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// In a file or another program.
    None,
    /// On a terminal of somebody who wants no colours (<https://no-color.org>).
    Plain,
    /// On a terminal.
    Coloured,
}

impl Screen {
    fn of_stderr() -> Self {
        let wants_no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match (std::io::stderr().is_terminal(), wants_no_colour) {
            (false, _) => Self::None,
            (true, true) => Self::Plain,
            (true, false) => Self::Coloured,
        }
    }
}

pub(super) fn start(config: &LogConfig) {
    // Refused when the process logs already, as when several servers run in one test.
    drop(tracing::subscriber::set_global_default(subscriber(config, Screen::of_stderr(), std::io::stderr)));
}

/// What hears the events of a process that logs so, and writes them to `writer`. Public for those who look through all that
/// a server says.
pub fn subscriber<W>(config: &LogConfig, screen: Screen, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let level = config.level.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    Registry::default().with(level).with(filter::filter_fn(may_be_heard)).with(lines(config.format, screen, writer))
}

fn lines<S, W>(format: LogFormat, screen: Screen, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer).with_ansi(screen == Screen::Coloured);
    match (format, screen) {
        (LogFormat::Human, _) | (LogFormat::Auto, Screen::Plain | Screen::Coloured) => lines.compact().boxed(),
        (LogFormat::Json, _) | (LogFormat::Auto, Screen::None) => {
            lines.json().flatten_event(true).with_ansi(false).boxed()
        }
    }
}

fn may_be_heard(event: &Metadata<'_>) -> bool {
    let crate_name = event.target().split("::").next().unwrap_or_default();
    *event.level() <= Level::WARN || !TALKATIVE.contains(&crate_name)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics while it writes").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(level: &str, format: LogFormat, screen: Screen, say: impl FnOnce()) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        let config = LogConfig { level: level.to_owned(), format, calls_per_s: 1_000 };
        tracing::subscriber::with_default(subscriber(&config, screen, move || writer.clone()), say);
        let bytes = paper.0.lock().expect("no test panics while it writes").clone();
        String::from_utf8(bytes).expect("log lines are text")
    }

    #[test]
    fn json_lines_carry_message_level_and_fields() {
        let lines = written("info", LogFormat::Auto, Screen::None, || tracing::info!(payment = 42, "reserved"));
        let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(
            (&line["message"], &line["level"], &line["payment"]),
            (&"reserved".into(), &"INFO".into(), &42.into())
        );
        assert!(line["timestamp"].is_string());
    }

    #[test]
    fn a_terminal_gets_lines_for_people_unless_json_is_wanted() {
        let say = || tracing::info!("reserved");
        assert!(!written("info", LogFormat::Auto, Screen::Coloured, say).starts_with('{'));
        assert!(!written("info", LogFormat::Human, Screen::None, say).starts_with('{'));
        assert!(written("info", LogFormat::Json, Screen::Coloured, say).starts_with('{'));
    }

    #[test]
    fn what_is_below_the_level_is_not_heard() {
        assert_eq!(written("warn", LogFormat::Json, Screen::None, || tracing::info!("reserved")), "");
        let named =
            written("warn,lommebok_engine=debug", LogFormat::Json, Screen::None, || tracing::debug!("reserved"));
        assert!(named.contains("reserved"));
    }

    #[test]
    fn libraries_that_write_out_headers_are_never_heard_below_a_warning() {
        for level in ["trace", "h2=trace,hyper=trace", "h2::codec=trace"] {
            let lines = written(level, LogFormat::Json, Screen::None, || {
                tracing::trace!(target: "h2::codec", "authorization: Bearer 5ecret");
                tracing::debug!(target: "hyper::proto", "5ecret");
            });
            assert_eq!(lines, "", "{level}");
        }
        assert!(
            written("info", LogFormat::Json, Screen::None, || tracing::warn!(target: "hyper", "x")).contains("hyper")
        );
    }
}

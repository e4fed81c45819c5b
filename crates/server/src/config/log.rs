//! Section *Log*: what is logged and in which form. Directives are checked here, so that a slip does not silence the log.

use lommebok_engine::observability::{LogConfig, LogFormat};
use tracing_subscriber::filter::Targets;

use super::reader::{Reader, number};

pub(super) fn read(reader: &mut Reader) -> Option<LogConfig> {
    let level = reader.take("log_level", |text| match text.parse::<Targets>() {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        Ok(_) | Err(_) => {
            Err("must be error, warn, info, debug or trace, or a list such as info,lommebok_engine=debug".to_owned())
        }
    });
    let format = reader.take("log_format", |text| match text {
        "auto" => Ok(LogFormat::Auto),
        "json" => Ok(LogFormat::Json),
        "human" => Ok(LogFormat::Human),
        _ => Err("must be \"auto\", \"json\" or \"human\"".to_owned()),
    });
    let calls_per_s = reader.take("log_calls_per_s", number(1..=1_000_000));
    Some(LogConfig { level: level?, format: format?, calls_per_s: calls_per_s? })
}

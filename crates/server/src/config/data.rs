//! Section *Data*: where database, keys and seed are kept. A sandbox has a directory; `serve` names each file.

use std::path::PathBuf;

use super::reader::{Reader, path};

/// Where the sandbox keeps its things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxDataConfig {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The path of the SQLite database, if it is not in the data directory.
    pub database: Option<PathBuf>,
    /// The seed, if it is not the built-in one.
    pub seed_file: Option<PathBuf>,
}

pub(super) fn read_dev(reader: &mut Reader) -> Option<SandboxDataConfig> {
    let data_dir = reader.take("data_dir", path);
    let database = reader.take_if_set("database_url", sqlite);
    let seed_file = reader.take_if_set("seed_file", path);
    Some(SandboxDataConfig { data_dir: data_dir?, database: database.ok()?, seed_file: seed_file.ok()? })
}

pub(super) fn read_serve(reader: &mut Reader) -> Option<PathBuf> {
    reader.take("database_url", sqlite)
}

fn sqlite(text: &str) -> Result<PathBuf, String> {
    let fault = || "must be sqlite: and a path, such as sqlite:/var/lib/lommebok/lommebok.db".to_owned();
    if text.starts_with("postgres") {
        return Err("PostgreSQL is not built yet; use sqlite:PATH".to_owned());
    }
    path(text.strip_prefix("sqlite:").ok_or_else(fault)?).map_err(|_| fault())
}

//! Section *Data*: where database, keys and seed are kept. A sandbox has a directory; `serve` names each file.

use std::path::PathBuf;

use lommebok_engine::keys::{CONTROL_TOKEN_FORM, DataDirectory, Secret};

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
    /// The bearer token of the Control API, if it is not to be made.
    pub control_token: Option<Secret>,
}

pub(super) fn read_dev(reader: &mut Reader) -> Option<SandboxDataConfig> {
    let data_dir = reader.take("data_dir", path);
    let database = reader.take_if_set("database_url", sqlite);
    let seed_file = reader.take_if_set("seed_file", path);
    let control_token = reader.take_if_set("control_token", |text| {
        DataDirectory::control_token_of(text).ok_or_else(|| format!("must be {CONTROL_TOKEN_FORM}"))
    });
    Some(SandboxDataConfig {
        data_dir: data_dir?,
        database: database.ok()?,
        seed_file: seed_file.ok()?,
        control_token: control_token.ok()?,
    })
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

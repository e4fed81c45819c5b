//! Section *Keys and services of `lommebok serve`*: secrets, read from the files that the settings name, so that an unreadable
//! file is reported together with all other faults.

use std::path::Path;

use lommebok_engine::keys::{DataDirectory, KeyFault, MasterKeys, Secret, SigningKey};

use super::reader::Reader;

/// The keys of a production server.
#[derive(Debug)]
pub struct ServeKeys {
    /// Seals, hashes and signs.
    pub master: MasterKeys,
    /// Signs access tokens.
    pub signing: SigningKey,
    /// Opens the Control API.
    pub control_token: Secret,
}

/// The card scheme's token service. None but the simulated one of the sandbox exists yet, so no value of this type does.
#[derive(Debug)]
pub struct TokenService(());

pub(super) fn read(reader: &mut Reader) -> Option<ServeKeys> {
    let master = reader.take("master_keys_file", |text| from_file(text, MasterKeys::read));
    let signing = reader.take("signing_key_file", |text| from_file(text, SigningKey::read));
    let control_token = reader.take("control_token_file", |text| from_file(text, DataDirectory::read_token_file));
    Some(ServeKeys { master: master?, signing: signing?, control_token: control_token? })
}

pub(super) fn read_token_service(reader: &mut Reader) -> Option<TokenService> {
    reader.take("token_service", |_| {
        Err("none but the simulated one exists yet, and that one is for `lommebok dev` only".to_owned())
    })
}

fn from_file<T>(text: &str, read: impl FnOnce(&Path) -> Result<T, KeyFault>) -> Result<T, String> {
    read(&super::reader::path(text)?).map_err(|fault| fault.to_string())
}

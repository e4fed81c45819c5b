//! Section *Access tokens*: what every token of this server says, and how long it lives.

use super::reader::{Reader, number};

/// What tokens say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTokenConfig {
    /// How long one lives, in seconds of business time.
    pub lifetime_s: u32,
    /// `iss`, if it is not the public URL.
    pub issuer: Option<String>,
    /// `aud` and the token endpoint's `resource`: a GUID.
    pub audience: String,
}

pub(super) fn read(reader: &mut Reader) -> Option<AccessTokenConfig> {
    let lifetime_s = reader.take("token_lifetime_s", number(60..=604_800));
    let issuer = reader.take_if_set("token_issuer", issuer);
    let audience = reader.take("token_audience", |text| {
        let guid = uuid::Uuid::try_parse(text).map_err(|_| "must be a GUID".to_owned())?;
        Ok(guid.hyphenated().to_string())
    });
    Some(AccessTokenConfig { lifetime_s: lifetime_s?, issuer: issuer.ok()?, audience: audience? })
}

fn issuer(text: &str) -> Result<String, String> {
    let good = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if good { Ok(text.to_owned()) } else { Err("must be a text of 1 to 200 visible ASCII characters".to_owned()) }
}

//! Section *Appearance*: the neutral brand.

use super::reader::{Reader, short_text};

/// Name and colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppearanceConfig {
    /// The name that users read.
    pub brand_name: String,
    /// The colour of buttons and links: `#` and six hex digits.
    pub brand_colour: String,
}

pub(super) fn read(reader: &mut Reader) -> Option<AppearanceConfig> {
    let brand_name = reader.take("brand_name", short_text);
    let brand_colour = reader.take("brand_colour", colour);
    Some(AppearanceConfig { brand_name: brand_name?, brand_colour: brand_colour? })
}

/// Nothing but a colour: it goes into a style sheet.
fn colour(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    let good = digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if good { Ok(text.to_ascii_lowercase()) } else { Err("must be # and six hex digits".to_owned()) }
}

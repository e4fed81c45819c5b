//! The wallet's name and colour, both settings, and the shades that keep text readable whatever colour was chosen.
//!
//! Pages take the colour from one served stylesheet (`brand.css`), because they allow no inline styles.

use std::fmt;

/// What the pages call the wallet, and its colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// The name as people read it.
    pub name: String,
    /// The colour of buttons and of the mark.
    pub color: Rgb,
}

impl Default for Brand {
    fn default() -> Self {
        Self { name: "Lommebok".to_owned(), color: Rgb { red: 0x0b, green: 0x6e, blue: 0x4f } }
    }
}

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
}

/// The text is not a colour of the form `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb, six hexadecimal digits")]
pub struct NotAColor;

impl std::str::FromStr for Rgb {
    type Err = NotAColor;

    fn from_str(text: &str) -> Result<Self, NotAColor> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = u32::from_str_radix(hex.ok_or(NotAColor)?, 16).map_err(|_| NotAColor)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self { red, green, blue })
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

const WHITE: Rgb = Rgb { red: 255, green: 255, blue: 255 };
const BLACK: Rgb = Rgb { red: 0, green: 0, blue: 0 };
/// The page's darkest light and lightest dark surface: a shade that is readable on these is readable on all.
const LIGHT_SURFACE: Rgb = Rgb { red: 0xe9, green: 0xec, blue: 0xe8 };
const DARK_SURFACE: Rgb = Rgb { red: 0x26, green: 0x2c, blue: 0x2a };
/// WCAG AA asks for 4.5 : 1; in hundredths.
const READABLE_HUNDREDTHS: u32 = 450;

impl Brand {
    /// The stylesheet that gives the pages their colours.
    pub fn stylesheet(&self) -> String {
        format!(
            ":root{{--brand:{};--on-brand:{};--brand-on-light:{};--brand-on-dark:{}}}\n",
            self.color,
            self.color.text_upon(),
            self.color.towards(BLACK, LIGHT_SURFACE),
            self.color.towards(WHITE, DARK_SURFACE),
        )
    }

    /// The mark as an icon of its own, for the browser's tab.
    pub fn icon(&self) -> String {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="{}"/><path fill="none" stroke="{}" stroke-width="2.4" stroke-linejoin="round" stroke-linecap="round" d="M8 12.5v9a2.5 2.5 0 0 0 2.5 2.5h11a2.5 2.5 0 0 0 2.5-2.5v-6a2.5 2.5 0 0 0-2.5-2.5H10a2.2 2.2 0 0 1 0-4.5h10.5M20 18.5h.01"/></svg>"#,
            self.color,
            self.color.text_upon(),
        )
    }
}

impl Rgb {
    /// Black or white, whichever reads better upon this colour.
    fn text_upon(self) -> Self {
        if contrast_hundredths(self, WHITE) >= contrast_hundredths(self, BLACK).min(READABLE_HUNDREDTHS) {
            WHITE
        } else {
            BLACK
        }
    }

    /// This colour, moved towards `end` in sixteenths until it is readable upon `surface`.
    fn towards(self, end: Self, surface: Self) -> Self {
        (0..=16)
            .map(|sixteenths| Self {
                red: blend(self.red, end.red, sixteenths),
                green: blend(self.green, end.green, sixteenths),
                blue: blend(self.blue, end.blue, sixteenths),
            })
            .find(|shade| contrast_hundredths(*shade, surface) >= READABLE_HUNDREDTHS)
            .unwrap_or(end)
    }
}

fn blend(from: u8, to: u8, sixteenths: u16) -> u8 {
    let own = u16::from(from).saturating_mul(16_u16.saturating_sub(sixteenths));
    let other = u16::from(to).saturating_mul(sixteenths);
    u8::try_from(own.saturating_add(other) / 16).unwrap_or(u8::MAX)
}

/// The contrast of two colours as WCAG 2 defines it, in hundredths: 100 to 2,100.
#[expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "colours are light, not money; the result lies between 100 and 2,100"
)]
fn contrast_hundredths(one: Rgb, other: Rgb) -> u32 {
    let (a, b) = (luminance(one), luminance(other));
    let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
    (ratio * 100.0) as u32
}

#[expect(
    clippy::float_arithmetic,
    reason = "the definition of relative luminance in WCAG 2; colours are light, not money"
)]
fn luminance(color: Rgb) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_gets_readable_text_in_both_themes() {
        for (red, green, blue) in (0..=255)
            .step_by(51)
            .flat_map(|r| (0..=255).step_by(51).flat_map(move |g| (0..=255).step_by(51).map(move |b| (r, g, b))))
        {
            let color = Rgb { red, green, blue };
            assert!(contrast_hundredths(color, color.text_upon()) >= READABLE_HUNDREDTHS, "{color}");
            assert!(
                contrast_hundredths(color.towards(BLACK, LIGHT_SURFACE), LIGHT_SURFACE) >= READABLE_HUNDREDTHS,
                "{color}"
            );
            assert!(
                contrast_hundredths(color.towards(WHITE, DARK_SURFACE), DARK_SURFACE) >= READABLE_HUNDREDTHS,
                "{color}"
            );
        }
    }

    #[test]
    fn the_extremes_have_the_contrast_that_the_standard_names() {
        assert_eq!(contrast_hundredths(BLACK, WHITE), 2100);
        assert_eq!(contrast_hundredths(WHITE, WHITE), 100);
    }

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!("#0b6e4f".parse(), Ok(Brand::default().color));
        for wrong in ["", "#123", "0b6e4f", "#0b6e4g", "#+12345", "#0b6e4f;}", "red"] {
            assert_eq!(wrong.parse::<Rgb>(), Err(NotAColor), "{wrong}");
        }
    }
}

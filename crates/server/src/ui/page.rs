//! What every page knows: its language, the brand, whether this is a sandbox, and where it is.

use lommebok_web::pages::lang::Lang;

use super::{assets, brand::Brand};

/// The frame around a page's own content; the layout template reads it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The language of the page.
    pub lang: Lang,
    /// The wallet's name and colour.
    pub brand: &'a Brand,
    /// Whether the page says that no money moves and offers the phone simulator.
    pub sandbox: bool,
    /// Path and query of this page, without `lang`: the language switch leads here again.
    pub here: &'a str,
}

impl Page<'_> {
    /// The address of an embedded file, with the fingerprint that lets browsers keep it for good.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The address of this page in the other language.
    pub fn switch(&self, lang: Lang) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.here, lang.tag())
    }

    /// Whether this page is in Norwegian.
    pub fn norwegian(&self) -> bool {
        self.lang == Lang::Nb
    }

    /// The wording in the page's language: Norwegian first, English second.
    pub fn say<'t>(&self, nb: &'t str, en: &'t str) -> &'t str {
        self.lang.of(nb, en)
    }
}

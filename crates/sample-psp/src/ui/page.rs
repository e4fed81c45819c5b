//! What every page knows: its language and where it is.

use std::borrow::Borrow;

use super::assets;
use super::lang::Lang;
use super::money;

/// The frame around a page's own content; the layouts read it.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The language of the page.
    pub(crate) lang: Lang,
    /// Path of this page: the language switch leads here again.
    pub(crate) here: String,
    /// Whether it is one of the shop's places; what leads nowhere is none.
    is_place: bool,
}

impl Page {
    pub(crate) fn new(lang: Lang, here: impl Into<String>) -> Self {
        Self { lang, here: here.into(), is_place: true }
    }

    /// A page that is not where it should be; its language switch leads to the front.
    pub(crate) fn nowhere(lang: Lang) -> Self {
        Self { lang, here: "/".to_owned(), is_place: false }
    }

    /// Whether this is the page at `path`.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.is_place && self.here == path
    }

    /// Whether this page is at `path` or below it.
    pub(crate) fn is_below(&self, path: &str) -> bool {
        self.is_place && self.here.starts_with(path)
    }

    /// The address of an embedded file.
    #[expect(clippy::unused_self, reason = "templates ask the page for everything")]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The address of this page in the other language.
    pub(crate) fn switch(&self, lang: Lang) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.here, lang.tag())
    }

    pub(crate) fn norwegian(&self) -> bool {
        self.lang == Lang::Nb
    }

    /// The wording in the page's language: Norwegian first, English second.
    pub(crate) fn say<'t>(&self, nb: &'t str, en: &'t str) -> &'t str {
        self.lang.of(nb, en)
    }

    /// A moment in UTC, to the second; a script shows it in the reader's own zone.
    #[expect(clippy::unused_self, reason = "templates ask the page for everything")]
    pub(crate) fn utc(&self, at: impl AsRef<str>) -> String {
        at.as_ref().chars().take("2026-05-04T10:00:00".len()).map(|it| if it == 'T' { ' ' } else { it }).collect()
    }

    /// An amount as the page's language writes it.
    pub(crate) fn money(&self, ore: impl Borrow<i64>) -> String {
        money::kroner(*ore.borrow(), self.lang)
    }
}

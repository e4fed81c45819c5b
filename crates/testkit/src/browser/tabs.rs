//! Several tabs of one browser: one profile, and yet each tab is a phone of its own.

use fantoccini::wd::WindowHandle;

use super::{Browser, TIMEOUT, expected};
use crate::eventually::eventually;

/// A tab, to come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(WindowHandle);

impl Browser {
    /// The tab that is shown.
    ///
    /// # Panics
    /// When it was closed.
    pub async fn tab(&self) -> Tab {
        Tab(expected(self.client.window().await, "the shown tab"))
    }

    /// Opens an empty tab and shows it.
    ///
    /// # Panics
    /// When the browser opens none.
    pub async fn new_tab(&self) -> Tab {
        self.open_and_show(true).await
    }

    /// Opens an empty window and shows it. The others stay in sight.
    ///
    /// # Panics
    /// When the browser opens none.
    pub async fn new_window(&self) -> Tab {
        self.open_and_show(false).await
    }

    async fn open_and_show(&self, as_tab: bool) -> Tab {
        let opened = expected(self.client.new_window(as_tab).await, "a new tab or window");
        self.show(&Tab(opened.handle)).await;
        self.become_device().await;
        self.tab().await
    }

    /// Shows a tab.
    ///
    /// # Panics
    /// When it was closed.
    pub async fn show(&self, tab: &Tab) {
        expected(self.client.switch_to_window(tab.0.clone()).await, "show a tab");
        self.devtools("Page.bringToFront", serde_json::json!({})).await;
    }

    /// Minimises the window, so that its page is not visible; [`Browser::restore`] shows it again.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn minimise(&self) {
        expected(self.client.minimize_window().await, "minimise the window");
        self.until("the page is hidden", "return document.hidden").await;
    }

    /// Shows the window again.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn restore(&self) {
        expected(self.client.set_window_size(1280, 800).await, "restore the window");
        self.until("the page is shown", "return !document.hidden").await;
    }

    /// Waits for the tab that a page opens in addition to `known`, and shows it.
    ///
    /// # Panics
    /// When it opens none.
    pub async fn opened_tab(&self, known: &[Tab]) -> Tab {
        let opened = eventually(TIMEOUT, async || {
            let tabs = self.client.windows().await.ok()?;
            tabs.into_iter().map(Tab).find(|tab| !known.contains(tab))
        });
        let tab = opened.await.expect("the page opens a tab");
        self.show(&tab).await;
        tab
    }

    /// Closes the tab that is shown and shows another one.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn close_tab(&self, then: &Tab) {
        expected(self.client.close_window().await, "close the tab");
        self.show(then).await;
    }
}

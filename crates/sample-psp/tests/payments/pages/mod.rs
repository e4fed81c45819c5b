//! Every page and state of shop, payment page, back office and bank: in both languages, themes and sizes axe finds nothing
//! serious and nothing sticks out. `LOMMEBOK_SCREENSHOTS` names a folder for a picture of each look.

mod back_office;
mod bank;
mod live;
mod old;
mod orders;
mod shop;

use lommebok_testkit::browser::{Browser, Device, Language};

/// Looks with a browser of each language, whose pages may be answered 404, 422 and 500.
async fn in_each_language(look: impl AsyncFn(&Browser)) {
    for language in Language::ALL {
        let Some(mut browser) = Browser::open(Device::Desktop, language).await else { return };
        for status in [404, 422, 500] {
            browser.expect_status(status);
        }
        look(&browser).await;
        browser.close().await;
    }
}

/// Shows a page that leaves by itself, without what makes it leave.
async fn at_rest(browser: &Browser, address: &str) {
    const SHOW: &str = r#"
    const [address, done] = arguments;
    fetch(address).then((answer) => answer.text()).then((html) => {
      document.open();
      document.write(html.replace(/<meta http-equiv="refresh"[^>]*>/, "").replace(/<script[^>]*leave[^>]*><\/script>/, ""));
      document.close();
      done();
    });"#;
    browser.script_to_its_end(SHOW, vec![address.into()]).await;
    browser.until("its style is there", "return document.readyState === 'complete'").await;
}

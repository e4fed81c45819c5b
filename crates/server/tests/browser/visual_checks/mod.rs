//! Every page in every state, on both devices, in both themes and languages: axe finds nothing serious, and nothing sticks out.
//!
//! With `LOMMEBOK_SCREENSHOTS` set to a folder there is then a picture of each look in it. What is long is as long as it can be.

mod dashboard;
mod landing;
mod others;
mod phone;

use lommebok_testkit::browser::{Browser, Device, Language};
use serde_json::{Value, json};

use crate::stage::Stage;

/// The largest amount that init takes: 21 474 836.47.
const LARGEST: i64 = 2_147_483_647;

/// A browser that expects the refusals which some pages are.
async fn browser(device: Device, language: Language) -> Option<Browser> {
    let mut browser = Browser::open(device, language).await?;
    for status in [400, 401, 404, 410, 429] {
        browser.expect_status(status);
    }
    Some(browser)
}

/// Norwegian pages are looked at with a merchant whose name is as long as a seed may have it, English ones with a usual name.
async fn stage(language: Language) -> Stage {
    match language {
        Language::Norwegian => {
            Stage::set_with_merchant("Vestlandske Fjellsportutstyrsforretning og Kaffebrenneri AS").await
        }
        Language::English => Stage::set().await,
    }
}

/// A payment as large and as wordy as can be.
fn wordy() -> Value {
    json!({
        "amount": LARGEST,
        "paymentText": "Ordre 1001: to kanelboller, en filterkaffe, Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen og mer",
    })
}

//! The browser's own promises: what is wrong on a page ends the test that looks at it.

use std::process::Command;

use lommebok_testkit::browser::{Browser, Site};
use tokio::task::JoinSet;

/// What a test that must fail said.
async fn complaint(test: impl Future<Output = ()> + Send + 'static) -> String {
    let mut tests = JoinSet::new();
    tests.spawn(test);
    let ended = tests.join_next().await.expect("there is a test");
    let panic = ended.expect_err("the test must fail").into_panic();
    panic.downcast_ref::<String>().cloned().expect("a test that fails says why")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_or_sticks_out_is_found_in_each_look() {
    let Some(browser) = Browser::phone().await else { return };
    let site = Site::start().await;
    site.put(
        "/faulty",
        "<main><h1 style=\"color: #aaa; background: #bbb\">Faint</h1><img src=\"data:,\"><p style=\"width: 900px\">Wide</p></main>",
    );
    site.put(
        "/cut",
        "<main><h1 style=\"overflow: hidden\"><span style=\"margin-left: 350px\">Unbreakable</span></h1></main>",
    );
    let said = inspected(browser, site.url("/faulty"), "faulty").await;
    for fault in [
        "faulty.en.phone.light: color-contrast",
        "faulty.en.phone.dark: color-contrast",
        "faulty.en.desktop.light: image-alt",
        "faulty.en.phone.light: wider than the screen: <p style",
    ] {
        assert!(said.contains(fault), "{said}");
    }
    let Some(browser) = Browser::phone().await else { return };
    let said = inspected(browser, site.url("/cut"), "cut").await;
    assert!(said.contains("cut.en.phone.light: cut off at the side: <span style"), "{said}");
    assert!(!said.contains("desktop"), "there is room on a desktop: {said}");
}

async fn inspected(browser: Browser, address: String, name: &'static str) -> String {
    let test = async move {
        browser.go(&address).await;
        browser.inspect(name).await;
        browser.close().await;
    };
    complaint(test).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_a_script_ends_the_test_unless_it_is_expected() {
    let Some(mut expecting) = Browser::phone().await else { return };
    let Some(browser) = Browser::phone().await else { return };
    let site = Site::start().await;
    site.put("/broken", "<h1>Broken</h1><script>throw new Error('planted')</script>");
    let address = site.url("/broken");
    expecting.expect_complaint("planted");
    expecting.go(&address).await;
    expecting.close().await;
    let said = complaint(async move {
        browser.go(&address).await;
        browser.close().await;
    });
    assert!(said.await.contains("planted"));
}

#[test]
fn left_out_tests_start_nothing_and_say_so() {
    let own = std::env::current_exe().expect("a test knows itself");
    let run = Command::new(own)
        .args(["--exact", "an_error_of_a_script_ends_the_test_unless_it_is_expected"])
        .env("LOMMEBOK_NO_BROWSER", "1")
        .env("PATH", "/nowhere")
        .output()
        .expect("a test can be started");
    assert!(run.status.success());
    assert_eq!(String::from_utf8_lossy(&run.stderr), "browser tests are left out: LOMMEBOK_NO_BROWSER=1\n");
}

#[test]
fn without_chromium_the_failure_is_the_command_that_installs_it() {
    let own = std::env::current_exe().expect("a test knows itself");
    let run = Command::new(own)
        .args(["--exact", "an_error_of_a_script_ends_the_test_unless_it_is_expected"])
        .env_remove("LOMMEBOK_NO_BROWSER")
        .env("PATH", "/nowhere")
        .output()
        .expect("a test can be started");
    assert!(!run.status.success());
    assert!(String::from_utf8_lossy(&run.stdout).contains("install it with `cargo xtask install`"));
}

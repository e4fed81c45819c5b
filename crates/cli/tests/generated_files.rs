//! The files that are generated from the code are the ones in the repository, or this test says how to write them.
//!
//! `cargo xtask generate` runs this test with `LOMMEBOK_WRITE_GENERATED=1`, and then it writes instead of comparing.
//! It lives in crate cli because only from here the wire, the server's configuration and the finished binary can all
//! be seen.

use std::path::{Path, PathBuf};

/// A generated file: its path from the repository's root, and what must stand in it.
struct Generated {
    path: &'static str,
    text: String,
}

/// Everything that is generated.
fn all() -> Vec<Generated> {
    vec![
        Generated { path: "docs/errors.md", text: lommebok_api::errors::documentation() },
        Generated { path: "docs/configuration.md", text: lommebok_server::config::documentation() },
        Generated { path: "docs/metrics.md", text: lommebok_server::observability::names::documentation() },
        Generated { path: "openapi.json", text: format!("{}\n", lommebok_api::openapi::document().trim_end()) },
    ]
}

#[test]
fn each_generated_file_is_what_the_code_says() {
    let writes = std::env::var_os("LOMMEBOK_WRITE_GENERATED").is_some();
    let stale: Vec<&str> =
        all().iter().filter(|file| !is_settled(&root(), file, writes)).map(|file| file.path).collect();
    assert!(stale.is_empty(), "out of date: {}; run `cargo xtask generate` and commit", stale.join(", "));
}

#[test]
fn a_file_that_differs_is_stale_until_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let planted = Generated { path: "docs/planted.md", text: "new\n".to_owned() };
    std::fs::create_dir(folder.path().join("docs")).unwrap();
    std::fs::write(folder.path().join(planted.path), "old\n").unwrap();
    assert!(!is_settled(folder.path(), &planted, false));
    assert!(is_settled(folder.path(), &planted, true));
    assert!(is_settled(folder.path(), &planted, false));
}

/// True when the file under `root` holds its text, or when it `writes` it.
fn is_settled(root: &Path, file: &Generated, writes: bool) -> bool {
    let path = root.join(file.path);
    if writes {
        let folder = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(folder).expect("the repository can be written to");
        std::fs::write(&path, &file.text).expect("the repository can be written to");
    }
    std::fs::read_to_string(&path).is_ok_and(|text| text == file.text)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

//! Rules for manifests: who may depend on whom, why each dependency is there, and that all crates share the lints.
//!
//! The map is that of ARCHITECTURE.md: dependencies point inward. Dev-dependencies are exempt, since tests look from outside.

use super::{File, Finding};

/// Who must not know whom. A crate that is not named here is a rim that nobody in the table may depend on either,
/// because each row lists all that lies further out.
const MUST_NOT_KNOW: [(&str, &[&str]); 13] = [
    ("lommebok-values", &["lommebok"]),
    ("lommebok-domain", &["lommebok"]),
    ("lommebok-psp-v3", &["lommebok"]),
    ("lommebok-app-api", &["lommebok"]),
    ("lommebok-control-api", &["lommebok"]),
    ("lommebok-web", &["lommebok"]),
    (
        "lommebok-store",
        &[
            "lommebok-psp-v3",
            "lommebok-app-api",
            "lommebok-control-api",
            "lommebok-engine",
            "lommebok-server",
            "lommebok-testkit",
            "lommebok-bench",
            "lommebok-sample-psp",
            "lommebok-web",
        ],
    ),
    (
        "lommebok-engine",
        &[
            "lommebok-app-api",
            "lommebok-control-api",
            "lommebok-server",
            "lommebok-testkit",
            "lommebok-bench",
            "lommebok-sample-psp",
            "lommebok-sdk",
            "lommebok-testing",
            "lommebok-web",
            "axum",
            "askama",
        ],
    ),
    (
        "lommebok-server",
        &["lommebok-testkit", "lommebok-bench", "lommebok-sample-psp", "lommebok-sdk", "lommebok-testing"],
    ),
    ("lommebok-sdk", &["lommebok"]),
    ("lommebok-testing", &["lommebok-testkit", "lommebok-bench", "lommebok-sample-psp"]),
    (
        "lommebok-sample-psp",
        &[
            "lommebok-domain",
            "lommebok-store",
            "lommebok-engine",
            "lommebok-server",
            "lommebok-testkit",
            "lommebok-testing",
            "lommebok-bench",
        ],
    ),
    ("lommebok", &["lommebok-testkit", "lommebok-testing", "lommebok-bench"]),
];

/// What the rules of a payment may use from outside: nothing that does I/O, waits, reads a clock or serialises.
const DOMAIN_MAY_USE: [&str; 2] = ["lommebok-values", "thiserror"];

/// Who shares the values. The SDK has types of its own, because its users are to see no other crate of ours.
const KNOW_THE_VALUES: [&str; 3] = ["lommebok-domain", "lommebok-psp-v3", "lommebok-app-api"];

pub(super) fn dependency_reasons(file: &File) -> Vec<Finding> {
    if file.path != "Cargo.toml" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut inside = false;
    let mut open: Option<(usize, &str)> = None;
    for (line, text) in file.lines().chain([(0, "[end]")]) {
        let begins_entry = text.starts_with(|character: char| character.is_ascii_lowercase());
        if (begins_entry || text.starts_with('['))
            && let Some((line, name)) = open.take()
        {
            findings.push(file.finding(line, format!("`{name}` does not say why it is here")));
        }
        if text.starts_with('[') {
            inside = text == "[workspace.dependencies]";
        } else if inside && begins_entry && !text.contains("path =") {
            open = Some((line, text.split([' ', '=', '.']).next().unwrap_or_default()));
        }
        if text.contains(" # ") {
            open = None;
        }
    }
    findings
}

pub(super) fn directions(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.path != "Cargo.toml" && file.path.ends_with("Cargo.toml"))
        .flat_map(manifest)
        .collect()
}

/// The findings of one crate's manifest.
fn manifest(file: &File) -> Vec<Finding> {
    let table: toml::Table = match file.text.parse() {
        Ok(table) => table,
        Err(fault) => return vec![file.finding(1, format!("not TOML: {fault}"))],
    };
    let mut findings = Vec::new();
    let shares_lints = table.get("lints").and_then(|lints| lints.get("workspace")) == Some(&toml::Value::Boolean(true));
    if !shares_lints {
        findings.push(file.finding(1, "no `[lints] workspace = true`: all crates share the workspace's lints"));
    }
    let name =
        table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str).unwrap_or("?");
    for (section, binding) in [("dependencies", true), ("build-dependencies", true), ("dev-dependencies", false)] {
        let Some(entries) = table.get(section).and_then(toml::Value::as_table) else { continue };
        for (dependency, how) in entries {
            let line = line_of(file, section, dependency);
            if how.get("workspace") != Some(&toml::Value::Boolean(true)) {
                let reason =
                    format!("`{dependency}` is not taken from the workspace, where its version and reason stand");
                findings.push(file.finding(line, reason));
            }
            if binding && must_not_know(name, dependency) {
                findings.push(file.finding(line, format!("{name} must know nothing of {dependency}")));
            }
        }
    }
    findings
}

fn must_not_know(name: &str, dependency: &str) -> bool {
    if name == "lommebok-domain" && !DOMAIN_MAY_USE.contains(&dependency) {
        return true;
    }
    if dependency == "lommebok-values" && KNOW_THE_VALUES.contains(&name) {
        return false;
    }
    // `lommebok` alone forbids every crate of ours; `lommebok-sample` whatever begins so.
    let is_or_begins = |outer: &str| {
        dependency == outer || ["lommebok", "lommebok-sample-psp"].contains(&outer) && dependency.starts_with(outer)
    };
    MUST_NOT_KNOW.iter().any(|(inner, outer)| name == *inner && outer.iter().any(|outer| is_or_begins(outer)))
}

/// The line on which a section names a dependency.
fn line_of(file: &File, section: &str, dependency: &str) -> usize {
    let header = format!("[{section}]");
    let names = |text: &str| text.strip_prefix(dependency).is_some_and(|rest| rest.starts_with([' ', '=', '.']));
    file.lines().skip_while(|(_, text)| *text != header).find(|(_, text)| names(text)).map_or(1, |(line, _)| line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_manifest(name: &str, rest: &str) -> File {
        let text = format!("[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n{rest}");
        File { path: format!("crates/{name}/Cargo.toml"), text }
    }

    fn reasons(file: &File) -> Vec<String> {
        manifest(file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_dependency_that_points_outward_is_found_on_its_line() {
        let store = crate_manifest("lommebok-store", "[dependencies]\nlommebok-server.workspace = true\n");
        assert_eq!(
            reasons(&store),
            ["crates/lommebok-store/Cargo.toml:6: lommebok-store must know nothing of lommebok-server"]
        );
        let api = crate_manifest("lommebok-psp-v3", "[dependencies]\nlommebok-domain.workspace = true\n");
        assert_eq!(reasons(&api).len(), 1);
    }

    #[test]
    fn the_domain_may_use_hardly_anything() {
        let domain =
            crate_manifest("lommebok-domain", "[dependencies]\nthiserror.workspace = true\nserde.workspace = true\n");
        assert_eq!(reasons(&domain).len(), 1);
    }

    #[test]
    fn the_sdk_knows_no_crate_of_the_wallet_and_testing_knows_the_server() {
        let sdk = crate_manifest("lommebok-sdk", "[dependencies]\nlommebok-psp-v3 = { workspace = true }\n");
        assert_eq!(reasons(&sdk).len(), 1);
        let testing = "[dependencies]\nlommebok-server.workspace = true\nlommebok-sdk.workspace = true\n\
                       lommebok-sample-psp.workspace = true\n";
        let found = reasons(&crate_manifest("lommebok-testing", testing));
        assert_eq!(
            found,
            ["crates/lommebok-testing/Cargo.toml:8: lommebok-testing must know nothing of lommebok-sample-psp"]
        );
    }

    #[test]
    fn tests_may_look_from_outside() {
        let server = crate_manifest("lommebok-server", "[dev-dependencies]\nlommebok-testkit.workspace = true\n");
        assert!(reasons(&server).is_empty());
    }

    #[test]
    fn a_crate_without_the_shared_lints_or_with_a_version_of_its_own_is_found() {
        let text = "[package]\nname = \"a\"\n[dependencies]\nserde = \"1\"\n".to_owned();
        let lonely = File { path: "crates/a/Cargo.toml".to_owned(), text };
        assert_eq!(reasons(&lonely).len(), 2);
    }

    #[test]
    fn a_dependency_without_a_reason_is_found_and_our_own_crates_need_none() {
        let text = "[workspace.dependencies]\n\
                    lommebok-psp-v3 = { path = \"crates/psp-v3\" }\n\
                    serde = \"1\" # the wire\n\
                    tokio = { features = [\n  \"net\",\n] } # the runtime\n\
                    lonely = \"1\"\n\n[profile.dev]\ndebug = true\n";
        let root = File { path: "Cargo.toml".to_owned(), text: text.to_owned() };
        let found: Vec<String> = dependency_reasons(&root).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["Cargo.toml:7: `lonely` does not say why it is here"]);
    }
}

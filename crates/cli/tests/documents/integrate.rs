//! The guide for any language: its shell from top to bottom, then its Python and its Node with a receiver of each.

use crate::page::{Page, Reader, marked, shell_mark};

const PAGE: &str = include_str!("../../../../docs/integrate.md");
/// How the page begins the block that starts the receiver, and how that names it.
const STARTS_THE_RECEIVER: (&str, &str) = ("wait_for() {", "python3 receiver.py");

/// The page, and a reader who has written both receivers; `None` when what needs Python or Node is left out.
fn opened() -> Option<(Page, Reader)> {
    if std::env::var("LOMMEBOK_NO_BROWSER").is_ok_and(|value| value == "1") {
        return None;
    }
    let (page, reader) = (Page::read(PAGE), Reader::new());
    reader.writes("receiver.py", page.blocks("python")[0]);
    reader.writes("receiver.mjs", page.blocks("js")[0]);
    Some((page, reader))
}

/// Runs the program of a language with a sandbox and a receiver, both started as the page does it.
fn runs_the_program_of(language: &str, name: &str, receiver: &str, mark: fn(&str) -> String) {
    let Some((page, reader)) = opened() else { return };
    let blocks = page.blocks(language);
    reader.writes(name, &format!("{}{}", blocks[1], marked(&blocks[2..], mark)));
    let shell = page.blocks("sh");
    let (starts, names) = STARTS_THE_RECEIVER;
    let receiver_starts = shell.iter().position(|block| block.starts_with(starts)).unwrap();
    let begin = shell[..=receiver_starts].concat().replace(names, receiver);
    let program = receiver.split(' ').next().unwrap();
    let printed = reader.pastes(&format!("{begin}\n{program} {name}\nkill $PSP $SANDBOX"));
    page.agrees(language, 2, &printed);
}

#[test]
fn everything_that_the_guide_does_in_shell_answers_as_it_says() {
    let Some((page, reader)) = opened() else { return };
    page.agrees("sh", 0, &reader.pastes(&marked(&page.blocks("sh"), shell_mark)));
}

#[test]
fn every_ending_is_reached_in_python() {
    runs_the_program_of("python", "psp.py", "python3 receiver.py", |mark| format!("print('\\n{mark}', flush=True)"));
}

#[test]
fn every_ending_is_reached_in_node() {
    runs_the_program_of("js", "psp.mjs", "node receiver.mjs", |mark| format!("console.log('\\n{mark}');"));
}

#[test]
fn every_ending_stands_in_all_three_languages() {
    let page = Page::read(PAGE);
    let (_, endings) = PAGE.split_once("### Approved\n").unwrap();
    let (endings, _) = endings.split_once("When you are done:").unwrap();
    for ending in endings.split("\n### ") {
        let blocks = Page::read(ending);
        let [python, node] = ["python", "js"].map(|language| blocks.blocks(language).len());
        assert!(python > 0 && python == node && blocks.blocks("sh").len() >= python, "{ending}");
    }
    assert_eq!(page.blocks("python").len(), page.blocks("js").len());
}

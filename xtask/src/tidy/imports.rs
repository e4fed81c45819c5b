//! What a file imports from its own crate, followed through what other files hand on (`pub use`).
//!
//! Only `use` lines count, those of tests left out; that is what a reader sees at the top of a file.

use std::collections::{BTreeMap, BTreeSet};

use super::File;
use super::source::test_lines;

/// A crate's folder and the place of a module in it: `("crates/psp-v3", ["urls", "syntax"])`.
type Module = (String, Vec<String>);

/// How often a name is followed from one file that hands it on to the next.
const MOST_STEPS: usize = 8;

/// The files of all crates, by their modules, with their `use` lines.
pub(super) struct Imports<'f> {
    files: BTreeMap<Module, &'f File>,
    uses: BTreeMap<Module, Vec<Use>>,
}

/// One name of a `use` line.
struct Use {
    path: Vec<String>,
    hands_on: bool,
}

impl<'f> Imports<'f> {
    pub(super) fn of(files: &'f [File]) -> Self {
        let files: BTreeMap<Module, &File> =
            files.iter().filter_map(|file| Some((module_of(&file.path)?, file))).collect();
        let uses = files.iter().map(|(module, file)| (module.clone(), uses_of(file))).collect();
        Self { files, uses }
    }

    /// Which file imports from which. That a part names what its own folder's `mod.rs` defines is no arrow: they are one room.
    pub(super) fn arrows(&self) -> BTreeMap<&'f str, BTreeSet<&'f str>> {
        let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, file) in &self.files {
            let own = self.uses.get(module).into_iter().flatten().filter(|one| !one.hands_on);
            let room = parent(module).and_then(|parent| self.files.get(&parent)).map(|file| file.path.as_str());
            let targets = own.filter_map(|one| self.target(module, &one.path, MOST_STEPS));
            let targets = targets.map(|target| target.path.as_str());
            let others = targets.filter(|path| *path != file.path && room != Some(*path));
            arrows.insert(&file.path, others.collect());
        }
        arrows
    }

    /// The file in which a path ends that stands in `module`.
    fn target(&self, module: &Module, path: &[String], steps: usize) -> Option<&'f File> {
        let (folder, mut here) = module.clone();
        let mut rest = path.iter().map(String::as_str).peekable();
        match *rest.peek()? {
            "crate" => {
                rest.next();
                here.clear();
            }
            "self" => {
                rest.next();
            }
            "super" => {
                while rest.next_if_eq(&"super").is_some() {
                    here.pop();
                }
            }
            child if self.has(&folder, &here, child) => {}
            _ => return None,
        }
        while let Some(child) = rest.next_if(|child| self.has(&folder, &here, child)) {
            here.push(child.to_owned());
        }
        let module = (folder, here);
        let handed_on = rest.next().and_then(|name| {
            let mut all = self.uses.get(&module)?.iter().filter(|one| one.hands_on);
            let one = all.find(|one| one.path.last().is_some_and(|last| last == name))?;
            self.target(&module, &one.path, steps.checked_sub(1)?)
        });
        handed_on.or_else(|| self.files.get(&module).copied())
    }

    fn has(&self, folder: &str, here: &[String], child: &str) -> bool {
        let place = here.iter().cloned().chain([child.to_owned()]).collect();
        self.files.contains_key(&(folder.to_owned(), place))
    }
}

fn module_of(path: &str) -> Option<Module> {
    let (folder, inside) = path.strip_suffix(".rs")?.split_once("/src/")?;
    let mut place: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if place.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        place.pop();
    }
    Some((folder.to_owned(), place))
}

fn parent((folder, place): &Module) -> Option<Module> {
    let (_, above) = place.split_last()?;
    Some((folder.clone(), above.to_vec()))
}

fn uses_of(file: &File) -> Vec<Use> {
    let tests = test_lines(file).next().map_or(usize::MAX, |(line, _)| line);
    let (mut uses, mut open): (Vec<Use>, Option<(bool, String)>) = (Vec::new(), None);
    for (_, text) in file.lines().take_while(|(line, _)| *line < tests) {
        let (hands_on, tree) = match open.take() {
            Some((hands_on, begun)) => (hands_on, begun + text.trim()),
            None => match (text.strip_prefix("use "), text.starts_with("pub").then(|| text.split_once(" use "))) {
                (Some(tree), _) => (false, tree.to_owned()),
                (None, Some(Some((_, tree)))) => (true, tree.to_owned()),
                (None, _) => match text.strip_prefix("pub use ") {
                    Some(tree) => (true, tree.to_owned()),
                    None => continue,
                },
            },
        };
        match tree.strip_suffix(';') {
            Some(tree) => uses.extend(names(tree).into_iter().map(|path| Use { path, hands_on })),
            None => open = Some((hands_on, tree)),
        }
    }
    uses
}

/// The paths of a tree such as `a::{b, c::{self, d as e}}`.
fn names(tree: &str) -> Vec<Vec<String>> {
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        let path: Vec<String> = path.split("::").map(|part| part.trim().to_owned()).collect();
        return vec![path.into_iter().filter(|part| !part.is_empty()).collect()];
    };
    let head: Vec<String> =
        head.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    let inside = rest.strip_suffix('}').unwrap_or(rest);
    let all = branches(inside).into_iter().flat_map(names);
    let of_head = |path: Vec<String>| head.iter().cloned().chain(path.into_iter().filter(|part| part != "self"));
    all.map(|path| of_head(path).collect()).collect()
}

/// The parts between the commas that stand in no bracket.
fn branches(inside: &str) -> Vec<&str> {
    let (mut depth, mut from, mut parts) = (0_usize, 0, Vec::new());
    for (at, character) in inside.char_indices() {
        match character {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(inside.get(from..at).unwrap_or_default());
                from = at.saturating_add(1);
            }
            _ => {}
        }
    }
    parts.push(inside.get(from..).unwrap_or_default());
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_name_is_followed_to_the_file_that_it_comes_from() {
        let files = [
            file("crates/a/src/lib.rs", "pub mod shop;\nmod till;\n"),
            file("crates/a/src/shop/mod.rs", "mod shelf;\npub use shelf::{Jar, Lid as Cover};\n"),
            file(
                "crates/a/src/shop/shelf.rs",
                "use crate::till::{\n    Coin,\n    note::{self, Note},\n};\nuse std::fmt;\n",
            ),
            file("crates/a/src/till/mod.rs", "pub mod note;\n"),
            file(
                "crates/a/src/till/note.rs",
                "use super::super::shop::Jar;\n#[cfg(test)]\nmod tests {\nuse crate::shop;\n}\n",
            ),
        ];
        let imports = Imports::of(&files);
        let arrows = imports.arrows();
        let of = |path: &str| arrows.get(path).unwrap().iter().copied().collect::<Vec<_>>();
        assert_eq!(of("crates/a/src/shop/shelf.rs"), ["crates/a/src/till/mod.rs", "crates/a/src/till/note.rs"]);
        assert_eq!(of("crates/a/src/till/note.rs"), ["crates/a/src/shop/shelf.rs"], "not the tests', not the door's");
        assert!(of("crates/a/src/shop/mod.rs").is_empty(), "what is only handed on is no arrow");
    }
}

//! No circle of imports: files that import from each other can only be understood together. What they share wants a file of its
//! own, or one of them does the other's work.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::imports::Imports;
use super::{File, Finding};

type Arrows<'f> = BTreeMap<&'f str, BTreeSet<&'f str>>;

pub(super) fn none(files: &[File]) -> Vec<Finding> {
    let imports = Imports::of(files);
    let arrows = imports.arrows();
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for file in files {
        let Some(circle) = shortest(&arrows, &file.path) else { continue };
        if circle.iter().all(|path| told.insert(*path)) {
            findings.push(file.finding(1, format!("imports in a circle: {}", circle.join(" → "))));
        }
    }
    findings
}

/// The shortest way from a file back to itself, if there is one: its files in order.
fn shortest<'f>(arrows: &Arrows<'f>, from: &str) -> Option<Vec<&'f str>> {
    let (start, _) = arrows.get_key_value(from)?;
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut edge = vec![*start];
    while !edge.is_empty() {
        let mut next = Vec::new();
        for here in edge {
            for there in arrows.get(here).into_iter().flatten() {
                if there == start {
                    return Some(way(&came_from, here));
                }
                if !came_from.contains_key(there) {
                    came_from.insert(there, here);
                    next.push(*there);
                }
            }
        }
        edge = next;
    }
    None
}

fn way<'f>(came_from: &BTreeMap<&'f str, &'f str>, last: &'f str) -> Vec<&'f str> {
    let mut way = vec![last];
    let mut here = last;
    while let Some(before) = came_from.get(here) {
        way.push(before);
        here = before;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> =
            files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
        none(&files).into_iter().map(|finding| finding.reason).collect()
    }

    #[test]
    fn a_circle_is_told_once_by_its_shortest_way_and_a_straight_line_is_none() {
        let door = ("crates/a/src/lib.rs", "mod one;\nmod two;\nmod three;\n");
        let two = ("crates/a/src/two.rs", "use super::three::C;\n");
        let three = ("crates/a/src/three.rs", "use crate::one::A;\n");
        let told = circles(&[door, ("crates/a/src/one.rs", "use crate::two::B;\n"), two, three]);
        assert_eq!(told, ["imports in a circle: crates/a/src/one.rs → crates/a/src/two.rs → crates/a/src/three.rs"]);
        assert!(circles(&[door, ("crates/a/src/one.rs", "use std::fmt;\n"), two, three]).is_empty());
    }
}

//! Rules for what browsers load: nothing from another host, nothing that an older browser cannot read.
//!
//! Names can be taken away from a browser of today, and the browser tests do; what it can parse can't.

use super::{File, Finding, has_extension};

const OUTSIDE: [&str; 5] = ["https://", "http://", "@import", "eval(", "innerHTML"];

const LATER: [(&str, &str); 7] = [
    ("(?<=", "lookbehind: Safari 16.4"),
    ("(?<!", "lookbehind: Safari 16.4"),
    ("static {", "static blocks: Safari 16.4"),
    ("await using", "Safari has none"),
    (" with {", "import attributes: Safari 17.2"),
    ("/v.test", "sets in patterns: Safari 17"),
    ("/dv", "sets in patterns: Safari 17"),
];

fn is_served(file: &File) -> bool {
    file.path.contains("/assets/") && !file.path.starts_with("crates/testkit/")
}

/// No file fetches anything from another host or runs text as code.
pub(super) fn stay_at_home(file: &File) -> Vec<Finding> {
    let lines = file.lines().filter(|_| is_served(file));
    let found = lines.flat_map(|(line, text)| {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        OUTSIDE.into_iter().filter(move |outside| text.contains(outside)).map(move |outside| (line, outside))
    });
    found.map(|(line, outside)| file.finding(line, format!("{outside} in a file that browsers load"))).collect()
}

/// No script is written in a way that the oldest browsers cannot parse.
pub(super) fn old_browsers_parse_scripts(file: &File) -> Vec<Finding> {
    let lines = file.lines().filter(|_| is_served(file) && has_extension(&file.path, "js"));
    let found = lines.flat_map(|(line, text)| {
        LATER.into_iter().filter(|(later, _)| text.contains(later)).map(move |(later, why)| (line, later, why))
    });
    found.map(|(line, later, why)| file.finding(line, format!("{later} is {why}"))).collect()
}

/// A height in units that older browsers lack comes after one that they know.
pub(super) fn heights_have_a_fallback(file: &File) -> Vec<Finding> {
    if !is_served(file) || !has_extension(&file.path, "css") {
        return Vec::new();
    }
    let lines: Vec<(usize, &str)> =
        file.lines().map(|(line, text)| (line, text.split("/*").next().unwrap_or_default().trim())).collect();
    let alone =
        lines.windows(2).filter(|pair| pair[1].1.contains("dvh") && pair[0].1 != pair[1].1.replace("dvh", "vh"));
    alone.map(|pair| file.finding(pair[1].0, "dvh without the same in vh on the line before it")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn what_comes_from_elsewhere_is_found_in_served_files_alone() {
        let text = "// a comment\nimport x from \"https://cdn.example/x.js\";\n";
        assert_eq!(stay_at_home(&file("crates/server/assets/a.js", text))[0].line, 2);
        assert!(stay_at_home(&file("crates/testkit/assets/axe.min.js", text)).is_empty());
        assert!(stay_at_home(&file("crates/web/assets/a.svg", "xmlns=\"http://www.w3.org/2000/svg\"")).is_empty());
    }

    #[test]
    fn a_script_of_tomorrow_and_a_height_of_today_are_found() {
        assert_eq!(old_browsers_parse_scripts(&file("crates/web/assets/a.js", "/(?<=a)b/")).len(), 1);
        let height = |text: &str| heights_have_a_fallback(&file("crates/web/assets/a.css", text)).len();
        assert_eq!(height("a {\n  height: 1dvh;\n"), 1);
        assert_eq!(height("a {\n  height: 1vh; /* old */\n  height: 1dvh;\n"), 0);
    }
}

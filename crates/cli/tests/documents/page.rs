//! A page of Markdown as a program: its blocks in a language, and the answer below each of them.

use std::os::unix::fs::symlink;
use std::path::Path;

use lommebok_testkit::server_process::bare_command;
use tempfile::TempDir;

use crate::sameness::{compact, masked};

/// How long a page may take, in s.
const TIMEOUT_S: &str = "240";
/// The languages of what is run, and of what it prints.
const PROGRAMS: [&str; 3] = ["sh", "python", "js"];
const EXAMPLES: [&str; 2] = ["json", "text"];
/// The line before what a block prints.
const MARK: &str = "=== what the next block prints";

struct Block {
    language: String,
    text: String,
}

impl Block {
    fn is_example(&self) -> bool {
        EXAMPLES.contains(&&*self.language)
    }
}

/// The fenced blocks of a page.
pub(crate) struct Page(Vec<Block>);

impl Page {
    pub(crate) fn read(markdown: &str) -> Self {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for line in markdown.lines() {
            match line.strip_prefix("```") {
                Some(_) if inside => inside = false,
                Some(language) => {
                    blocks.push(Block { language: language.to_owned(), text: String::new() });
                    inside = true;
                }
                None if inside => blocks.last_mut().unwrap().text.extend([line, "\n"]),
                None => {}
            }
        }
        assert!(!inside, "a block has no end");
        for block in &blocks {
            assert!(PROGRAMS.contains(&&*block.language) || block.is_example(), "nobody runs {}", block.language);
        }
        let followed = blocks.windows(2).find(|pair| pair.iter().all(Block::is_example));
        assert!(followed.is_none(), "nobody prints this: {}", followed.unwrap()[1].text);
        Self(blocks)
    }

    /// The blocks in this language, in their order.
    pub(crate) fn blocks(&self, language: &str) -> Vec<&str> {
        self.0.iter().filter(|block| block.language == language).map(|block| block.text.as_str()).collect()
    }

    /// What each block in this language shall print: the next example, unless another block in this language comes first.
    fn examples(&self, language: &str) -> Vec<&Block> {
        const NOTHING: &Block = &Block { language: String::new(), text: String::new() };
        let places = self.0.iter().enumerate().filter(|(_, block)| block.language == language);
        let examples = places.map(|(place, _)| {
            let mut rest = self.0.iter().skip(place).skip(1);
            let next = |block: &&Block| block.language == language || block.is_example();
            rest.find(next).filter(|block| block.language != language).unwrap_or(NOTHING)
        });
        examples.collect()
    }

    /// Asserts that the blocks in this language printed what the page says, from block `first` on.
    pub(crate) fn agrees(&self, language: &str, first: usize, printed: &[String]) {
        let (blocks, examples) = (self.blocks(language), self.examples(language));
        let blocks = &blocks[first..];
        assert_eq!(printed.len(), blocks.len(), "each block runs");
        for ((block, example), printed) in blocks.iter().zip(&examples[first..]).zip(printed) {
            let whole = |text: &str| if example.language == "json" { compact(text) } else { text.trim().to_owned() };
            assert_eq!(
                masked(&whole(printed)),
                masked(&whole(&example.text)),
                "printed, and what the page says:\n{block}"
            );
        }
    }
}

/// These blocks, with a mark before what each of them prints.
pub(crate) fn marked(blocks: &[&str], mark: impl Fn(&str) -> String) -> String {
    blocks.iter().flat_map(|block| [mark(MARK), format!("\n{block}")]).collect()
}

/// The mark of a shell.
pub(crate) fn shell_mark(mark: &str) -> String {
    format!("printf '\\n%s\\n' '{mark}'")
}

/// A stranger with an empty directory and `lommebok` on the path.
pub(crate) struct Reader {
    directory: TempDir,
    path: String,
    programs: TempDir,
}

impl Reader {
    pub(crate) fn new() -> Self {
        let programs = tempfile::tempdir().unwrap();
        symlink(env!("CARGO_BIN_EXE_lommebok"), programs.path().join("lommebok")).unwrap();
        let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap());
        Self { directory: tempfile::tempdir().unwrap(), path, programs }
    }

    pub(crate) fn writes(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    /// Pastes this into a bash that stops at the first command that fails; answers what was printed after each mark.
    pub(crate) fn pastes(&self, script: &str) -> Vec<String> {
        let file = self.programs.path().join("page.sh");
        let stops = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT";
        std::fs::write(&file, format!("{stops}\n{script}\nwait\n")).unwrap();
        let mut command = bare_command("timeout", &[TIMEOUT_S, "bash", "-eu"]);
        command.arg(&file).current_dir(self.directory.path()).env("PATH", &self.path);
        command.env("CURL_HOME", self.programs.path()).env("NO_PROXY", "*").env("no_proxy", "*");
        let output = command.output().expect("bash and timeout are there");
        let (said, complained) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}: {complained}\n{said}\n{}", output.status, logs(self.directory.path()));
        said.split(&format!("\n{MARK}\n")).skip(1).map(str::to_owned).collect()
    }
}

/// What sandbox and receiver said.
fn logs(directory: &Path) -> String {
    let read = |name| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
    format!("{}{}", read("receiver.log"), read("sandbox.log"))
}

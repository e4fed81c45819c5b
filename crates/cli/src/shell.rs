//! Words as a shell takes them, and how this very program is called: by its name where the path leads to it, else by its own
//! path, so that what is printed works wherever it is pasted.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lommebok_engine::keys::DataDirectory;
use lommebok_server::http::sandbox_pages::Invocation;

/// What every path has that leads to this program.
const NAME: &str = "lommebok";

/// How a command about `data_dir` is called.
pub(crate) fn invocation(data_dir: &Path) -> Invocation {
    let program = std::env::current_exe()
        .map_or_else(|_| NAME.to_owned(), |own| program(&own, std::env::var_os("PATH").as_deref()));
    let options = if data_dir == Path::new(DataDirectory::DEFAULT_PATH) {
        String::new()
    } else {
        let whole = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
        format!("--data-dir {}", word(&whole.to_string_lossy()))
    };
    Invocation { program, options }
}

/// The name, if the first such program on `path` is `own`; else the path of `own`.
fn program(own: &Path, path: Option<&std::ffi::OsStr>) -> String {
    let mut files = path.into_iter().flat_map(std::env::split_paths).map(|folder| folder.join(NAME));
    let found = files.find(|file| is_program(file));
    let whole = |path: &Path| path.canonicalize().ok();
    match found {
        Some(found) if whole(&found).is_some_and(|found| Some(found) == whole(own)) => NAME.to_owned(),
        _ => word(&own.to_string_lossy()),
    }
}

fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// The value in single quotes, as every shell takes it.
pub(crate) fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// The value unchanged if no shell interprets it, else in quotes.
pub(crate) fn word(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@%,=".contains(&byte);
    if !value.is_empty() && value.bytes().all(plain) { value.to_owned() } else { quoted(value) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn install(folder: &Path, mode: u32) -> PathBuf {
        let file = folder.join(NAME);
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn the_program_is_called_by_its_name_only_where_the_path_leads_to_this_very_one() {
        let [own_folder, other, linked, plain] = [(); 4].map(|()| tempfile::tempdir().unwrap());
        let own = install(own_folder.path(), 0o755);
        install(other.path(), 0o755);
        install(plain.path(), 0o644);
        std::os::unix::fs::symlink(&own, linked.path().join(NAME)).unwrap();
        let called = |folders: &[&Path]| program(&own, Some(&std::env::join_paths(folders).unwrap()));
        let path = own.to_str().unwrap();
        assert_eq!(called(&[own_folder.path(), other.path()]), "lommebok");
        assert_eq!(
            called(&[plain.path(), linked.path()]),
            "lommebok",
            "a link leads there, and what is no program does not"
        );
        assert_eq!(called(&[other.path(), own_folder.path()]), path);
        assert_eq!(called(&[plain.path()]), path);
        assert_eq!(program(&own, None), path);
        assert_eq!(program(Path::new("/opt/my tools/lommebok"), Some(&OsString::new())), "'/opt/my tools/lommebok'");
    }

    #[test]
    fn a_data_directory_is_named_whole_unless_it_is_the_usual_one() {
        assert_eq!(invocation(Path::new(".lommebok")).options, "");
        assert_eq!(invocation(Path::new("/tmp/d-1")).options, "--data-dir /tmp/d-1");
        assert_eq!(invocation(Path::new("/tmp/it's mine")).options, r"--data-dir '/tmp/it'\''s mine'");
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            invocation(Path::new("data")).options,
            format!("--data-dir {}", word(here.join("data").to_str().unwrap()))
        );
    }

    #[test]
    fn only_what_a_shell_would_read_something_into_is_quoted() {
        for plain in ["a", "/usr/bin/a-b_c.d", "http://127.0.0.1:8480", "a+b/c=="] {
            assert_eq!(word(plain), plain);
        }
        for (value, expected) in
            [("", "''"), ("a b", "'a b'"), ("$HOME", "'$HOME'"), ("it's", r"'it'\''s'"), ("~", "'~'"), ("å", "'å'")]
        {
            assert_eq!(word(value), expected);
        }
    }
}

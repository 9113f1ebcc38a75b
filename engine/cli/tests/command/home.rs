//! A folder of its own for each test, and the binary run in it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failure here is a failed test")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A school day in the first weeks of the year.
pub const MONDAY: &str = "2026-10-05T09:00";

/// A folder with nothing in it.
pub struct Home(pub tempfile::TempDir);

/// What a run came to.
pub struct Ran {
    /// Exit code; none when it was stopped by a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A file beside the tests.
pub fn file(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name).display().to_string()
}

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A home with a school and the workflow `tiny` in its database.
    pub fn furnished() -> Self {
        let home = Self::new();
        home.run(["school", "load", &file("school.yaml")]).ends(0);
        home.run(["publish", &file("tiny.yaml")]).ends(0);
        home
    }

    /// The same with a cycle in which something was handed in, `one`, and one that ended, `two`.
    pub fn lived_in() -> Self {
        let home = Self::furnished();
        for cycle in ["one", "two"] {
            home.at(MONDAY, &format!("start tiny --id {cycle} --as dir")).ends(0);
            home.at(MONDAY, &format!(r#"contribute {cycle} opening --as t1 --entry {{"ack":{{}}}}"#)).ends(0);
        }
        home.at(MONDAY, "send two go_on --as dir").ends(0);
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_draaiboek"));
        // Compiled plugins are shared between the tests: making them is the slow part.
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
        command.args(arguments).current_dir(self.0.path()).env("XDG_CACHE_HOME", cache);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DRAAIBOEK_")) {
            command.env_remove(name);
        }
        command.env_remove("DATABASE_URL");
        command.stdin(Stdio::null());
        command
    }

    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Runs it with this on standard input.
    pub fn feed<'a>(&self, arguments: impl IntoIterator<Item = &'a str>, input: &str) -> Ran {
        let file = self.path("standard-input");
        std::fs::write(&file, input).unwrap();
        let input = std::fs::File::open(file).unwrap();
        Ran::of(self.command(arguments).stdin(input).output().unwrap())
    }

    /// Runs a command line on a virtual clock.
    pub fn at(&self, clock: &str, line: &str) -> Ran {
        self.run(line.split_whitespace().chain(["--clock", clock]))
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts how it ended, and that it never ends by a panic.
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        assert!(!self.err.contains("made a mistake"), "{}", self.err);
        self
    }

    pub fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "not said: {text}\nout: {}\nerr: {}", self.out, self.err);
        self
    }

    pub fn complains(self, text: &str) -> Self {
        assert!(self.err.contains(text), "not said: {text}\nerr: {}", self.err);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

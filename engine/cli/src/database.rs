//! Which database a command is about. Opens none.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use draaiboek_store::Place;

/// The address of a database: a file, or a server. Shown without its password.
#[derive(Clone)]
pub struct Database(String);

impl Database {
    /// A file.
    pub fn file(path: &Path) -> Self {
        Self(path.display().to_string())
    }

    /// As it was given, with a password that stands in it.
    pub fn address(&self) -> &str {
        &self.0
    }

    /// Where it is, in words that may be shown.
    pub fn place(&self) -> Place {
        Place::of(&self.0)
    }

    /// Whether there may be something to read: a server is asked, a file must exist.
    pub fn may_exist(&self) -> bool {
        match self.place() {
            Place::File(path) => path.exists(),
            Place::Server(_) => true,
        }
    }

    /// The folder of a file; that of the process for a server.
    pub fn folder(&self) -> PathBuf {
        match self.place() {
            Place::File(path) => path.parent().unwrap_or(Path::new(".")).to_owned(),
            Place::Server(_) => PathBuf::from("."),
        }
    }
}

impl FromStr for Database {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Clap keeps a default as the text that is shown of it and reads it back.
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.place(), formatter)
    }
}

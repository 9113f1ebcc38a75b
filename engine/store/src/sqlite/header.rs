//! What the outside of a file tells when SQLite cannot read it: that it never was a database, was cut off, or was emptied.
//!
//! Lives here: looking at sizes and at the first bytes. May not live here: opening, writing.

use crate::error::StoreError;
use crate::place::Place;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What to do about a file of which nothing can be read.
const RESTORE: &str = "keep a copy of it and of the files beside it, and restore the last backup into a new file \
     (`draaiboek restore BACKUP --db NEW`)";
/// What to do about a log without its file.
const TOGETHER: &str = "put the file back beside its log, which holds the newest commands, or restore the last backup into a new \
     file (`draaiboek restore BACKUP --db NEW`); move the log away only if you want to begin with nothing";
/// How every database of SQLite begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Bytes in a file; none when it is not there.
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Whether a file holds anything.
pub(super) fn has_content(path: &Path) -> bool {
    size(path) > 0
}

/// Refuses what was emptied or cut off, before anything is done to it. Where only the log of a database is left, SQLite would
/// take the file for a new one and throw the log away; a process that dies while it makes a database leaves none: the file
/// gets its first page before there is a log. A file that is shorter than it says is whole when its log holds the rest.
pub(super) fn refuse_wreck(path: &Path) -> Result<(), StoreError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let log = PathBuf::from(log);
    let (detail, mend) = match (has_content(path), has_content(&log)) {
        (false, true) => (format!("it is empty or gone, but its log {} is there", log.display()), TOGETHER),
        (true, false) => match cut_off(path) {
            Some(detail) => (detail, RESTORE),
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    Err(StoreError::Corrupt { place: Place::File(path.to_owned()), detail, mend })
}

/// Adds to an error at opening what the file looks like when that tells why, and then what is left to do: `verify` could
/// not open it either.
pub(super) fn explain(path: &Path, error: StoreError) -> StoreError {
    match (error, looks(path)) {
        (StoreError::Corrupt { place, detail, .. }, Some(looks)) => {
            StoreError::Corrupt { place, detail: format!("{detail}: {looks}"), mend: RESTORE }
        }
        (other, _) => other,
    }
}

fn looks(path: &Path) -> Option<String> {
    match begins_as_one(path) {
        true => cut_off(path),
        false => Some("it does not begin as one".to_owned()),
    }
}

fn begins_as_one(path: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *MAGIC
}

/// How much of a file is there, when that is less than its first page says.
fn cut_off(path: &Path) -> Option<String> {
    let mut head = [0; 96];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    // The number of pages counts when these two agree: https://www.sqlite.org/fileformat.html, 1.3.7.
    if !head.starts_with(MAGIC) || number(24) != number(92) {
        return None;
    }
    // 1 stands for 65,536.
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        page => u64::from(page),
    };
    let (there, whole) = (size(path), page * u64::from(number(28)));
    (there < whole).then(|| format!("it was cut off, {there} of {whole} bytes are there"))
}

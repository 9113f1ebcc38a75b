//! An archive: all rows of a database, or those of one school, as lines of JSON that any kind of database can take in.
//!
//! The first line says what it is, then comes a line for every row (`{"journal":{"id":1,…}}`, bytes in base64), and the
//! last line counts the rows and carries the SHA-256 of everything before it, so that half an archive is seen as such.
//! Numbers of rows are of one database: an archive holds the rank of each row in its table instead, and rows get new
//! numbers in the same order where they arrive. Hashes stay.
//!
//! Lives here: what an archive holds, writing it from one moment of a database, taking it in as one transaction. May not
//! live here: files, compression, encryption.

mod pack;
mod row;
mod table;
mod unpack;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use unpack::unpack;

use crate::error::StoreError;
use crate::place::Place;

/// The form of archives that this program writes. It reads this one and older ones.
const FORMAT: u32 = 1;

/// The first line of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveHead {
    /// The form, 1 today.
    #[serde(rename = "draaiboek_archive")]
    pub format: u32,
    /// Newest schema of the database it was made of.
    pub schema: String,
    /// The school whose rows it holds; absent when it holds a whole database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<String>,
    /// When it was made, in microseconds since 1970.
    pub made_at: i64,
}

/// Rows per table.
pub type RowCounts = BTreeMap<String, u64>;

/// The last line of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchiveEnd {
    end: RowCounts,
    sha256: String,
}

/// What came out of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Its first line.
    pub head: ArchiveHead,
    /// Rows taken in per table.
    pub rows: RowCounts,
}

/// Why an archive was not written or not taken in. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive could not be read or written.
    #[error("the archive cannot be read or written ({0}); check the disk and the rights, then try again")]
    Io(#[from] std::io::Error),
    /// The content is not that of an archive, or was cut off or changed.
    #[error("the archive is damaged at line {line}: {reason}; nothing was taken in: use another copy")]
    Damaged {
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A newer program wrote it.
    #[error("the archive needs a newer draaiboek ({what}); update this program and try again")]
    Newer {
        /// What is not known here.
        what: String,
    },
    /// The archive of a school was to be restored, or a backup imported.
    #[error("{}", kind(.school.as_deref()))]
    Kind {
        /// The school it holds; absent when it holds a whole database.
        school: Option<String>,
    },
    /// A whole database goes into an empty one only.
    #[error(
        "{place} holds {schools} school(s) already; a backup goes into an empty database: give a new path or another database"
    )]
    NotEmpty {
        /// The database.
        place: Place,
        /// Schools that are there.
        schools: u64,
    },
    /// Something of the same name is there.
    #[error("{what} is in this database already; nothing was taken in: rename or remove one of the two")]
    Clash {
        /// What is there twice.
        what: String,
    },
    /// The school to be packed does not exist.
    #[error("there is no school `{school}` here; `draaiboek school list` shows them")]
    NoSchool {
        /// The id.
        school: String,
    },
}

fn kind(school: Option<&str>) -> String {
    match school {
        Some(school) => {
            format!("this is the archive of the school `{school}`; take it in with `draaiboek school import FILE`")
        }
        None => "this is a backup of a whole database; take it in with `draaiboek restore FILE`".to_owned(),
    }
}

//! What every database under the store must do, here on SQLite files; `conformance_postgres` has the same tests for a
//! server. They use the public interface only.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop where a test would")]

/// Which kind of database these tests run on.
const SERVER: bool = false;

mod care;
mod commit;
mod crash;
mod editions;
mod file;
mod open;
mod read;
mod support;
mod verify;
mod writer;

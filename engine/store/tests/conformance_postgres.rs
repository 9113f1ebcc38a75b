//! What every database under the store must do, here on a private PostgreSQL server, and what only a server does.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop where a test would")]

/// Which kind of database these tests run on.
const SERVER: bool = true;

#[path = "conformance/care.rs"]
mod care;
#[path = "conformance/commit.rs"]
mod commit;
#[path = "conformance/editions.rs"]
mod editions;
#[path = "conformance/open.rs"]
mod open;
#[path = "conformance/read.rs"]
mod read;
#[path = "conformance/support.rs"]
mod support;
#[path = "conformance/verify.rs"]
mod verify;
#[path = "conformance/writer.rs"]
mod writer;

/// What only a server does.
mod server {
    mod difference;
    mod nodes;
    mod open;
    mod schools;
}

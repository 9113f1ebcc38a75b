//! What every database under the store must do. The tests use the public interface only, so that another database can
//! be put under the same ones.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop where a test would")]

mod commit;
mod crash;
mod open;
mod read;
mod support;
mod verify;
mod writer;

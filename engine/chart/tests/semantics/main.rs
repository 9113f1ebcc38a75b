//! Table tests per feature of the step algorithm, and properties over random charts. Charts are written in the small
//! notation of `notation`; `oracle` is a second, naive transcription of the W3C pseudo-code to compare with.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod notation;
mod oracle;
mod random;
mod relocate;

mod bounds;
mod compile_errors;
mod conflicts;
mod entering;
mod errors;
mod finishing;
mod history;
mod matching;
mod order;
mod properties;
mod selection;
mod snapshots;

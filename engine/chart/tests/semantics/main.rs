//! Table tests per feature of the step algorithm, and properties over random charts. Charts are written in the small
//! notation of `notation`; `oracle` is a second, naive transcription of the W3C pseudo-code to compare with.
#![expect(missing_docs, reason = "tests")]

mod notation;
mod oracle;
mod random;

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

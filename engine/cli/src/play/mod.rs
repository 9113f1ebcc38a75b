//! Playing scenario files through the real engine on a virtual clock (docs/scenarios.md).
//!
//! Reads, plays, checks and tells; decides nothing: every command goes through the engine as any other would.

mod checks;
mod chronicle;
mod command;
mod either;
mod entries;
mod expectation;
mod matching;
mod migration;
mod narrator;
mod place;
mod player;
mod read;
mod report;
mod run;
mod scenario;
mod stage;
mod story;
mod words;

pub use read::{Loaded, ReadError, embedded, schema};
pub use report::Report;
pub use run::{Options, PlayError, Teller, Which, play, play_loaded};
pub use words::Language;

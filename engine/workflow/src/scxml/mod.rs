//! SCXML documents of others (W3C State Chart XML 1.0) on the engine's chart core: `draaiboek trace`.
//!
//! `read` turns a document into a compiled chart with tables of executable content, `session` runs one on a virtual clock,
//! `trace` speaks JSON lines. Two data models: `null` and `cel`. What the document form leaves out (invoke, script, other
//! data models) is refused with its place. Text in, text out: no files, no clock. Workflows of schools are not read here.

mod content;
mod data;
mod document;
mod error;
mod event;
mod execute;
mod expression;
mod null;
mod read;
mod send;
mod session;
pub mod trace;
mod xml;

#[cfg(test)]
mod tests;

pub use document::Document;
pub use error::{Refusal, TraceError};

/// Every bound of a trace, in one place. Reaching one is a [`TraceError::Bound`]; those of the document are refusals.
pub mod limits {
    /// Longest document, in bytes.
    pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;
    /// Deepest nesting of executable content (`if` in `foreach` in ...).
    pub const MAX_CONTENT_DEPTH: usize = 64;
    /// Deepest nesting of a condition of the null data model.
    pub const MAX_CONDITION_DEPTH: usize = 64;
    /// Most external events, timers included, that one line of input may lead to.
    pub const MAX_EVENTS: u32 = 100_000;
    /// Most events and timers that may wait at one time.
    pub const MAX_WAITING: usize = 10_000;
    /// Most elements of executable content that one line of input may run.
    pub const MAX_ACTIONS: u32 = 1_000_000;
    /// Most bytes that one line of input may log.
    pub const MAX_LOG_BYTES: usize = 16 * 1024 * 1024;
}

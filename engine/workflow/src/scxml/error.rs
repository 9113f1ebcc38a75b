//! Why a document is refused or a trace stops. Messages only.

use draaiboek_chart::LoopError;

/// A document, or a part of one, that is not run. Exit code 3.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}, line {line}, column {column}")]
pub struct Refusal {
    /// What it is, by its name.
    pub what: String,
    /// Line in the document, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A trace that can not go on.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The document is not one of those that run here.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A line of input is not `{"event": name or null, "data": ..., "after_ms": 0}`.
    #[error("input line {line}: {message}")]
    Input {
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A macrostep did not end.
    #[error("{0}")]
    Loop(#[from] LoopError),
    /// One of [`super::limits`] was reached.
    #[error("{what}; the chart never comes to rest, or needs more than a trace allows")]
    Bound {
        /// Which one.
        what: &'static str,
    },
    /// Reading the input or writing the output failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

//! The workflow language: YAML text to the compiled form, with messages that point into the file.
//!
//! The way: `yaml` reads nodes with places, `merge` lays an overlay on its base, `shape` checks against the
//! `grammar`, `lower` makes `ir::Workflow`, `check` asks what names refer to. No files are opened here: texts come
//! in as arguments, and extended workflows through a function.

pub mod codes;
pub mod diagnostic;
pub mod grammar;
mod instrument;
mod load;
mod lower;
mod mapping;
mod merge;
mod node;
mod pattern;
pub mod render;
mod schema;
mod shape;
mod span;
mod suggest;
mod syntax;
mod texts;
mod types;
mod verify;
mod word_list;
pub mod wording;
mod yaml;

pub use diagnostic::{Diagnostic, Place, Severity};
pub use instrument::{CheckedInstrument, Finder, Instrument, check_instrument};
pub use load::{Bundle, Checked, Options, Reference, Resolver, check};
pub use mapping::{CheckedMapping, check_mapping};
pub use render::Style;
pub use schema::{reference, schema};
pub use span::{SourceFile, SourceMap, Span};
pub use verify::{Kind, Kinds};
pub use yaml::{MAX_BYTES, MAX_DEPTH, MAX_NODES};

#[cfg(test)]
mod tests;

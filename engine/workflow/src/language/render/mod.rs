//! Messages for people and for machines: with carets for a terminal, as JSON, as SARIF 2.1.0.

mod human;
mod json;
mod sarif;

pub use human::{Style, human};
pub use json::json;
pub use sarif::sarif;

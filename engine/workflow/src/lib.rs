//! The workflow language and its meaning: parse, diagnose, compile, calendar, diagram, decide.
//!
//! Pure: no clock, no randomness, no IO, no async. Time, people and plugin answers come in as arguments;
//! what should happen goes out as data. Knows nothing of databases, WASM or HTTP.

pub mod calendar;
pub mod cel;
pub mod decide;
pub mod definition;
pub mod diagram;
pub mod diff;
pub mod ir;
pub mod language;
pub mod lint;
pub mod migration;
pub mod scxml;
pub mod simulate;

//! Runs step plugins: WASM components of the world `draaiboek:step/step-plugin`, each call within published limits.
//!
//! Here lives: reading and refusing components before they are compiled, compiling and caching their code, calling
//! their four functions on a fresh instance, and turning every way in which a plugin can misbehave into one typed error
//! with a text for users. Here does not live: the laws about contributions (lateness, roles, anonymity), states,
//! the database, a clock. `draaiboek-plugin-host` knows the WIT contract and JSON, nothing of the engine around it.
//!
//! Architecture invariants:
//! - A plugin is given its arguments and one bounded `log` function. There is no code here that could give it more.
//! - One constructor ([`sandbox`]) makes every wasmtime `Engine`, so compiled code fits wherever it is loaded.
//! - One store and one instance per call: nothing a plugin remembers survives a call.
//! - The `.wasm` file is the truth; cached machine code is used only when its own checksum and its key agree.

mod cache;
mod call;
mod contract;
mod error;
mod header;
mod inspect;
mod json;
mod library;
mod limits;
mod load;
mod manifest;
mod meter;
mod plugin;
mod sandbox;
mod words;

pub use call::{Called, LogLine};
pub use contract::{
    Actor, Artifact, Calendar, CheckAnswer, CheckInput, Conclusion, Context, Contribution, Count, Problem, Problems,
    Summary, Text, Warning,
};
pub use error::{CallError, Fault, Function, LoadError};
pub use inspect::{Capability, Inspection, capabilities};
pub use library::{CacheUse, DirReport, Library};
pub use limits::Limits;
pub use manifest::{Choice, Entry, Field, KindManifest, Manifest, ManifestFault};
pub use meter::Meter;
pub use plugin::{Plugin, PluginName};

/// Newest version of the contract `draaiboek:step` this host serves; plugins built for an older minor version of the
/// same major version run too (design.md section 5).
pub const API_VERSION: semver::Version = semver::Version::new(1, 0, 0);

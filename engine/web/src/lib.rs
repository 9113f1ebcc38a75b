//! HTTP: JSON API and pages. Empty until the web issue: the crate keeps its place in the house, so that the arrows
//! between crates are checked from the first day. Will never touch store writes or WASM.

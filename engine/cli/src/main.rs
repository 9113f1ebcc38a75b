//! The `draaiboek` command.
fn main() {}

//! Tests of the expression language.

mod hostile;
mod props;
mod table;
mod types;

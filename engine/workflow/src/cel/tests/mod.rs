//! Tests of the expression language.

mod hostile;
mod props;
mod school;
mod table;
mod types;

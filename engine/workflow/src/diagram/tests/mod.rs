//! Tests of the pictures: structure on small workflows, and the laws of readability on random ones.

pub mod help;
mod laws;
mod random;
mod small;

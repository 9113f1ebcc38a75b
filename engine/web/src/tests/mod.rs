//! Router-level tests: whole requests without a network, one school with somebody in every role.

mod door;
mod pages;
mod walk;
mod world;

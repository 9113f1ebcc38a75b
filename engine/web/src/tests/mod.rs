//! Router-level tests: whole requests without a network, one school with somebody in every role.

mod api;
mod door;
mod entry;
mod pages;
mod walk;
mod world;

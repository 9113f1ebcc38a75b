//! Router-level tests: whole requests without a network, one school with somebody in every role.

mod absences;
mod api;
mod class;
mod door;
mod drawn;
mod entry;
mod erase;
mod evil;
mod pages;
mod post;
mod stumbles;
mod walk;
mod world;

//! HTTP: JSON API and pages over the engine.
//!
//! Lives here: routes, sign-in, the policy table, pages, forms, words. May not live here: rules of workflows, SQL,
//! plugins. The crate reads through the store and changes instances only through commands of the engine; the only rows
//! it writes are its own (accounts, sessions, links, invitations, drafts, counters, the record of looks).
//!
//! # Architecture invariants
//! - A handler gets its powers from a `Visit<Permission>`, which exists only after the policy table granted it. Engine
//!   and store are private to the module `gate`.
//! - Whatever of people is shown comes through `Engine::projection` for the visitor's audience.
//! - Pages work without scripts; every act is a form that posts and answers 303, or 422 with the same page.
//! - Nothing is loaded from other hosts, nothing is inline: the policy for content allows our own files only.

mod answer;
mod api;
mod assets;
mod forms;
mod gate;
mod guard;
mod hub;
mod input;
mod pages;
mod post;
mod route;
mod routes;
mod server;
mod show;
#[cfg(test)]
mod tests;
mod watch;

pub use gate::{Config, Mail, Mailer, NotSent, PasswordCost, Sending};
pub use server::{Server, ServerError, serve};
pub use watch::{Check, Readiness, WatchListener, Watcher};

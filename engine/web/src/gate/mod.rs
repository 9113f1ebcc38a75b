//! The gate: who comes in, what they may do, and the only way from a handler to the engine.
//!
//! A handler gets a [`Visit`] that was admitted under its permission, or it is not called at all. Engine and store are
//! private to this module: pages and API reach them through a visit, a cycle or a step, each of which checked the policy
//! and the school. May not live here: pages, forms, words.

mod app;
mod class;
pub(crate) mod credentials;
mod cycle;
mod desk;
mod drawn;
mod dry;
mod erase;
mod found;
mod groups;
mod invite;
mod manage;
mod memory;
mod permit;
mod place;
pub(crate) mod policy;
mod post;
pub(crate) mod roster;
pub(crate) mod secret;
pub(crate) mod session;
mod step;
mod visit;

pub(crate) use app::App;
pub use app::{Config, Mail, Mailer, NotSent, PasswordCost, Sending};
pub(crate) use class::Pupil;
pub(crate) use cycle::Cycle;
pub(crate) use desk::{Erasure, Look, WorkflowCard};
pub(crate) use drawn::Keep;
pub(crate) use dry::{Offer, Progress};
pub(crate) use found::{REGIONS, slug};
pub(crate) use groups::{Group, group_of};
pub(crate) use invite::Invitation;
pub(crate) use permit::*;
pub(crate) use place::Place;
pub(crate) use post::Due;
pub(crate) use step::{Mine, OpenStep};
pub(crate) use visit::{Visit, Who};

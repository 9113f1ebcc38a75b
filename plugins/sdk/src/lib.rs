//! Guest SDK for step plugins: a typed trait over the JSON of the contract `draaiboek:step@1.0.0`.
//!
//! A plugin declares each field once ([`Field`]); schema, form, strict check and normalised value follow from that.
//! It then says what a contribution means ([`StepKind::check`]), how contributions combine ([`StepKind::fold`]) and who
//! sees what ([`StepKind::show`]). The same code runs natively in tests and as a component in the host.
//! Nothing here may ask for time, chance, files or network.

#[cfg(target_arch = "wasm32")]
pub mod bindings;
mod calendar;
mod context;
mod dispatch;
mod doc;
mod form;
mod fraction;
mod groups;
mod json;
mod kind;
mod named;
mod nfc;
mod order;
mod privacy;
mod problem;
mod schema;
mod shape;
mod table;
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub mod testing;
mod text;
mod wire;

pub use calendar::{Calendar, Date};
pub use context::{Context, Contribution, Sender, Tally};
pub use dispatch::{Kind, Plugin};
pub use form::{Choice, Widget, choice};
pub use fraction::Fraction;
pub use groups::{count_by, groups_of, groups_without};
pub use json::{Entry, FromJson, Json, Object, ToJson, field, field_or};
pub use kind::{Accepted, Outcome, Projections, StepKind};
pub use named::{NAMED, Named};
pub use order::{Chance, by_score};
pub use privacy::hidden_cells;
pub use problem::{Problem, Refusal, Text, Warning};
pub use schema::{API, AUDIENCES, EntrySpec, Per, Spec, per};
pub use shape::{COUNT, Field, IDS, Shape, is_id, list, map, opt, req};
pub use table::Table;
pub use text::{Say, clean, fingerprint, length, names_pupil, norm, say};

/// Makes a plugin of one or more kinds: `draaiboek_sdk::export!(Input);`.
///
/// Defines `PLUGIN`, the plugin as tests call it, and on WebAssembly the exports of the component. Name and version are
/// those of the crate.
#[macro_export]
macro_rules! export {
    ($($kind:ty),+ $(,)?) => {
        /// The plugin behind the four functions of the contract.
        pub static PLUGIN: $crate::Plugin = $crate::Plugin::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            &[$($crate::Kind::of::<$kind>()),+],
        );

        #[cfg(target_arch = "wasm32")]
        mod component {
            //! The exports of the component.
            struct Component;

            impl $crate::bindings::exports::draaiboek::step::step::Guest for Component {
                fn manifest() -> String {
                    $crate::bindings::report_panics();
                    super::PLUGIN.manifest()
                }
                fn check(ctx: String, contribution: String) -> Result<String, String> {
                    $crate::bindings::report_panics();
                    super::PLUGIN.check(&ctx, &contribution)
                }
                fn summarise(ctx: String, contributions: String) -> Result<String, String> {
                    $crate::bindings::report_panics();
                    super::PLUGIN.summarise(&ctx, &contributions)
                }
                fn conclude(ctx: String, contributions: String) -> Result<String, String> {
                    $crate::bindings::report_panics();
                    super::PLUGIN.conclude(&ctx, &contributions)
                }
            }

            $crate::bindings::export!(Component with_types_in $crate::bindings);
        }
    };
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

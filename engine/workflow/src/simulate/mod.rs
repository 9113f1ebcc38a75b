//! Rehearsing workflows before they run: the same `decide`, a virtual clock, the school's calendar, people with habits
//! from a seed.
//!
//! Pure: no clock, no threads, no IO; chance comes from the seed alone. No plugin and no database is asked: what a step
//! concludes is assumed ([`Rehearsal`], else made up from the schema of its kind), and requirements that people's work
//! would meet count as met. Real are the chart, timers and due dates on the calendar, roles, conditions (`when:`),
//! requirements about days, states and children, and what cycles tell each other.

mod chance;
mod cycle;
mod figures;
mod forecast;
mod kept;
mod lead;
mod people;
mod plan;
mod rehearsal;
mod route;
mod sample;
mod school;
mod stage;
mod tally;
#[cfg(test)]
mod tests;
mod told;
mod words;
mod work;

pub use figures::{CycleEnd, Run, StepFigures, Waiting, WaitsFor};
pub use forecast::{Asked, Forecast, Running, Week, forecast};
pub use plan::{Plan, Source};
pub use rehearsal::{Habits, Rehearsal, Settled};
pub use school::{Person, School, TOKENS, Team};
pub use stage::{MAX_CYCLES, MAX_HAPPENINGS, simulate};
pub use tally::{Load, Range, StepMeans, Stuck, Summary, Tally};
pub use told::{Told, What, date, short, story};
pub use words::{Named, compare, range, waiting};

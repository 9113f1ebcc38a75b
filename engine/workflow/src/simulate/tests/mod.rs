//! Rehearsals of small workflows, and of the study day with its cycles.

pub(super) mod help;
mod people;
mod runs;
mod study_day;
mod ways;

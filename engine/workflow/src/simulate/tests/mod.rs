//! Rehearsals of small workflows, and of the study day with its cycles.

mod help;
mod people;
mod runs;
mod study_day;

//! The study day with eight teams and their cycles, over a school year.

use super::help::{school, source};
use crate::language::Kinds;
use crate::simulate::{Plan, Tally, simulate, story};

fn study_day() -> Plan {
    let day = source(
        include_str!("../../../../../workflows/study-day/study-day.yaml"),
        include_str!("../../../../../workflows/study-day/rehearsal.yaml"),
    );
    let cycle = source(
        include_str!("../../../../../workflows/learning-cycle/learning-cycle.yaml"),
        include_str!("../../../../../workflows/learning-cycle/rehearsal.yaml"),
    );
    Plan::new(school(), &[day, cycle], &["study-day".to_owned()], &Kinds::default()).expect("a plan")
}

#[test]
fn eight_teams_go_through_their_cycles() {
    let plan = study_day();
    let run = simulate(&plan, 1, true);
    println!("{}", story(&plan, &run.told, "nl"));
    println!("{:#?}", run.cycles);
    println!("{:#?}", run.notes);
    let mut tally = Tally::default();
    tally.add(&plan, &run);
    println!("{:#?}", tally.summary(&plan).steps);
}

//! `simulate`: one run as a story, many as a range, two compared; and files that do not fit.
#![expect(clippy::expect_used, reason = "helpers of tests: a failure here is a failed test")]

use crate::home::{Home, file};

/// A school with a budget that is too small for `tiny`.
fn furnish(home: &Home) {
    let school = std::fs::read_to_string(file("school.yaml")).expect("the school of the tests");
    std::fs::write(home.path("school.yaml"), format!("{school}\nworkload: {{minutes_per_week: 1}}\n"))
        .expect("written");
    let workflow = std::fs::read_to_string(file("tiny.yaml")).expect("the workflow of the tests");
    std::fs::create_dir(home.path("tiny")).expect("a folder");
    std::fs::write(home.path("tiny/tiny.yaml"), workflow).expect("written");
}

fn rehearsal(home: &Home, text: &str) {
    std::fs::write(home.path("tiny/rehearsal.yaml"), text).expect("written");
}

#[test]
fn one_run_is_a_story_and_the_same_seed_tells_the_same() {
    let home = Home::new();
    furnish(&home);
    rehearsal(&home, "start: 2026-09-07\n");
    let line = ["simulate", "tiny", "--school", "school.yaml", "--seed", "5"];
    let ran = home.run(line).ends(0).says("maandag 7 september 2026").says("begint");
    assert_eq!(ran.out, home.run(line).ends(0).out);
    home.run(line.into_iter().chain(["--lang", "en"])).ends(0).says("Monday 7 September 2026").says("begins");
    let json = home.run(line.into_iter().chain(["--json"])).ends(0).json();
    assert_eq!(json["summary"]["runs"], 1, "{json}");
    assert_eq!(json["run"]["seed"], 5);
    assert_eq!(json["roots"][0]["workflow"], "tiny");
    assert!(!home.path("draaiboek.db").exists(), "a rehearsal leaves nothing behind");
}

#[test]
fn many_runs_are_a_range_with_the_work_of_people() {
    let home = Home::new();
    furnish(&home);
    rehearsal(&home, "start: 2026-09-07\n");
    let line = ["simulate", "tiny", "--school", "school.yaml", "--runs", "8"];
    let ran = home.run(line).ends(0).says("8 oefeningen").says("PERSOON");
    assert!(!ran.out.contains("begint"), "no story unless it is asked for: {}", ran.out);
    ran.says("boven de afgesproken 1 minuten per week");
    home.run(line.into_iter().chain(["--story"])).ends(0).says("begint").says("8 oefeningen");
}

#[test]
fn two_rehearsals_and_two_workflows_are_compared_in_words() {
    let home = Home::new();
    furnish(&home);
    std::fs::write(home.path("quick.yaml"), "start: 2026-09-07\nhabits: {answer_days: 1}\n").expect("written");
    std::fs::write(home.path("slow.yaml"), "start: 2026-09-07\nhabits: {answer_days: 9}\n").expect("written");
    let line = ["simulate", "tiny", "--school", "school.yaml", "--runs", "6", "--compare", "quick.yaml", "slow.yaml"];
    home.run(line).ends(0).says("quick.yaml").says("slow.yaml").says("minuten per persoon per week");
    let both = ["simulate", "--school", "school.yaml", "--runs", "2", "--lang", "en", "--compare", "tiny", "tiny"];
    home.run(both).ends(0).says("Both");
    let nothing = ["simulate", "--school", "school.yaml", "--compare", "quick.yaml", "slow.yaml"];
    home.run(nothing).ends(2).complains("name its workflow");
}

#[test]
fn what_does_not_fit_is_named_with_a_hint() {
    let home = Home::new();
    furnish(&home);
    let run = |home: &Home| home.run(["simulate", "tiny", "--school", "school.yaml"]);
    rehearsal(&home, "results: {no_such_step_at_all: {}}\n");
    run(&home).ends(2).complains("no step `no_such_step_at_all`").complains("docs/simulate.md");
    rehearsal(&home, "reslts: {}\n");
    run(&home).ends(2).complains("rehearsal.yaml").complains("reslts");
    rehearsal(&home, "");
    home.run(["simulate", "tiny", "--school", "nowhere"]).ends(2).complains("no school `nowhere`");
    home.run(["simulate", "nowhere"]).ends(2).complains("no such file");
    home.run(["simulate"]).ends(2);
    home.run(["simulate", &file("bad.yaml")]).ends(1).complains("has mistakes");
    home.run(["simulate", "tiny", "--runs", "0"]).ends(2);
}

#[test]
fn the_built_in_study_day_is_rehearsed_with_the_cycles_of_its_teams() {
    let home = Home::new();
    let study_day = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/study-day");
    let study_day = study_day.display().to_string();
    let json = home.run(["simulate", &study_day, "--json"]).ends(0).json();
    let cycles = json["run"]["cycles"].as_array().expect("cycles");
    assert_eq!(cycles.len(), 9, "the study day and eight teams");
    assert!(json["summary"]["steps"]["study-day/cards"]["answers"].as_f64() > Some(10.0));
}

//! The study day with eight teams and their cycles, over a school year.

use super::help::{school, source};
use crate::language::Kinds;
use crate::simulate::{Named, Plan, Tally, compare, simulate, story};

fn study_day(habits: &str) -> Plan {
    let rehearsal = include_str!("../../../../../workflows/study-day/rehearsal.yaml");
    let day =
        source(include_str!("../../../../../workflows/study-day/study-day.yaml"), &format!("{rehearsal}\n{habits}"));
    let cycle = source(
        include_str!("../../../../../workflows/learning-cycle/learning-cycle.yaml"),
        include_str!("../../../../../workflows/learning-cycle/rehearsal.yaml"),
    );
    Plan::new(school(), &[day, cycle], &["study-day".to_owned()], &Kinds::default()).expect("a plan")
}

#[test]
fn eight_teams_go_through_their_cycles_on_the_days_that_were_agreed() {
    let plan = study_day("");
    let run = simulate(&plan, 1, true);
    // What is planned in June may lie beyond the calendar of this school year; nothing else stumbles.
    let stumbled: Vec<_> =
        run.notes.iter().filter(|note| !note.contains("calendar ends") && !note.contains("window")).collect();
    assert!(stumbled.is_empty(), "{stumbled:?}");
    let teams: Vec<&str> =
        run.cycles.iter().filter_map(|cycle| cycle.id.rsplit_once('/').map(|(_, team)| team)).collect();
    assert_eq!(
        teams,
        ["evaluatie", "kleuter-2-3", "kleuter-i-1", "lager-1-2", "lager-3-4", "lager-5-6", "taal", "zorg"]
    );
    let text = story(&plan, &run.told, "nl");
    for line in ["vrijdag 2 oktober 2026", "Greet Aerts \u{2192}", "dinsdag 13 oktober 2026", "(Kleuter I,1)"] {
        assert!(text.contains(line), "{line} is not told");
    }
    let day = run.cycles.iter().filter(|cycle| !cycle.root).map(|cycle| cycle.began.date().to_string());
    assert!(day.into_iter().all(|day| day == "2026-10-02"), "the cycles begin with the end of the study day");
    assert!(run.steps["learning-cycle/report"].answers >= 8, "every team reports");
    assert!(run.steps["learning-cycle/gathering"].opened >= 8 * 4, "teams meet all year long");
}

#[test]
fn two_plans_are_compared_in_words() {
    let sums = |habits: &str| {
        let plan = study_day(habits);
        let mut tally = Tally::default();
        (1..3).for_each(|seed| tally.add(&plan, &simulate(&plan, seed, false)));
        tally.summary(&plan)
    };
    let (quick, slow) = (sums("habits: {answer_days: 1}"), sums("habits: {answer_days: 6}"));
    let (a, b) = (Named { name: "snel", summary: &quick }, Named { name: "traag", summary: &slow });
    let nl = compare(a, b, "nl");
    let en = compare(a, b, "en");
    for (text, words) in [
        (&nl, ["klaar", "minuten per persoon", "Te late antwoorden", "knelpunt"]),
        (&en, ["finished", "minutes per person", "Late answers", "bottleneck"]),
    ] {
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    assert!(nl.contains("snel") && nl.contains("traag"), "{nl}");
}

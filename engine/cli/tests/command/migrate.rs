//! `migrate`: two versions beside each other, a dry run, the map, the way over and back.

use crate::home::{Home, file};

const MORNING: &str = "2026-09-07T09:00";
const LATER: &str = "2026-09-08T10:00";
const MAP: &str = "states: {reading: looking}\nsteps: {opening: start}\n";
const GO: &str = "migrate tiny --from 1.0.0 --to 1.1.0 --map map.yaml --as dir";

/// A cycle under 1.0.0 with one contribution, and 1.1.0 published beside it.
fn home() -> Home {
    let home = Home::furnished();
    home.at(MORNING, "start tiny --id t --as dir").ends(0);
    home.at(MORNING, "contribute t opening --entry {\"ack\":{}} --id c1 --as t1").ends(0);
    home.run(["publish", &file("tiny-next.yaml")]).ends(0).says("tiny 1.1.0");
    home.write("map.yaml", MAP);
    home
}

#[test]
fn versions_stand_beside_each_other_and_running_cycles_stay() {
    let home = home();
    home.at(LATER, "start tiny --id u --as dir").ends(0).says("looking");
    home.at(LATER, "start tiny --id v --workflow-version ~1.0 --as dir").ends(0).says("reading");
    let list = home.run(["list", "--json"]).ends(0).json();
    let versions: Vec<_> = list.as_array().into_iter().flatten().map(|row| (&row["id"], &row["version"])).collect();
    assert_eq!(serde_json::json!(versions), serde_json::json!([["v", "1.0.0"], ["u", "1.1.0"], ["t", "1.0.0"]]));
    home.run(["diff", "tiny@1.0.0", "tiny@1.1.0", "--lang", "en"]).ends(0).says("minutes").says("1.0.0 → ");
}

#[test]
fn a_cycle_goes_over_with_its_open_task_and_finishes() {
    let home = home();
    let before = home.run(["show", "t", "--json"]).ends(0).json();
    home.at(LATER, "migrate tiny --from 1.0.0 --to 1.1.0 --dry-run --as dir")
        .ends(4)
        .says("CANNOT_MIGRATE")
        .says("NO_STATE:reading")
        .says("NO_STEP:opening");
    home.at(LATER, &format!("{GO} --dry-run"))
        .ends(0)
        .says("gaat van \u{201c}Lezen\u{201d} (reading) → \u{201c}Kijken\u{201d} (looking)")
        .says("taak \u{201c}Openen\u{201d} (opening) blijft open en heet voortaan `start` in de vorm van 1.0.0")
        .says("timer `t-late` houdt zijn moment: 2026-09-10 23:59")
        .says("timer `t-later` begint")
        .says("gegeven `rounds` is nieuw en begint met 0")
        .says("instelling `place` is nieuw")
        .says("NOBODY: Nog niet iedereen las dit.")
        .says("niemand krijgt bericht")
        .says("1 kan, 0 niet");
    assert_eq!(home.run(["show", "t", "--json"]).ends(0).json(), before, "a dry run writes nothing");
    home.at(LATER, &format!("{GO} --by t1")).ends(2);
    home.at(LATER, "migrate tiny --from 1.0.0 --to 1.1.0 --map map.yaml --by t1").ends(4).says("NOT_ALLOWED");
    let done = home.at(LATER, &format!("{GO} --reason beter --json")).ends(0).json();
    assert_eq!(done["cycles"][0]["preview"]["tasks"][0]["keeps_form"], true, "{done}");
    home.run(["list"]).ends(0).says("tiny 1.1.0");
    home.run(["log", "t"]).ends(0).says("migrated 1.0.0 → 1.1.0").says("beter");
    let tasks = home.at(LATER, "tasks --person t2 --json").ends(0).json();
    assert_eq!(tasks[0]["title"]["step"], "start", "{tasks}");
    assert_eq!(tasks[0]["minutes"], 5, "the open task keeps its form: {tasks}");
    home.at(LATER, GO).ends(0).says("Overgegaan: 0");
    home.at(LATER, "migrate tiny --from 1.1.0 --to 1.1.0 --as dir").ends(4).says("ALREADY_THERE");
    home.run(["verify"]).ends(0);

    home.at(LATER, "send t go_on --as dir").ends(4).complains("NOBODY");
    home.at(LATER, "contribute t start --entry {\"ack\":{}} --as t2").ends(0);
    home.at(LATER, "send t go_on --as dir").ends(0).says("talking");
    home.at(LATER, "migrate --undo t --as dir").ends(4).says("CHANGED_SINCE:").says("terug kan alleen meteen");
    home.at(LATER, "send t finish --as dir").ends(0).says("ended");
    let picture = home.run(["artifacts", "t", "picture"]).ends(0).json();
    assert_eq!(picture["acked"], 2, "what was handed in before counts: {picture}");
    home.run(["trace-back", "t", "picture"]).ends(0);
    home.run(["verify"]).ends(0);
}

#[test]
fn a_migration_is_taken_back_as_long_as_nothing_else_happened() {
    let home = home();
    home.at(MORNING, "migrate --undo t --as dir").ends(4).says("NOT_MIGRATED");
    let of = |home: &Home| {
        let mut shown = home.run(["show", "t", "--json"]).ends(0).json();
        shown["revision"] = 0.into();
        shown
    };
    let before = of(&home);
    home.at(LATER, GO).ends(0);
    assert_ne!(of(&home), before);
    home.at(LATER, "note t even kijken --as dir").ends(2);
    home.at(LATER, "note t kijken --as dir").ends(0);
    home.at(LATER, "migrate --undo t --dry-run --as dir").ends(0).says("looking").says("Er is niets veranderd");
    home.at(LATER, "migrate --undo t --reason nog-niet --as dir").ends(0).says("Teruggedraaid: 1");
    assert_eq!(of(&home), before);
    home.run(["verify"]).ends(0);
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --as t2").ends(0);
    home.at(LATER, "send t go_on --as dir").ends(0).says("ended");
    home.run(["verify"]).ends(0);
}

#[test]
fn what_cannot_be_used_is_said() {
    let home = home();
    home.at(LATER, "migrate tiny --from 1.0.0 --to 9.0.0 --as dir").ends(2).complains("published:");
    home.at(LATER, "migrate tiny --from 1.0.0 --to 1.1.0 --instance nobody --as dir").ends(2).complains("nobody");
    home.at(LATER, "migrate tiny --from 1.1.0 --to 1.0.0 --instance t --as dir").ends(2).complains("--from 1.0.0");
    home.at(LATER, "migrate tiny --as dir").ends(2).complains("--from");
    home.write("map.yaml", "states: {readin: looking}\n");
    home.at(LATER, GO)
        .ends(1)
        .complains("map.yaml:1:10")
        .complains("did you mean `reading`?")
        .complains("nothing was migrated");
    home.run(["list"]).ends(0).says("tiny 1.0.0");
}

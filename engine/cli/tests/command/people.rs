//! `people`, `workload`, `notices`: who is away and stands in, how much is asked, and what people are told.
#![expect(clippy::expect_used, reason = "helpers of tests: a failure here is a failed test")]

use crate::home::{Home, file};

const WORK: &str = "
workflow: work
version: 1.0.0
config: {people: {type: [person], required: true}}
roles: {dir: {}, member: {from: config.people}, coach: {from: '[first(config.people)]'}}
states:
  first:
    steps:
      plan: {uses: input, roles: [member], assign: config.people, minutes: 40, due: 10 schooldays, with: {ack_required: false}}
      secret: {uses: input, roles: [member], assign: config.people, identity: anonymous, minutes: 30, due: 10 schooldays}
    on: {next: {to: second, roles: [coach, dir]}}
  second:
    steps: {do: {uses: input, roles: [member], assign: config.people, minutes: 25, due: 10 schooldays}}
    on: {finish: {to: done, roles: [coach, dir]}}
  done: {final: true}
texts:
  nl: {title: Werk, step: {plan: Plannen, secret: Zeggen, do: Doen}}
";

/// A school that agreed on an hour a week, with a cycle that asks more.
fn furnished() -> Home {
    let home = Home::new();
    let school = std::fs::read_to_string(file("school.yaml")).expect("the school of the tests");
    let school = format!("{school}workload: {{minutes_per_week: 60}}\n");
    let school = school.replace("people:\n", "people:\n  t3: {name: Toon Derde, roles: [tch]}\n");
    std::fs::write(home.path("school.yaml"), school).expect("written");
    std::fs::write(home.path("work.yaml"), WORK).expect("written");
    home.run(["school", "load", "school.yaml"]).ends(0);
    home.run(["publish", "work.yaml"]).ends(0);
    let config = r#"{"people":["t1","t2"]}"#;
    let line = ["start", "work", "--id", "w", "--config", config, "--as", "dir", "--clock", "2026-10-05T09:00"];
    home.run(line).ends(0);
    home
}

/// Minutes of a person in a week.
fn minutes(home: &Home, clock: &str, person: &str, week: &str) -> Option<u64> {
    let found = home.at(clock, "workload --json").ends(0).json();
    let asked = found["people"].as_array().expect("people").iter().find(|one| one["person"] == person)?.clone();
    let weeks = asked["weeks"].as_array().expect("weeks").clone();
    weeks.iter().find(|one| one["week"] == week).and_then(|one| one["minutes"].as_u64())
}

#[test]
fn workload_is_what_is_still_asked_in_each_week() {
    let home = furnished();
    // Due on Monday 19 October, week 43; what comes after that, ten school days later, over the autumn holiday.
    home.at("2026-10-05T09:00", "workload --weeks 3")
        .ends(0)
        .says("Over the agreed 60 minutes a week")
        .says("Tine Eerste, 2026-W43: 70 min: Werk (w) 70");
    assert_eq!(minutes(&home, "2026-10-05T09:00", "t1", "2026-W43"), Some(70));
    assert_eq!(minutes(&home, "2026-10-05T09:00", "t1", "2026-W46"), Some(25), "the step that is still to come");
    assert_eq!(minutes(&home, "2026-10-05T09:00", "dir", "2026-W43"), None);
    // What is done is asked no more, except where nobody can know who did it.
    let payload = r#"{"ack":{}}"#;
    home.run(["contribute", "w", "plan", "--entry", payload, "--as", "t1", "--clock", "2026-10-06T09:00"]).ends(0);
    assert_eq!(minutes(&home, "2026-10-06T10:00", "t1", "2026-W43"), Some(30));
    let secret = format!("contribute w secret --entry {payload} --as t1 --token geheim-woord");
    home.at("2026-10-06T09:00", &secret).ends(0);
    assert_eq!(
        minutes(&home, "2026-10-06T10:00", "t1", "2026-W43"),
        Some(30),
        "an anonymous step counts for everybody"
    );
}

#[test]
fn a_substitute_takes_the_work_over_and_a_calendar_change_moves_it() {
    let home = furnished();
    let away = "people absent t2 --from 2026-10-12 --to 2026-10-30 --substitute t3";
    home.at("2026-10-05T10:00", away).ends(0).says("t2 is away from 2026-10-12 to 2026-10-30; t3 stands in");
    home.at("2026-10-05T10:00", "people list").ends(0).says("2026-10-12 to 2026-10-30 (t3)");
    assert_eq!(minutes(&home, "2026-10-05T10:00", "t3", "2026-W43"), Some(40), "the plan, not what is anonymous");
    assert_eq!(minutes(&home, "2026-10-05T10:00", "t2", "2026-W43"), None);
    // A free week: everything due moves, and people are told once, with both dates.
    let school = std::fs::read_to_string(home.path("school.yaml")).expect("the school");
    let free = "calendar: {base: be-nl, years: [2026-2027], local: [{id: vrij, kind: free_day, from: 2026-10-12, to: 2026-10-16}]}";
    let absences = "absences: [{person: t2, from: 2026-10-12, to: 2026-10-30, substitute: t3}]";
    let other = school.replace("calendar: {base: be-nl, years: [2026-2027]}", free);
    assert_ne!(other, school);
    std::fs::write(home.path("school.yaml"), format!("{other}{absences}\n")).expect("written");
    home.at("2026-10-06T20:00", "school load school.yaml").ends(0);
    home.at("2026-10-06T20:00", "notices --as t1").ends(0).says("No messages.");
    let told = home.at("2026-10-07T08:00", "notices --as t1").ends(0);
    assert_eq!(told.out.matches("in plaats van").count(), 2, "both steps in one message: {}", told.out);
    assert_eq!(told.out.matches("De kalender is veranderd").count(), 1, "{}", told.out);
    told.says("Plannen: 26/10/2026 in plaats van 19/10/2026");
    home.at("2026-10-07T08:00", "notices --as t1 --lang en").ends(0).says("Plannen: 26/10/2026 instead of 19/10/2026");
    home.at("2026-10-07T08:00", "notices --as dir").ends(0).says("No messages.");
    assert_eq!(minutes(&home, "2026-10-07T08:00", "t1", "2026-W44"), Some(70));
    assert_eq!(minutes(&home, "2026-10-07T08:00", "t1", "2026-W43"), None);
    home.at("2026-10-07T08:00", "verify").ends(0);
}

#[test]
fn who_stands_in_acts_on_behalf_and_the_journal_says_so() {
    let home = furnished();
    home.at("2026-10-05T10:00", "people absent t1 --from 2026-10-06 --to 2026-10-09 --substitute t3").ends(0);
    let send = |who: &str, clock: &str| home.run(["send", "w", "next", "--as", who, "--clock", clock]);
    send("t3", "2026-10-05T11:00").ends(4);
    // Whatever comes first that day lets the engine hand the tasks over.
    home.run(["note", "w", "goedemorgen", "--as", "dir", "--clock", "2026-10-06T09:00"]).ends(0);
    home.at("2026-10-06T09:00", "tasks --person t3").ends(0).says("Plannen");
    home.at("2026-10-06T09:00", "notices --as t3")
        .ends(0)
        .says("Je staat tot en met 09/10/2026 in voor Tine Eerste bij ‘Werk’.");
    let payload = r#"{"ack":{}}"#;
    home.run(["contribute", "w", "plan", "--entry", payload, "--as", "t3", "--clock", "2026-10-06T09:00"]).ends(0);
    let refused = format!("contribute w secret --entry {payload} --as t3 --token geheim-woord");
    home.at("2026-10-06T09:00", &refused).ends(4);
    send("t3", "2026-10-06T10:00").ends(0);
    home.run(["log", "w"]).ends(0).says("t3 for t1");
    home.run(["note", "w", "terug", "--as", "dir", "--clock", "2026-10-12T09:00"]).ends(0);
    home.at("2026-10-12T09:00", "notices --as t1").ends(0).says("voorbij");
    home.at("2026-10-12T09:00", "tasks --person t3").ends(0).says("No open tasks");
    home.run(["verify"]).ends(0);
}

#[test]
fn nobody_waits_for_who_was_erased() {
    let home = furnished();
    let waits = WORK.replace("workflow: work", "workflow: waits").replace(
        "plan: {uses: input, roles: [member], assign: config.people, minutes: 40, due: 10 schooldays, with: {ack_required: false}}",
        "plan: {uses: input, roles: [member], assign: config.people, conclude: when_ready, with: {ack_required: true}}",
    );
    let waits = waits.replace("on: {next: {to: second, roles: [coach, dir]}}", "on: {done.step.plan: {to: second}}");
    assert!(waits.contains("when_ready") && waits.contains("done.step.plan"), "{waits}");
    home.write("waits.yaml", &waits);
    home.run(["publish", "waits.yaml"]).ends(0);
    let config = r#"{"people":["t1","t2"]}"#;
    for cycle in ["going", "paused"] {
        home.at("2026-10-05T09:00", &format!("start waits --id {cycle} --config {config} --as dir")).ends(0);
        home.at("2026-10-05T10:00", &format!("contribute {cycle} plan --entry {{\"ack\":{{}}}} --as t1")).ends(0);
    }
    home.at("2026-10-05T10:00", "pause paused --reason ziek --as dir").ends(0);
    let states = |cycle: &str| home.run(["show", cycle, "--json"]).ends(0).json()["states"].clone();
    assert_eq!(states("going"), serde_json::json!(["first"]), "it waits for the second one");
    home.at("2026-10-05T11:00", "people erase t2 --reason gevraagd --as dir").ends(0);
    assert_eq!(states("going"), serde_json::json!(["second"]), "the last answer that was awaited is gone");
    assert_eq!(states("paused"), serde_json::json!(["first"]), "what stands still does not move");
    let told = home.at("2026-10-05T12:00", "notices --as dir").ends(0).says("Iemand doet niet meer mee aan ‘Werk’.");
    assert!(!told.out.contains("t2"), "{}", told.out);
    home.at("2026-10-05T12:00", "tasks --person t1").ends(0).says("Doen");
    home.at("2026-10-05T12:00", "tasks --person t2").ends(0).says("No open tasks.");
    home.at("2026-10-05T12:00", "resume paused --as dir").ends(0);
    home.at("2026-10-05T12:00", "note paused verder --as dir").ends(0);
    home.run(["verify"]).ends(0);
}

#[test]
fn absences_and_shared_jobs_that_cannot_be() {
    let home = furnished();
    let at = |line: &str| home.at("2026-10-05T10:00", line);
    at("people absent t1 --from 2026-10-12 --to 2026-10-16 --substitute t2").ends(0);
    let cases = [
        ("people absent t1 --from 2026-10-16 --to 2026-10-20", "absent already on 2026-10-16"),
        ("people absent t2 --from 2026-10-14 --to 2026-10-14", "absent on 2026-10-14"),
        ("people absent t2 --from 2026-10-14 --to 2026-10-14 --substitute t3", "t3 stands in for t2"),
        ("people absent t3 --from 2026-10-14 --to 2026-10-13", "before it begins"),
        ("people absent t3 --from 2026-10-14 --to 2026-10-14 --substitute t3", "cannot stand in for t3"),
        ("people absent t9 --from 2026-10-14 --to 2026-10-14", "nobody `t9`"),
        ("people duo t1 t9", "nobody `t9`"),
        ("people duo t1 t2 --days t1=someday", "no time of work"),
        ("people back t3", "is not away"),
        ("people end-duo t1", "shares no job"),
    ];
    for (line, why) in cases {
        at(line).ends(2).complains(why);
    }
    at("people back t1 --on 2026-10-14").ends(0);
    at("people list").ends(0).says("2026-10-12 to 2026-10-13 (t2)");
    at("people back t1 --on 2026-10-05").ends(0);
    at("people duo t1 t2 --days t1=mon,tue,wed-am --days t2=wed-pm,thu,fri").ends(0);
    at("people duo t2 t3").ends(2).complains("named twice");
    at("people list --json").ends(0).says("wed-pm");
    at("people end-duo t2").ends(0);
}

//! Absences, substitutes and shared jobs: who is expected, who may, who is told, and what stays personal.

use serde_json::{Value, json};

use super::super::{Actor, Command, Decision, Effect, Happening, Rejection, TaskChange, acts_for, roles_in, sends_for};
use super::{Bench, person};
use crate::calendar::{Staff, StaffError};

const CYCLE: &str = r"
workflow: team-cycle
version: 1.0.0
config:
  people: {type: [person], required: true}
  coach: {type: person, required: true}
  visited: {type: string, default: ''}
roles:
  coach: {from: '[config.coach]', apart: [visited]}
  member: {from: config.people}
  visited: {from: '[config.visited]'}
  dir: {}
states:
  work:
    steps:
      plan: {uses: input, roles: [member], assign: config.people, due: 10 schooldays, remind: 3 schooldays}
      mind: {uses: input, roles: [member], assign: config.people, privacy: P2}
      lead: {uses: input, roles: [coach], escalate: {after: 3 schooldays, roles: [coach]}}
    on:
      next: {to: done, roles: [coach], require: [{that: 'size(expected(config.people)) > 0', else: NOBODY}]}
  done: {final: true}
";

fn staff(absences: Value, duos: Value) -> Staff {
    serde_json::from_value::<Staff>(json!({"absences": absences, "duos": duos})).expect("staff")
}

fn cycle(absences: Value, duos: Value) -> Bench {
    let config = json!({"people": ["a", "b", "c", "d"], "coach": "a", "visited": "v"});
    let mut bench = Bench::new(CYCLE, config);
    bench.calendar = bench.calendar.with_staff(staff(absences, duos)).expect("a calendar");
    bench.begin();
    bench
}

fn away(person: &str, from: &str, to: &str, substitute: Option<&str>) -> Value {
    json!({"person": person, "from": from, "to": to, "substitute": substitute, "roles": []})
}

fn duo() -> Value {
    json!([{"people": ["c", "e"], "days": {"c": ["mon", "tue", "wed-am"], "e": ["wed-pm", "thu", "fri"]}}])
}

fn hand_in(step: &str, whom: &str) -> Command {
    Command::Contribute {
        step: step.into(),
        id: format!("{step}-{whom}"),
        participant: whom.into(),
        group: None,
        revision: None,
        payload_hash: String::new(),
    }
}

fn on_behalf(by: &str, whom: &str) -> Actor {
    Actor { on_behalf_of: Some(whom.into()), ..person(by, &["tch"]) }
}

fn invited(bench: &Bench, step: &str) -> Vec<String> {
    bench.call(step).invited.unwrap_or_default()
}

fn told<'d>(decision: &'d Decision, wanted: &str) -> Vec<(&'d [String], &'d [String], String)> {
    let notices = decision.effects.iter().filter_map(|effect| match effect {
        Effect::Notify { roles, persons, text, key, .. } if key == wanted => {
            Some((roles.as_slice(), persons.as_slice(), text.get("en").cloned().unwrap_or_default()))
        }
        _ => None,
    });
    notices.collect()
}

#[test]
fn what_cannot_be() {
    let year = |absences: Value| {
        super::super::super::calendar::Calendar::builtin(crate::calendar::Region::BeNl, 2026)
            .expect("a calendar")
            .with_staff(staff(absences, json!([])))
    };
    let first = away("a", "2026-10-05", "2026-10-09", Some("b"));
    let cases: [(Value, &str); 5] = [
        (json!([away("a", "2026-10-09", "2026-10-05", None)]), "backwards"),
        (json!([first, away("a", "2026-10-09", "2026-10-12", None)]), "overlap"),
        (json!([away("a", "2026-10-05", "2026-10-09", Some("a"))]), "oneself"),
        (json!([first, away("b", "2026-10-08", "2026-10-08", None)]), "substitute_absent"),
        (json!([first, away("b", "2026-10-08", "2026-10-08", Some("c"))]), "chain"),
    ];
    for (absences, word) in cases {
        let error = year(absences).expect_err(word);
        assert!(matches!(&error, crate::calendar::CalendarError::Staff(staff) if staff.word() == word), "{error}");
    }
    assert!(year(json!([first, away("b", "2026-10-12", "2026-10-12", Some("c"))])).is_ok(), "one after the other");
    let twice = staff(json!([]), json!([{"people": ["a", "b"]}, {"people": ["b", "c"]}]));
    assert!(matches!(twice.checked(), Err(StaffError::Duo(_))));
}

#[test]
fn who_is_expected_and_who_has_the_task() {
    // The cycle begins on Friday 2 October; `plan` is due on the 16th, `mind` has no due date.
    let whole = ("2026-10-01", "2026-10-30");
    type Case = (&'static str, Value, Value, &'static [&'static str], &'static [&'static str], &'static [&'static str]);
    let cases: [Case; 6] = [
        ("nobody is away", json!([]), json!([]), &["a", "b", "c", "d"], &["a", "b", "c", "d"], &["a", "b", "c", "d"]),
        (
            "away all the time, nobody stands in",
            json!([away("b", whole.0, whole.1, None)]),
            json!([]),
            &["a", "c", "d"],
            &["a", "c", "d"],
            &["a", "c", "d"],
        ),
        (
            "away all the time, d stands in",
            json!([away("b", whole.0, whole.1, Some("d"))]),
            json!([]),
            &["a", "b", "c", "d"],
            &["a", "b", "c", "d"],
            &["a", "c", "d"],
        ),
        (
            "away all the time, an outsider stands in",
            json!([away("b", whole.0, whole.1, Some("x"))]),
            json!([]),
            &["a", "b", "c", "d"],
            &["a", "b", "c", "d", "x"],
            &["a", "c", "d"],
        ),
        (
            "back before it is due",
            json!([away("b", "2026-10-01", "2026-10-09", None)]),
            json!([]),
            &["a", "b", "c", "d"],
            &["a", "b", "c", "d"],
            &["a", "c", "d"],
        ),
        (
            "c shares a job with e",
            json!([]),
            duo(),
            &["a", "b", "c", "d"],
            &["a", "b", "c", "d", "e"],
            &["a", "b", "c", "d"],
        ),
    ];
    for (name, absences, duos, expected, takers, personal) in cases {
        let bench = cycle(absences, duos);
        assert_eq!(invited(&bench, "plan"), expected, "{name}: plan");
        assert_eq!(invited(&bench, "mind"), personal, "{name}: what is personal is expected of who is there");
        let tasks = bench.tasks();
        let plan = tasks.iter().find(|task| task.step == "plan").expect("a task");
        assert_eq!(plan.assignees, takers, "{name}: in whose lists");
    }
}

#[test]
fn two_people_of_one_job_in_a_list_count_once() {
    let mut bench = Bench::new(CYCLE, json!({"people": ["a", "c", "e"], "coach": "a"}));
    bench.calendar = bench.calendar.with_staff(staff(json!([]), duo())).expect("a calendar");
    bench.begin();
    assert_eq!(invited(&bench, "plan"), ["a", "c"]);
    assert_eq!(invited(&bench, "mind"), ["a", "c", "e"], "what is personal is asked of each");
    assert_eq!(
        bench.asks(|world, snapshot| acts_for(world, snapshot, &person("e", &["tch"]), "plan")),
        Some("c".into())
    );
    assert_eq!(bench.asks(|world, snapshot| acts_for(world, snapshot, &person("e", &["tch"]), "mind")), None);
}

#[test]
fn handing_in_for_another() {
    let coach = away("a", "2026-10-01", "2026-10-30", Some("d"));
    let refused = |reasons: &[&str]| Err(("NOT_ALLOWED", reasons.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>()));
    type Outcome = Result<(), (&'static str, Vec<String>)>;
    let cases: [(&str, &str, &str, &str, Outcome); 7] = [
        ("who stands in", "d", "a", "plan", Ok(())),
        ("somebody else", "b", "a", "plan", refused(&[])),
        ("for who is not away", "d", "b", "plan", refused(&[])),
        ("a role that goes along", "d", "a", "lead", Ok(())),
        ("what is personal", "d", "a", "mind", refused(&["PERSONAL"])),
        ("who shares the job", "e", "c", "plan", Ok(())),
        ("who shares no job", "e", "b", "plan", refused(&[])),
    ];
    for (name, by, whom, step, wanted) in cases {
        let mut bench = cycle(json!([coach]), duo());
        bench.checking("card", "c1");
        let got = bench.run(&on_behalf(by, whom), hand_in(step, whom));
        let got = got.map(drop).map_err(|Rejection { word, reasons, .. }| (word, reasons));
        assert_eq!(got, wanted.map_err(|(word, reasons)| (word.to_owned(), reasons)), "{name}");
    }
}

#[test]
fn roles_follow_the_days_and_come_back() {
    let mut bench = cycle(json!([away("a", "2026-10-05", "2026-10-09", Some("x"))]), json!([]));
    let next = |bench: &mut Bench, who: &str| bench.send(&person(who, &["tch"]), "next", json!({})).map(drop);
    assert_eq!(next(&mut bench, "x").expect_err("not yet").word, "NOT_ALLOWED");
    let held = |bench: &Bench, step: &str| {
        bench.asks(|world, snapshot| roles_in(world, snapshot, &person("x", &["tch"]), step))
    };
    bench.at("2026-10-05T00:00:00");
    assert_eq!(held(&bench, "plan"), ["tch", "coach", "member"]);
    assert_eq!(held(&bench, "mind"), ["tch"], "nothing personal");
    assert_eq!(bench.asks(|w, s| sends_for(w, s, &person("x", &["tch"]), "next")), Some("a".into()));
    assert_eq!(bench.asks(|w, s| sends_for(w, s, &person("a", &["tch"]), "next")), None);
    bench.at("2026-10-10T00:00:00");
    assert_eq!(next(&mut bench, "x").expect_err("it is over").word, "NOT_ALLOWED");
    bench.at("2026-10-09T23:59:00");
    next(&mut bench, "x").expect("the last day");
}

#[test]
fn nobody_stands_in_where_it_would_be_their_own_review() {
    let mut bench = cycle(json!([away("a", "2026-10-01", "2026-10-09", Some("v"))]), json!([]));
    assert_eq!(bench.send(&person("v", &["tch"]), "next", json!({})).expect_err("own review").word, "NOT_ALLOWED");
    bench.checking("card", "c1");
    let refused = bench.run(&on_behalf("v", "a"), hand_in("lead", "a")).expect_err("own review");
    assert_eq!(refused.reasons, ["OWN_REVIEW:v"]);
}

#[test]
fn a_director_who_is_away_hands_over_too() {
    let mut absence = away("boss", "2026-10-01", "2026-10-09", Some("x"));
    absence["roles"] = json!(["dir"]);
    let mut bench = cycle(json!([absence]), json!([]));
    let pause = Command::Pause { reason: "storm".into() };
    assert_eq!(bench.run(&person("b", &["tch"]), pause.clone()).expect_err("a member").word, "NOT_ALLOWED");
    bench.run(&person("x", &["tch"]), pause).expect("for the director");
}

#[test]
fn reminders_and_escalations_find_who_is_there() {
    // Wednesday 7 October, end of the day: in the duo-job e works.
    let mut bench = cycle(
        json!([away("b", "2026-10-05", "2026-10-09", Some("x")), away("d", "2026-10-07", "2026-10-08", None)]),
        duo(),
    );
    bench.at("2026-10-07T23:59:00");
    let decision = bench.timer("plan.remind.1").expect("reminded");
    assert_eq!(told(&decision, "remind")[0].1, ["a", "x", "e"]);
    let mut bench = cycle(json!([away("a", "2026-10-05", "2026-10-09", Some("x"))]), json!([]));
    bench.at("2026-10-07T23:59:00");
    let decision = bench.timer("lead.escalate.1").expect("escalated");
    assert_eq!(
        (told(&decision, "escalate")[0].0, told(&decision, "escalate")[0].1),
        (&["coach".to_owned()][..], &["x".to_owned()][..])
    );
    let all: Vec<Value> = ["a", "b", "c", "d"].map(|who| away(who, "2026-10-07", "2026-10-08", None)).to_vec();
    let mut bench = cycle(json!(all), json!([]));
    bench.at("2026-10-07T23:59:00");
    let decision = bench.timer("plan.remind.1").expect("fired");
    assert!(told(&decision, "remind").is_empty(), "there is nobody to remind");
}

#[test]
fn tasks_change_hands_on_the_day_and_people_are_told() {
    let mut bench = cycle(
        json!([away("a", "2026-10-05", "2026-10-09", Some("x")), away("b", "2026-10-10", "2026-10-11", None)]),
        json!([]),
    );
    assert_eq!(bench.snap().timers["hand-over"].civil.to_string(), "2026-10-05T00:00:00");
    bench.at("2026-10-05T00:00:00");
    let decision = bench.timer("hand-over").expect("handed over");
    assert!(decision.trace.contains(&Happening::HandedOver { person: "a".into(), to: Some("x".into()) }));
    let notice = told(&decision, "stand_in");
    assert_eq!(
        (notice[0].1, notice[0].2.as_str()),
        (&["x".to_owned()][..], "Until 09/10/2026 you stand in for @a in ‘title’.")
    );
    let given = |decision: &Decision, person: &str| {
        decision.tasks.iter().any(|change| matches!(change, TaskChange::Assign { assignees, .. } if assignees.iter().any(|one| one == person)))
    };
    assert!(given(&decision, "x"));
    // The weekend's absence of b changes nothing on a school day.
    assert_eq!(bench.snap().timers["hand-over"].civil.to_string(), "2026-10-12T00:00:00");
    bench.at("2026-10-12T00:00:00");
    let decision = bench.timer("hand-over").expect("handed back");
    assert!(decision.trace.contains(&Happening::HandedBack { person: "a".into() }));
    assert_eq!(told(&decision, "stand_in_ends")[0].1, ["x", "a"]);
    assert!(!given(&decision, "x"));
    assert!(!bench.snap().timers.contains_key("hand-over"), "nobody goes any more");
}

#[test]
fn an_absence_that_is_added_is_heeded_at_once() {
    let mut bench = cycle(json!([]), json!([]));
    assert!(!bench.snap().timers.contains_key("hand-over"));
    let absent = staff(json!([away("b", "2026-10-01", "2026-10-30", None)]), json!([]));
    bench.calendar = bench.calendar.with_staff(absent).expect("a calendar");
    let decision = bench.run(&Actor::system(), Command::Recalendar).expect("told");
    let notice = told(&decision, "absent");
    assert_eq!(notice[0].0, ["coach", "dir"], "the coach is told");
    assert_eq!(invited(&bench, "plan"), ["a", "c", "d"]);
    bench.calendar = bench.calendar.with_staff(Staff::default()).expect("a calendar");
    bench.run(&Actor::system(), Command::Recalendar).expect("back");
    assert_eq!(invited(&bench, "plan"), ["a", "b", "c", "d"]);
    assert!(bench.snap().handed.is_empty());
}

#[test]
fn a_calendar_change_tells_old_and_new_date_once() {
    let mut bench = cycle(json!([]), json!([]));
    let free = |id: &str, from: &str, to: &str| -> crate::calendar::Period {
        serde_json::from_value(json!({"id": id, "kind": "free_day", "from": from, "to": to})).expect("a period")
    };
    bench.at("2026-10-05T20:00:00");
    bench.calendar = bench.calendar.with_periods([free("x", "2026-10-08", "2026-10-09")]).expect("a calendar");
    let decision = bench.run(&Actor::system(), Command::Recalendar).expect("dated anew");
    let notices = told(&decision, "redated");
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0].1, ["a", "b", "c", "d"]);
    assert_eq!(notices[0].2, "The calendar has changed. New date: plan: 20/10/2026 instead of 16/10/2026.");
    let leaves = decision.effects.iter().find_map(|effect| match effect {
        Effect::Notify { not_before, .. } => Some(bench.calendar.local(*not_before).to_string()),
        _ => None,
    });
    assert_eq!(leaves.as_deref(), Some("2026-10-06T08:00:00"), "not in the evening");
    let again = bench.run(&Actor::system(), Command::Recalendar).expect("nothing moves");
    assert!(told(&again, "redated").is_empty());
}

#[test]
fn messages_name_people_by_id_until_they_are_read() {
    let name = |id: &str| [("t1", "Tine"), ("t12", "Tom")].into_iter().find(|(known, _)| *known == id).map(|(_, n)| n);
    for (text, wanted) in [
        ("@t1 is er niet", "Tine is er niet"),
        ("@t12: niet @t1", "Tom: niet Tine"),
        ("voor @t9 en x@t1", "voor @t9 en xTine"),
        ("niets", "niets"),
        ("eind @", "eind @"),
    ] {
        assert_eq!(crate::decide::with_names(text, name), wanted);
    }
}

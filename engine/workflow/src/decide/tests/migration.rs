//! Migration: where everything goes, what is refused, and the way back.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Actor, Command, Effect, Happening, Mapping, Snapshot, StepStatus, TaskChange, TimerChange};
use super::{Bench, none, person};

const ONE: &str = r#"
workflow: talk
version: 1.0.0
config: {topic: {type: text, default: books}}
data: {count: {type: integer, default: 0}}
roles: {dir: {}, tch: {}}
states:
  ask:
    step: {uses: input, title: "Wat wil je vragen?", roles: [tch], minutes: 5, remind: 3 schooldays, with: {limit: 3}}
    after: {10 schooldays: {to: look}}
    on:
      next: {to: look, roles: [dir], do: [{set: {count: "data.count + 1"}}]}
  look:
    step: {uses: meeting, title: Kijken, roles: [dir], minutes: 10, with: {}}
    on: {done: {to: over, roles: [dir]}, again: {to: ask, roles: [dir]}}
  over: {final: true}
"#;

fn two(from: Changes<'_>) -> String {
    from.iter().fold(ONE.replace("version: 1.0.0", "version: 1.1.0"), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    })
}

/// Parts of a text with what stands in their place.
type Changes<'c> = &'c [(&'c str, &'c str)];

fn map(yaml: Value) -> Mapping {
    serde_json::from_value(yaml).expect("a map")
}

fn talk() -> Bench {
    Bench::started(ONE, none())
}

fn dir() -> Actor {
    person("dir", &["dir"])
}

fn handed_in(bench: &mut Bench) {
    bench.checking("question", "1");
    let command = Command::Contribute {
        step: "ask".into(),
        id: "c1".into(),
        participant: "lk1".into(),
        group: None,
        revision: None,
        payload_hash: String::new(),
    };
    bench.run(&person("lk1", &["tch"]), command).expect("it is taken");
}

#[test]
fn an_open_task_keeps_its_form_until_it_closes() {
    let mut bench = talk();
    let before = bench.snap().timers.clone();
    let changed =
        two(&[("minutes: 5", "minutes: 15"), ("{limit: 3}", "{limit: 9}"), ("10 schooldays", "20 schooldays")]);
    let decision = bench.migrate(&changed, Mapping::default()).expect("it goes");
    assert_eq!(bench.origin.version, "1.1.0");
    assert_eq!(decision.tasks, [], "nobody's list changes");
    assert_eq!(decision.effects, [], "nobody is told");
    assert_eq!(bench.snap().timers, before, "a running timer keeps its moment");
    let limit = |bench: &Bench| bench.definition.step("ask").expect("there").step.with["limit"].clone();
    assert_eq!(limit(&bench), 3);
    bench.send(&dir(), "next", none()).expect("it goes on");
    assert_eq!(limit(&bench), 9, "what is closed has let go of its form");
    let again = bench.send(&dir(), "again", none()).expect("it opens anew");
    let Some(TaskChange::Open(task)) = again.tasks.iter().find(|change| matches!(change, TaskChange::Open(_))) else {
        panic!("{:?}", again.tasks)
    };
    assert_eq!(task.minutes, Some(15));
    assert_eq!(bench.snap().timers["ask.after.1"].rule, "20 schooldays");
}

#[test]
fn a_step_that_closes_and_opens_in_one_turn_opens_in_the_new_form() {
    let with_loop = ONE.replace("      next:", "      round: {to: ask, reenter: true, roles: [dir]}\n      next:");
    let mut bench = Bench::started(&with_loop, none());
    let changed = with_loop.replace("1.0.0", "1.1.0").replace("minutes: 5", "minutes: 15");
    bench.migrate(&changed, Mapping::default()).expect("it goes");
    let decision = bench.send(&dir(), "round", none()).expect("a new round");
    let minutes = decision.tasks.iter().find_map(|change| match change {
        TaskChange::Open(task) => task.minutes,
        _ => None,
    });
    assert_eq!(minutes, Some(15));
    assert!(bench.snap().migrated.as_ref().is_some_and(|migrated| migrated.kept.is_empty()));
}

#[test]
fn other_names_are_carried_through() {
    let mut bench = talk();
    handed_in(&mut bench);
    let renamed = two(&[
        ("  ask:\n    step: {uses: input", "  gather:\n    steps: {questions: {uses: input"),
        ("with: {limit: 3}}", "with: {limit: 3}}}"),
        ("again: {to: ask", "again: {to: gather"),
        ("count", "turns"),
    ]);
    let map = map(
        json!({"states": {"ask": ["gather"]}, "steps": {"ask": "questions"}, "data": {"rename": {"count": "turns"}}}),
    );
    let decision = bench.migrate(&renamed, map).expect("it goes");
    assert_eq!(bench.states(), ["gather"]);
    assert_eq!(bench.snap().data["turns"], 0);
    assert!(!bench.snap().data.contains_key("count"));
    let run = bench.snap().steps["questions"].run;
    assert_eq!(decision.tasks, [TaskChange::Moved { run, step: "questions".into(), state: "gather".into() }]);
    assert!(bench.snap().pools["questions"].contributed.contains("lk1"), "contributions stay");
    let timers: Vec<&str> = bench.snap().timers.keys().map(String::as_str).collect();
    assert_eq!(timers, ["gather.after.1", "questions.remind.1"]);
    assert!(decision.timers.iter().all(|change| matches!(change, TimerChange::Set { .. })), "no moment is lost");
    bench.at("2026-10-17T08:00:00");
    bench.timer("gather.after.1").expect("it rings under its new name");
    assert_eq!(bench.states(), ["look"]);
    let decision = bench.run(&dir(), Command::Note { text: "x".into() }).expect("a note");
    assert_eq!(decision.effects, []);
}

#[test]
fn what_was_erased_is_erased_under_earlier_names_too() {
    let erasing = ONE.replace("{set: {count: \"data.count + 1\"}}", "{erase: [ask]}");
    let mut bench = Bench::started(&erasing, none());
    handed_in(&mut bench);
    let renamed = erasing
        .replace("1.0.0", "1.1.0")
        .replace("    step: {uses: input", "    steps: {questions: {uses: input")
        .replace("with: {limit: 3}}", "with: {limit: 3}}}")
        .replace("erase: [ask]", "erase: [questions]");
    bench.migrate(&renamed, map(json!({"steps": {"ask": "questions"}}))).expect("it goes");
    let decision = bench.send(&dir(), "next", none()).expect("on");
    let [Effect::Forget { steps, .. }] = &decision.effects[..] else { panic!("{:?}", decision.effects) };
    assert_eq!(steps, &["questions", "ask"]);
}

#[test]
fn what_is_new_where_it_stands_begins_and_what_is_gone_ends() {
    let mut bench = talk();
    let more = two(&[
        (
            "    step: {uses: input, title: \"Wat wil je vragen?\", roles: [tch], minutes: 5, remind: 3 schooldays, with: {limit: 3}}",
            "    steps: {wish: {uses: input, title: Wens, roles: [tch], with: {}}}",
        ),
        ("after: {10 schooldays: {to: look}}", "after: {5 schooldays: {timer: t-look, to: look}}"),
    ]);
    let refused = bench.migrate(&more, Mapping::default()).expect_err("nobody said what becomes of the open step");
    assert_eq!((refused.word.as_str(), refused.reasons), ("CANNOT_MIGRATE", vec!["NO_STEP:ask".to_owned()]));
    let decision = bench.migrate(&more, map(json!({"steps": {"ask": null}}))).expect("it goes");
    assert_eq!(bench.snap().steps["ask"].status, StepStatus::Closed);
    assert_eq!(bench.snap().steps["wish"].status, StepStatus::Open);
    let timers: Vec<&str> = bench.snap().timers.keys().map(String::as_str).collect();
    assert_eq!(timers, ["t-look"], "reminders of what ended and the timer that is gone have stopped");
    assert!(matches!(decision.effects.as_slice(), [Effect::Notify { roles, .. }] if *roles == ["tch"]));
    assert_eq!(
        bench.definition.step("ask").map(|def| def.step.kind.as_str()),
        Some("input"),
        "the past stays readable"
    );
    assert_eq!(bench.definition.ir.text("nl", "step.ask"), "Wat wil je vragen?");
    bench.send(&dir(), "next", none()).expect("it goes on");
    assert!(bench.definition.step("ask").is_some(), "also later");
}

#[test]
fn what_does_not_fit_is_refused_with_every_reason() {
    let cases: [(Changes<'_>, Value, &str); 9] = [
        (&[("  ask:\n", "  gather:\n"), ("to: ask", "to: gather")], json!({}), "NO_STATE:ask"),
        (&[("title: \"Wat wil je vragen?\"", "privacy: P0, title: x")], json!({}), "PRIVACY_LOWERED:ask"),
        (&[("uses: input", "uses: goal")], json!({}), "KIND_CHANGED:ask"),
        (
            &[("{type: integer, default: 0}", "{type: text, default: \"\"}"), ("\"data.count + 1\"", "\"'x'\"")],
            json!({}),
            "DATA_TYPE:count",
        ),
        (
            &[("config: {topic: {type: text, default: books}}", "config: {goal: {type: text, required: true}}")],
            json!({}),
            "CONFIG_MISSING:goal",
        ),
        (&[("type: text, default: books", "type: integer, default: 1")], json!({}), "CONFIG_TYPE:topic"),
        (&[("tch: {}", "mem: {}"), ("[tch]", "[mem]")], json!({}), "ROLE_GONE:tch"),
        (&[("dir: {}", "dir: {}")], json!({"states": {"ask": ["over"]}}), "STATE_IS_END:over"),
        (&[("dir: {}", "dir: {}")], json!({"states": {"ask": ["look"]}}), "STEP_ELSEWHERE:ask"),
    ];
    for (changes, mapping, reason) in cases {
        let mut bench = Bench::started(ONE, json!({"topic": "books"}));
        handed_in(&mut bench);
        let was = bench.snap().clone();
        let refused = bench.migrate(&two(changes), map(mapping)).expect_err(reason);
        assert_eq!(refused.word, "CANNOT_MIGRATE", "{refused:?}");
        assert!(refused.reasons.contains(&reason.to_owned()), "{reason}: {refused:?}");
        assert_eq!(bench.snap(), &was, "nothing has changed");
    }
}

#[test]
fn a_form_that_would_read_what_is_gone_is_refused() {
    let reading = ONE.replace("{limit: 3}", "{limit: \"${data.count + 3}\"}");
    let mut bench = Bench::started(&reading, none());
    let renamed = reading.replace("1.0.0", "1.1.0").replace("count", "turns");
    let refused =
        bench.migrate(&renamed, map(json!({"data": {"rename": {"count": "turns"}}}))).expect_err("it reads it");
    assert_eq!(refused.reasons, ["FORM:ask"], "{refused:?}");
}

#[test]
fn a_migration_is_for_who_leads_and_not_for_what_is_over() {
    let mut bench = talk();
    let text = two(&[]);
    let target = json!({"from": "", "definition": "", "version": "", "plugins": {}});
    let command = Command::Migrate {
        target: serde_json::from_value(target).expect("a target"),
        map: Box::default(),
        reason: None,
    };
    let refused = bench.run(&person("lk1", &["tch"]), command).expect_err("not for teachers");
    assert_eq!(refused.word, "NOT_ALLOWED");
    bench.run(&dir(), Command::Pause { reason: "strike".into() }).expect("paused");
    assert_eq!(bench.migrate(&text, Mapping::default()).expect_err("paused").word, "PAUSED");
    bench.run(&dir(), Command::Resume).expect("on");
    bench.run(&dir(), Command::Cancel { reason: "over".into() }).expect("over");
    assert_eq!(bench.migrate(&text, Mapping::default()).expect_err("over").word, "CLOSED");
}

/// Without the numbers that only count up and what the journal knows.
fn bare(snapshot: &Snapshot) -> Snapshot {
    Snapshot { revision: 0, counter: 0, ..snapshot.clone() }
}

#[test]
fn the_way_back_is_open_until_something_else_happens() {
    let mut bench = talk();
    let refused = bench.unmigrate().expect_err("nothing to take back");
    assert_eq!((refused.word.as_str(), refused.reasons), ("CANNOT_UNDO", vec!["NOT_MIGRATED".to_owned()]));
    handed_in(&mut bench);
    let was = bench.snap().clone();
    let more = two(&[("    step: {uses: input,", "    steps: {wish: {uses: input,"), ("{limit: 3}}", "{limit: 3}}}")]);
    bench.migrate(&more, map(json!({"steps": {"ask": null}}))).expect("it goes");
    bench.run(&dir(), Command::Note { text: "hm".into() }).expect("a note changes nothing");
    let decision = bench.unmigrate().expect("back");
    assert_eq!(bare(bench.snap()), bare(&was));
    assert_eq!(bench.origin.version, "1.0.0");
    assert!(decision.trace.contains(&Happening::Opened { step: "ask".into() }));
    assert!(decision.tasks.iter().any(|change| matches!(change, TaskChange::Open(task) if task.step == "ask")));
    bench.migrate(&more, map(json!({"steps": {"ask": null}}))).expect("forth again");
    bench.send(&dir(), "next", none()).expect("on");
    let refused = bench.unmigrate().expect_err("too late");
    assert_eq!((refused.word.as_str(), refused.reasons), ("CANNOT_UNDO", vec!["CHANGED_SINCE:send".to_owned()]));
}

#[test]
fn two_migrations_keep_the_first_form_of_what_stays_open() {
    let mut bench = talk();
    bench.migrate(&two(&[("{limit: 3}", "{limit: 6}")]), Mapping::default()).expect("to 1.1.0");
    let third = two(&[("{limit: 3}", "{limit: 9}"), ("1.1.0", "1.2.0")]);
    bench.migrate(&third, Mapping::default()).expect("to 1.2.0");
    assert_eq!(bench.definition.step("ask").map(|def| def.step.with["limit"].clone()), Some(json!(3)));
    bench.unmigrate().expect("back to 1.1.0");
    assert_eq!(bench.origin.version, "1.1.0");
    assert_eq!(bench.definition.step("ask").map(|def| def.step.with["limit"].clone()), Some(json!(3)));
    assert_eq!(bench.definition.fresh["ask"].step.with["limit"], 6);
    let refused = bench.unmigrate().expect_err("one way back at a time");
    assert_eq!(refused.reasons, ["CHANGED_SINCE:migrate"]);
}

const FAMILY: &str = r#"
workflow: family
version: 1.0.0
roles: {dir: {}}
states:
  work:
    run: {workflow: talk, for_each: {team: "['a', 'b']"}, key: team, join: all}
    on: {done.child.work: done}
  done: {final: true}
"#;

#[test]
fn a_child_that_knows_its_state_by_an_earlier_name_is_heard() {
    let mut bench = Bench::started(FAMILY, none());
    let renamed = FAMILY.replace("1.0.0", "1.1.0").replace("  work:", "  teams:").replace("child.work", "child.teams");
    let none_left = renamed
        .replace("    run: {workflow: talk, for_each: {team: \"['a', 'b']\"}, key: team, join: all}\n", "")
        .replace("done.child.teams: done", "end: {to: done, roles: [dir]}");
    let to = || map(json!({"states": {"work": ["teams"]}}));
    let refused = bench.migrate(&none_left, to()).expect_err("children would have no place");
    assert_eq!(refused.reasons, ["CHILDREN:work"]);
    bench.migrate(&renamed, to()).expect("it goes");
    for key in ["a", "b"] {
        let command = Command::ChildEnded {
            state: "work".into(),
            key: key.into(),
            status: super::super::ChildStatus::Ended,
            outcome: Value::Null,
        };
        bench.run(&Actor::system(), command).expect("heard");
    }
    assert_eq!(bench.states(), ["done"]);
}

/// What can happen to a talk, by number.
fn happens(bench: &mut Bench, what: u8) {
    let at = bench.now;
    bench.now = at + jiff::SignedDuration::from_hours(30);
    // What is refused is refused on both sides alike.
    let _ = match what % 5 {
        0 => bench.send(&dir(), "next", none()).map(drop),
        1 => bench.send(&dir(), "again", none()).map(drop),
        2 => bench.timer("ask.after.1").map(drop),
        3 => bench.timer("ask.remind.1").map(drop),
        _ => bench.run(&dir(), Command::Skip { step: "ask".into(), reason: "x".into() }).map(drop),
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Going over to the same definition changes nothing that happens afterwards.
    #[test]
    fn to_itself_is_no_change(before in prop::collection::vec(0_u8..5, 0..5), after in prop::collection::vec(0_u8..5, 0..8)) {
        let (mut stays, mut goes) = (talk(), talk());
        for what in before {
            happens(&mut stays, what);
            happens(&mut goes, what);
        }
        let decision = goes.migrate(ONE, Mapping::default()).expect("it goes");
        prop_assert!(decision.tasks.is_empty() && decision.timers.is_empty() && decision.effects.is_empty());
        let plain = |bench: &Bench| Snapshot { revision: 0, migrated: None, ..bench.snap().clone() };
        prop_assert_eq!(plain(&stays), plain(&goes));
        for what in after {
            happens(&mut stays, what);
            happens(&mut goes, what);
            prop_assert_eq!(plain(&stays), plain(&goes));
        }
    }

    /// Forth and back is where it was, wherever it stood.
    #[test]
    fn forth_and_back_is_the_same(before in prop::collection::vec(0_u8..5, 0..8), limit in 1..9) {
        let mut bench = talk();
        for what in before {
            happens(&mut bench, what);
        }
        let was = bench.snap().clone();
        let text = two(&[("{limit: 3}", &format!("{{limit: {limit}}}")), ("10 schooldays:", "4 schooldays: {timer: t-new, do: [{log: \"1\"}]}, 10 schooldays:")]);
        bench.migrate(&text, Mapping::default()).expect("it goes");
        prop_assert_eq!(&bench.origin.version, "1.1.0");
        bench.unmigrate().expect("and comes back");
        prop_assert_eq!(bare(bench.snap()), bare(&was));
    }
}

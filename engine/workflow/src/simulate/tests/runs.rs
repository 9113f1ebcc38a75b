//! What runs come to: order, time, children, rounds, waiting, and that chance hangs on the seed alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::help::{DILIGENT, plan, plan_of, run, school, source};
use crate::decide::{Actor, Answers, Command, Origin, World, decide};
use crate::language::Kinds;
use crate::simulate::{Plan, Run, Running, Tally, WaitsFor, What, forecast, simulate, story};

const TWO_STEPS: &str = "
workflow: two-steps
version: 1.0.0
roles: {dir: {}, tch: {}}
states:
  asking:
    step: {uses: questionnaire, roles: [tch], minutes: 20, due: 5 schooldays, remind: [3 schooldays]}
    on:
      next: {to: writing, roles: [dir], concludes: [asking]}
      cancel: {to: done, roles: [dir]}
  writing:
    step: {uses: report, roles: [dir], minutes: 30}
    on:
      close: {to: done, roles: [dir], require: [{that: \"steps.writing.result.fine\", else: NOT_FINE}]}
  done: {final: true}
";

fn led(run: &Run) -> Vec<&str> {
    fn act(what: &What) -> Option<&str> {
        match what {
            What::Led { act, .. } => Some(act),
            _ => None,
        }
    }
    run.told.iter().filter_map(|told| act(&told.what)).collect()
}

#[test]
fn diligent_people_walk_the_shortest_way_and_nobody_cancels() {
    let run = run(TWO_STEPS, DILIGENT);
    assert_eq!(led(&run), ["next", "close"]);
    let [cycle] = run.cycles.as_slice() else { panic!("{:?}", run.cycles) };
    assert_eq!((cycle.lifecycle, cycle.root), ("ended", true));
    let asked = run.steps["two-steps/asking"];
    assert_eq!((asked.opened, asked.answers, asked.late, asked.silent, asked.minutes), (1, 20, 0, 0, 400));
    assert_eq!(run.notes.len(), 0, "{:?}", run.notes);
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let plan = plan(TWO_STEPS, "");
    assert_eq!(simulate(&plan, 3, true), simulate(&plan, 3, true));
    assert_ne!(simulate(&plan, 3, true).told, simulate(&plan, 4, true).told);
    let untold = simulate(&plan, 3, false);
    assert_eq!(untold.cycles, simulate(&plan, 3, true).cycles, "telling changes nothing");
    assert!(untold.told.is_empty());
}

#[test]
fn slow_people_are_late_and_reminded() {
    let run = run(TWO_STEPS, "habits: {answer_days: 12, absent: 0, never: 0, leave: 0, patience: 40}\n");
    let asked = run.steps["two-steps/asking"];
    assert!(asked.late > 0 && asked.reminders > 0 && asked.held_up > 5, "{asked:?}");
    let plan = plan(TWO_STEPS, "");
    let text = story(&plan, &run.told, "nl");
    assert!(text.contains("te laat"), "{text}");
    assert!(story(&plan, &run.told, "en").contains("late"));
}

#[test]
fn who_leads_waits_with_patience_but_not_for_ever() {
    let silent = "habits: {answer_days: 0, absent: 0, part_time: 0, never: 1, leave: 0, lead_days: 0, patience: 10}\n";
    let run = run(TWO_STEPS, silent);
    // Coaches lead, so they answer; the others never do, and after ten school days the cycle goes on.
    let asked = run.steps["two-steps/asking"];
    assert_eq!((asked.answers, asked.silent), (7, 13));
    assert_eq!(run.cycles[0].lifecycle, "ended");
    assert_eq!(asked.held_up, 15, "five days until it is due, ten days of patience");
}

const NOBODY: &str = "
workflow: nobody
version: 1.0.0
roles: {dir: {}, nurse: {}, me: {from: \"['lk4']\"}}
states:
  a:
    step: {uses: report, roles: [me]}
    on: {next: {to: b, roles: [dir], concludes: [a]}}
  b:
    on: {close: {to: done, roles: [nurse]}}
  done: {final: true}
";

#[test]
fn a_cycle_that_never_ends_says_what_it_waits_for() {
    let run_of = |rehearsal: &str| run(NOBODY, rehearsal).cycles[0].waits.clone();
    let waits = run_of(DILIGENT);
    assert_eq!(waits[0].state, "b");
    assert_eq!(waits[0].reason, WaitsFor::Somebody { act: "close".into(), roles: vec!["nurse".into()] });
    let waits = run_of("habits: {never: 1, absent: 0}\n");
    assert_eq!(waits[0].reason, WaitsFor::Answers { step: "a".into(), persons: vec!["lk4".into()] });
    let remarks = plan(NOBODY, "");
    assert!(remarks.remarks().iter().any(|remark| remark.contains("role `nurse`")), "{:?}", remarks.remarks());
}

const DATED: &str = "
workflow: dated
version: 1.0.0
config: {day: {type: date, required: true}}
data: {count: 0}
roles: {dir: {}, tch: {}}
states:
  ready:
    on: {start: {to: day, roles: [dir], require: [{that: today == config.day, else: NOT_TODAY}]}}
  day:
    steps: {talk: {uses: input, roles: [tch], minutes: 60}, work: {uses: actions, roles: [tch], minutes: 30}}
    on: {next: {to: after_it, roles: [dir]}}
  after_it:
    after: {10 schooldays: {to: done, do: [{set: {count: data.count + 1}}]}}
  done: {final: true}
";

#[test]
fn days_and_timers_stay_real_and_a_live_day_takes_its_minutes() {
    let rehearsal = format!("start: 2026-09-07\nlive: [day]\nconfig: {{day: 2026-10-02}}\n{DILIGENT}");
    let run = run(DATED, &rehearsal);
    let moment = |wanted: &str| {
        let entered = |what: &What| matches!(what, What::Entered { state } if state == wanted);
        run.told.iter().find(|told| entered(&told.what)).map(|told| told.at).expect("it was entered")
    };
    assert_eq!(moment("day").date().to_string(), "2026-10-02");
    assert_eq!(moment("after_it").date(), moment("day").date(), "within the day");
    let minutes = moment("after_it").since(moment("day")).expect("a span").total(jiff::Unit::Minute).expect("minutes");
    assert!((31.0..80.0).contains(&minutes), "{minutes}");
    assert_eq!(moment("done").date().to_string(), "2026-10-16", "ten school days after 2 October");
}

const PARENT: &str = "
workflow: parent
version: 1.0.0
data: {reports: {}}
roles: {dir: {}}
states:
  running:
    run: {workflow: child, for_each: {team: \"['a', 'b', 'c']\"}, key: team, with: {team: team}}
    on:
      told: {do: [{set: {\"reports[event.data.team]\": today}}]}
      close:
        to: done
        roles: [dir]
        require: [{for_each: {team: \"['a', 'b', 'c']\"}, that: team in data.reports, else: \"{team}\"}]
  done: {final: true}
";
const CHILD: &str = "
workflow: child
version: 1.0.0
config: {team: {type: text, required: true}}
roles: {dir: {}}
states:
  work:
    step: {uses: report, roles: [dir], minutes: 10}
    on:
      next: {to: done, roles: [dir], do: [{send: {event: told, to: parent, data: {team: config.team}}}]}
  done: {final: true}
";

fn family(rehearsal: &str) -> Plan {
    let sources = [source(PARENT, rehearsal), source(CHILD, rehearsal)];
    Plan::new(school(), &sources, &["parent".to_owned()], &Kinds::default()).expect("a plan")
}

#[test]
fn children_start_report_and_end_and_what_they_bring_in_stays_real() {
    let run = simulate(&family(DILIGENT), 1, true);
    let ended: Vec<_> = run.cycles.iter().map(|cycle| (cycle.id.as_str(), cycle.lifecycle)).collect();
    assert_eq!(ended.len(), 4, "{ended:?}");
    assert!(ended.iter().all(|(_, lifecycle)| *lifecycle == "ended"), "{ended:?}");
    let last_child = run.cycles[1..].iter().filter_map(|cycle| cycle.ended).max();
    assert!(run.cycles[0].ended > last_child, "the parent closes when every report is in");
}

#[test]
fn a_child_that_is_not_there_is_told_to_its_parent() {
    let plan = plan_of(school(), &[source(PARENT, DILIGENT)]).expect("a plan");
    let run = simulate(&plan, 1, false);
    assert!(run.notes.iter().any(|note| note.contains("no workflow `child`")), "{:?}", run.notes);
}

const ROUNDS: &str = "
workflow: rounds
version: 1.0.0
roles: {dir: {}}
states:
  work:
    step: {uses: report, roles: [dir]}
    on: {next: {to: rest, roles: [dir]}}
  rest:
    on:
      again: {to: work, roles: [dir]}
      end: {to: done, roles: [dir]}
  done: {final: true}
";

#[test]
fn another_round_is_taken_as_often_as_the_habits_say_and_no_more() {
    for (share, most, rounds) in [(1.0, 3, 3), (1.0, 1, 1), (0.0, 3, 0)] {
        let habits = format!("habits: {{another_round: {share}, rounds: {most}, absent: 0}}\n");
        let run = run(ROUNDS, &habits);
        assert_eq!(led(&run).iter().filter(|act| **act == "again").count(), rounds);
        assert_eq!(run.cycles[0].lifecycle, "ended");
    }
}

#[test]
fn an_expression_that_stumbles_over_made_up_results_is_noted_and_nothing_breaks() {
    let yaml = TWO_STEPS
        .replace("concludes: [asking]", "concludes: [asking], do: [{set: {x: first(steps.asking.result.none)}}]")
        .replace("roles: {dir", "data: {x: ''}\nroles: {dir");
    let run = run(&yaml, DILIGENT);
    assert_eq!(run.cycles[0].lifecycle, "ended");
    assert!(run.notes.iter().any(|note| note.contains("first(steps.asking.result.none)")), "{:?}", run.notes);
}

#[test]
fn results_of_the_rehearsal_file_reach_guards_and_outcomes_choose_the_way() {
    let yaml = "
workflow: choice
version: 1.0.0
data: {seen: ''}
roles: {dir: {}}
states:
  ask:
    step: {uses: gate, roles: [dir], conclude: when_ready}
    on:
      done.step.ask:
        - {to: left, when: event.data.outcome == 'left', do: [{set: {seen: event.data.result.who}}]}
        - {to: right}
  left: {on: {go: {to: done, roles: [dir], when: \"data.seen == 'dir'\"}}}
  right: {on: {go: {to: done, roles: [dir]}}}
  done: {final: true}
";
    let rehearsal =
        format!("outcomes: {{ask: {{left: 1}}}}\nresults: {{ask: {{who: \"${{first(config.people)}}\"}}}}\n{DILIGENT}");
    let yaml = yaml.replace("data: {seen", "config: {people: {type: [person], default: [dir]}}\ndata: {seen");
    let run = run(&yaml, &rehearsal);
    let entered =
        |wanted: &str| run.told.iter().any(|told| matches!(&told.what, What::Entered { state } if state == wanted));
    assert!(entered("left") && !entered("right"));
    assert_eq!(run.cycles[0].lifecycle, "ended");
}

#[test]
fn sums_of_many_runs_do_not_hang_on_who_made_them() {
    let plan = plan(TWO_STEPS, "");
    let (mut whole, mut even, mut odd) = (Tally::default(), Tally::default(), Tally::default());
    for seed in 0..12 {
        let run = simulate(&plan, seed, false);
        whole.add(&plan, &run);
        if seed % 2 == 0 { even.add(&plan, &run) } else { odd.add(&plan, &run) }
    }
    odd.merge(even);
    assert_eq!(whole.summary(&plan), odd.summary(&plan));
    let summary = whole.summary(&plan);
    assert_eq!(summary.runs, 12);
    assert_eq!(summary.bottleneck.as_ref().map(|(step, _)| step.as_str()), Some("two-steps/asking"));
    assert!(summary.whole.earliest <= summary.whole.median && summary.whole.median <= summary.whole.latest);
    let spent: f64 = summary.people.iter().map(|load| load.mean).sum::<f64>() * plan.weeks.len() as f64;
    let asked: f64 = summary.steps.values().map(|step| step.minutes).sum();
    assert!((spent - asked).abs() < 0.01, "every minute is somebody's: {spent} and {asked}");
}

#[test]
fn a_look_ahead_follows_no_circle() {
    let yaml = "
workflow: circle
version: 1.0.0
roles: {dir: {}}
states:
  asking:
    step: {uses: gate, roles: [dir], minutes: 15, conclude: when_ready, fresh: true}
    on:
      done.step.asking: {to: asking, reenter: true}
      stop: {to: done, roles: [dir], require: [{that: 'false', else: NEVER}]}
  done: {final: true}
";
    let source = source(yaml, "");
    let now = "2026-10-06T09:00:00Z".parse().expect("a moment");
    let definition = &source.definition;
    let origin = Origin {
        instance: "c".into(),
        school: "de-wilg".into(),
        workflow: "circle".into(),
        version: "1.0.0".into(),
        definition: definition.hash.clone(),
        config: serde_json::Map::new(),
        parent: None,
        plugins: BTreeMap::new(),
    };
    let calendar = school().calendar;
    let world = World { definition, origin: &origin, calendar: &calendar, now, assuming: None, next: None };
    let begin = Command::Start { origin: Box::new(origin.clone()) };
    let begun = decide(world, None, &Actor::system(), &begin, &Answers::default()).expect("begun");
    let running = [Running { origin, definition: Arc::clone(definition), snapshot: begun.snapshot }];
    let ahead = forecast(school(), &running, &[], &BTreeMap::new(), &Kinds::default(), now);
    let minutes: u32 = ahead.people.iter().flat_map(|asked| &asked.weeks).map(|week| week.minutes).sum();
    assert!((15..=5 * 15).contains(&minutes), "the open one and at most four more: {minutes}");
}

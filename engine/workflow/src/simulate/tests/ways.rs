//! Which way a cycle goes: exceptions, agreed days, side events, outcomes, data that conditions ask for.

use super::help::{DILIGENT, run};
use crate::simulate::{Run, What};

fn entered(run: &Run) -> Vec<(&str, String)> {
    run.told
        .iter()
        .filter_map(|told| match &told.what {
            What::Entered { state } => Some((state.as_str(), told.at.date().to_string())),
            _ => None,
        })
        .collect()
}

fn states(run: &Run) -> Vec<&str> {
    entered(run).into_iter().map(|(state, _)| state).collect()
}

const EXCEPTIONS: &str = "
workflow: exceptions
version: 1.0.0
roles: {dir: {}}
states:
  a:
    on:
      cancel: {to: cancelled, roles: [dir]}
      give_reasons: {to: done, roles: [dir], needs_reason: true}
      next: {to: b, roles: [dir]}
  b: {on: {next: {to: done, roles: [dir]}}}
  cancelled: {final: true}
  done: {final: true}
";

#[test]
fn exceptions_happen_only_as_setbacks() {
    let people = "answer_days: 0, absent: 0, part_time: 0, never: 0, leave: 0";
    assert_eq!(states(&run(EXCEPTIONS, &format!("habits: {{{people}}}"))), ["a", "b", "done"]);
    assert_eq!(states(&run(EXCEPTIONS, &format!("habits: {{{people}, setback: 1}}"))), ["a", "cancelled"]);
}

#[test]
fn an_event_with_a_reason_is_sent_where_there_is_no_other_way() {
    let yaml = EXCEPTIONS.replace("      next: {to: b, roles: [dir]}\n", "");
    let yaml = yaml.replace("  b: {on: {next: {to: done, roles: [dir]}}}\n", "");
    assert_eq!(states(&run(&yaml, DILIGENT)), ["a", "done"]);
}

#[test]
fn nobody_hurries_an_agreed_day_and_a_step_may_have_a_first_day() {
    let yaml = "
workflow: agreed
version: 1.0.0
config: {day: {type: date, default: 2026-11-17}}
roles: {dir: {}}
states:
  waiting:
    on: {begin: {to: working, roles: [dir]}}
    at: {config.day at 07:00: {to: working}}
  working:
    step: {uses: report, roles: [dir]}
    on: {end: {to: done, roles: [dir]}}
  done: {final: true}
";
    let run = run(yaml, &format!("start: 2026-09-07\nnot_before: {{working: 2026-12-01}}\n{DILIGENT}"));
    let days = entered(&run);
    assert_eq!(days[1], ("working", "2026-11-17".to_owned()));
    assert_eq!(days[2], ("done", "2026-12-01".to_owned()));
}

#[test]
fn side_events_happen_when_the_rehearsal_file_asks_for_them() {
    let yaml = "
workflow: side
version: 1.0.0
data: {core: {type: [text], default: []}}
roles: {dir: {}}
states:
  a:
    on:
      name_core: {roles: [dir], data: {core: {type: [person], required: true}}, do: [{set: {core: event.data.core}}]}
      next: {to: done, roles: [dir], when: size(data.core) == 2}
  done: {final: true}
";
    assert_eq!(states(&run(yaml, DILIGENT)), ["a"], "nobody thinks of it");
    let rehearsal =
        format!("also: {{name_core: size(data.core) == 0}}\nevents: {{name_core: {{core: [zc1, zc2]}}}}\n{DILIGENT}");
    assert_eq!(states(&run(yaml, &rehearsal)), ["a", "done"]);
}

const OUTCOMES: &str = "
workflow: outcomes
version: 1.0.0
roles: {dir: {}}
states:
  ask:
    step: {uses: gate, roles: [dir], conclude: when_ready, fresh: true}
    on:
      done.step.ask:
        - {to: done, when: event.data.outcome == 'accept'}
        - {to: ask, when: event.data.outcome == 'again', reenter: true}
  done: {final: true}
";

#[test]
fn outcomes_that_transitions_tell_apart_are_drawn_without_a_file() {
    let run_of = |rehearsal: &str| run(OUTCOMES, &format!("{rehearsal}\n{DILIGENT}"));
    assert_eq!(run_of("").cycles[0].lifecycle, "ended");
    assert_eq!(run_of("outcomes: {ask: {accept: 1}}").steps["outcomes/ask"].opened, 1);
    let never = run_of("outcomes: {ask: {again: 1}}");
    assert_eq!(never.cycles[0].lifecycle, "active");
    assert!(never.steps["outcomes/ask"].opened > 50, "again and again until the end of the year");
}

#[test]
fn data_of_an_event_is_what_its_conditions_ask_for() {
    let yaml = "
workflow: hints
version: 1.0.0
roles: {dir: {}}
states:
  a:
    on:
      hand_over:
        - {when: event.data.to != 'observe', roles: [dir], require: [{that: \"false\", else: INVALID}]}
        - {to: done, roles: [dir], data: {to: {type: text, required: true}}}
  done: {final: true}
";
    assert_eq!(states(&run(yaml, DILIGENT)), ["a", "done"]);
}

#[test]
fn a_requirement_that_asks_for_a_state_sends_people_there_first() {
    let yaml = "
workflow: in-state
version: 1.0.0
roles: {dir: {}}
states:
  open:
    on: {close: {to: closed, roles: [dir], require: [{that: \"In('reviewed')\", else: REVIEW}]}}
    states:
      growing: {on: {review: {to: reviewing, roles: [dir]}}}
      reviewing: {on: {confirm: {to: reviewed, roles: [dir]}}}
      reviewed: {}
  closed: {final: true}
";
    assert_eq!(states(&run(yaml, DILIGENT)), ["growing", "reviewing", "reviewed", "closed"]);
}

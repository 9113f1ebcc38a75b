//! What people do in a simulation: workflows with timers, children and messages, and a list of requests out of a number.
//!
//! Lives here: the work. May not live here: faults, carrying it out.

use serde_json::{Value, json};

use super::chance::Chance;

/// The timers of the first days have fired after so many days, whatever days off there are and however far the clock jumped
/// ahead before they were set.
const FIRST_DAYS: i64 = 21;
/// Children whose end was asked for have ended, and their mother was told several times.
const LAST_DAYS: i64 = 2;

/// Cycles that run a child for each team: until all of them have ended, or until the first has.
const RELAY: &str = r#"
workflow: NAME
version: 1.0.0
privacy: P1
data: {count: 0, sum: 0, rang: 0, heard: 0, teams: [{id: a}, {id: b}, {id: c}]}
roles: {dir: {}}
states:
  running:
    run: {workflow: runner, for_each: {team: data.teams}, key: team.id, with: {team: team.id}, join: JOIN}
    after:
      PT2H: {timer: t-ring, do: [{set: {rang: data.rang + 1}}, {notify: {roles: [dir], text: ring}}]}
    on:
      add:
        roles: [dir]
        data: {n: {type: integer, required: true}}
        do: [{set: {count: data.count + 1, sum: data.sum + event.data.n}}]
      team.reported: {do: [{set: {heard: data.heard + 1}}]}
      done.child.running: {to: ended}
  ended: {final: true}
texts:
  nl: &texts
    title: Estafette
    purpose: Lopen
    state: {running: Loopt, ended: Klaar}
    event: {add: Tel op}
    role: {dir: directie}
    ring: {title: Het is zover, text: Er is gebeld}
  en: *texts
"#;

/// What runs for each team, and on its own.
const RUNNER: &str = r#"
workflow: runner
version: 1.0.0
privacy: P1
config: {team: {type: text, default: none}}
data: {count: 0, sum: 0, rang: 0}
roles: {dir: {}}
states:
  busy:
    entry: [{send: {event: team.reported, to: parent, data: {team: config.team}}}]
    after:
      PT1H: {timer: t-hour, do: [{set: {rang: data.rang + 1}}]}
      2 schooldays: {timer: t-days, do: [{set: {rang: data.rang + 10}}]}
    on:
      add:
        roles: [dir]
        data: {n: {type: integer, required: true}}
        do: [{set: {count: data.count + 1, sum: data.sum + event.data.n}}]
      trip: {roles: [dir], do: [{set: {sum: 1 / (data.count - data.count)}}]}
      close: {to: closing, roles: [dir]}
  closing:
    after:
      P1D: {timer: t-close, to: finished}
  finished: {final: true}
texts:
  nl: &texts
    title: Loper
    purpose: Lopen
    state: {busy: Bezig, closing: Sluit, finished: Klaar}
    event: {add: Tel op, trip: Struikel, close: Sluit}
    role: {dir: directie}
  en: *texts
"#;

const SCHOOL: &str = r#"
school: klein
name: Kleine school
calendar: {base: be-nl, years: [2026-2027], local: [LOCAL]}
people: {dir: {name: An, roles: [dir]}}
"#;

/// The workflows by name.
pub(crate) fn workflows() -> [(&'static str, String); 3] {
    [
        ("relay", RELAY.replace("NAME", "relay").replace("JOIN", "all")),
        ("dash", RELAY.replace("NAME", "dash").replace("JOIN", "any")),
        ("runner", RUNNER.to_owned()),
    ]
}

/// Days off that the school gets of its own, at the most.
pub(crate) const MOST_DAYS_OFF: usize = 3;

/// The school, with so many days off of its own.
pub(crate) fn school(days_off: usize) -> String {
    let day = |n: usize| format!("{{id: off-{n}, kind: free_day, from: 2026-10-0{}, title: Vrij}}", 6 + n);
    SCHOOL.replace("LOCAL", &(0..days_off.min(MOST_DAYS_OFF)).map(day).collect::<Vec<_>>().join(", "))
}

/// What is asked of the engine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ask {
    Start {
        id: String,
        workflow: &'static str,
    },
    Event {
        instance: String,
        event: &'static str,
        data: Value,
    },
    Pause {
        instance: String,
    },
    Resume {
        instance: String,
    },
    Cancel {
        instance: String,
    },
    /// The school gets days off.
    DaysOff(usize),
    /// What broke is tried again.
    Retry {
        instance: String,
    },
    /// Nobody asks anything until all that falls due within so many days from now has happened.
    Quiet(i64),
}

impl Ask {
    /// Whether a repeat gets the first answer.
    pub(crate) fn has_key(&self) -> bool {
        !matches!(self, Self::DaysOff(_) | Self::Retry { .. } | Self::Quiet(_))
    }
}

/// The requests of a number, in their order: each is repeated until it is acknowledged, then follows the next.
pub(crate) fn requests(number: u64) -> Vec<Ask> {
    let mut chance = Chance::of(number ^ 0x5EED);
    let start = |id: &str, workflow| Ask::Start { id: id.into(), workflow };
    let add = |chance: &mut Chance, instance: String| Ask::Event {
        instance,
        event: "add",
        data: json!({"n": 1 + chance.below(9)}),
    };
    let close = |instance: String| Ask::Event { instance, event: "close", data: json!({}) };
    let mut asks = vec![start("r1", "relay"), start("d1", "dash"), start("x1", "relay"), start("c1", "runner")];
    chance.shuffle(&mut asks);
    for _ in 0..3 + chance.below(3) {
        let mother = ["r1", "d1", "c1"][chance.below(3)];
        asks.push(add(&mut chance, mother.into()));
    }
    if chance.one_in(2) {
        asks.push(Ask::Cancel { instance: "x1".into() });
    }
    for _ in 0..3 + chance.below(4) {
        let mother = ["r1", "d1"][chance.below(2)];
        let team = ["a", "b", "c"][chance.below(3)];
        asks.push(add(&mut chance, format!("{mother}/running-2/{team}")));
    }
    if chance.one_in(2) {
        asks.push(Ask::DaysOff(1 + chance.below(2)));
    }
    if chance.one_in(2) {
        asks.push(Ask::Pause { instance: "c1".into() });
        asks.push(add(&mut chance, "r1".into()));
        asks.push(Ask::Resume { instance: "c1".into() });
        asks.push(add(&mut chance, "c1".into()));
    }
    if !asks.contains(&Ask::Cancel { instance: "x1".into() }) {
        asks.push(Ask::Cancel { instance: "x1".into() });
    }
    let trips = chance.one_in(2);
    if trips {
        asks.push(Ask::Event { instance: "c1".into(), event: "trip", data: json!({}) });
    }
    asks.push(Ask::Quiet(FIRST_DAYS));
    if trips {
        asks.push(Ask::Retry { instance: "c1".into() });
    }
    // Children may end while their mother is paused.
    let pauses = chance.one_in(2);
    if pauses {
        asks.push(Ask::Pause { instance: "r1".into() });
    }
    let mut closings = ["a", "b", "c"].map(|team| close(format!("r1/running-2/{team}")));
    chance.shuffle(&mut closings);
    asks.extend(closings);
    asks.push(close("d1/running-2/b".into()));
    if pauses {
        asks.push(Ask::Quiet(LAST_DAYS));
        asks.push(Ask::Resume { instance: "r1".into() });
    }
    asks
}

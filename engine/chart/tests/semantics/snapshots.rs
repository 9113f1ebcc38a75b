//! The stored form: by ids, checked on the way back.

use std::collections::BTreeMap;

use draaiboek_chart::{Configuration, Snapshot};

use crate::notation::Run;

const CHART: &str = "
        parallel p
          history h
            default a1
          deep d
            default a1
          state r1
            history hr
              default a1
            state a1
            state b1
              state c1
          state r2
            state a2
          on e to z
        state z
          on back to d";

/// History ids with what they remember.
type Histories<'a> = &'a [(&'a str, &'a [&'a str])];

fn snapshot(active: &[&str], history: Histories<'_>) -> Snapshot {
    let strings = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let history = history.iter().map(|(id, ids)| (id.to_string(), strings(ids))).collect::<BTreeMap<_, _>>();
    Snapshot { active: strings(active), history, running: true }
}

#[test]
fn refusals_name_the_state() {
    let run = Run::new(CHART);
    let table: &[(&[&str], Histories<'_>, &str)] = &[
        (
            &["nowhere"],
            &[],
            "snapshot names state 'nowhere', which this chart does not have; migrate it with a state map",
        ),
        (
            &["r1"],
            &[],
            "snapshot lists state 'r1' as active, but it is not atomic in this chart; migrate it with a state map",
        ),
        (
            &["h"],
            &[],
            "snapshot lists state 'h' as active, but it is not atomic in this chart; migrate it with a state map",
        ),
        (&[], &[], "snapshot is no legal configuration: state '' has 0 active children and needs 1"),
        (&["a1"], &[], "snapshot is no legal configuration: state 'p' has 1 active children and needs 2"),
        (&["a1", "c1", "a2"], &[], "snapshot is no legal configuration: state 'r1' has 2 active children and needs 1"),
        (&["a1", "a2", "z"], &[], "snapshot is no legal configuration: state '' has 2 active children and needs 1"),
        (
            &["z"],
            &[("z", &["a1"])],
            "snapshot keeps a history for 'z', which is no history of this chart; migrate it with a state map",
        ),
        (
            &["z"],
            &[("x", &["a1"])],
            "snapshot names state 'x', which this chart does not have; migrate it with a state map",
        ),
        (
            &["z"],
            &[("h", &["r1"])],
            "snapshot keeps a history for 'h' that can not be restored in this chart; migrate it with a state map",
        ),
        (
            &["z"],
            &[("d", &["a1"])],
            "snapshot keeps a history for 'd' that can not be restored in this chart; migrate it with a state map",
        ),
        (
            &["z"],
            &[("d", &["a1", "r2"])],
            "snapshot keeps a history for 'd' that can not be restored in this chart; migrate it with a state map",
        ),
        (
            &["z"],
            &[("hr", &["c1"])],
            "snapshot keeps a history for 'hr' that can not be restored in this chart; migrate it with a state map",
        ),
        (
            &["z"],
            &[("hr", &["z"])],
            "snapshot keeps a history for 'hr' that can not be restored in this chart; migrate it with a state map",
        ),
    ];
    for (active, history, expected) in table {
        let error = Configuration::restore(&run.chart, &snapshot(active, history)).unwrap_err();
        assert_eq!(error.to_string(), *expected);
    }
}

#[test]
fn json_form() {
    let mut run = Run::new(CHART).start();
    run.send("e");
    let stored = run.configuration.snapshot(&run.chart);
    let json = serde_json::to_string(&stored).unwrap();
    assert_eq!(json, r#"{"active":["z"],"history":{"d":["a1","a2"],"h":["r1","r2"],"hr":["a1"]},"running":true}"#);
    let back: Snapshot = serde_json::from_str(&json).unwrap();
    assert_eq!(Configuration::restore(&run.chart, &back).unwrap(), run.configuration);
    assert!(serde_json::from_str::<Snapshot>(r#"{"active":[],"running":false,"extra":1}"#).is_err());
}

#[test]
fn before_the_start_and_after_the_end() {
    let run = Run::new(
        "
        final f",
    );
    let idle = run.configuration.snapshot(&run.chart);
    assert_eq!(idle, Snapshot::default());
    assert_eq!(Configuration::restore(&run.chart, &idle).unwrap(), run.configuration);
    let run = run.start();
    let ended = run.configuration.snapshot(&run.chart);
    assert_eq!((ended.active.as_slice(), ended.running), (&["f".to_owned()][..], false));
    assert_eq!(Configuration::restore(&run.chart, &ended).unwrap(), run.configuration);
}

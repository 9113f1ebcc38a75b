//! What does not compile (statecharts.md section 3), each with its place.

use draaiboek_chart::{Chart, ChartSource};

use crate::notation::Written;

fn errors(text: &str) -> Vec<String> {
    let written = Written::read(text);
    Chart::compile(&written.source).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn refusals() {
    let table: &[(&str, &[&str])] = &[
        (
            "state a\n  state a\nstate ",
            &[
                "state 'a': has the same id as an earlier state; rename one of them",
                "state '': has an empty id; give it a name",
            ],
        ),
        (
            "initial x\nstate a\n  initial y\n  on e to z\n  state b",
            &[
                "initial of the chart: target 'x' is not a state of this chart",
                "initial of state 'a': target 'y' is not a state of this chart",
                "transition 1 of state 'a': target 'z' is not a state of this chart",
            ],
        ),
        (
            "state a\n  on e to b\n  on f to b c\nstate b\nstate c",
            &["transition 2 of state 'a': targets 'b' and 'c' are not in different regions of one parallel state"],
        ),
        (
            "parallel p\n  on e to r1 a\n  on f to p r2\n  on g to r1 r1\n  state r1\n    state a\n  state r2",
            &[
                "transition 1 of state 'p': targets 'r1' and 'a' are not in different regions of one parallel state",
                "transition 2 of state 'p': targets 'p' and 'r2' are not in different regions of one parallel state",
                "transition 3 of state 'p': targets 'r1' and 'r1' are not in different regions of one parallel state",
            ],
        ),
        (
            "parallel p\n  on e to h r1\n  history h\n    default r1\n  state r1\n  state r2",
            &["transition 1 of state 'p': targets 'h' and 'r1' are not in different regions of one parallel state"],
        ),
        (
            "state a\n  initial b\n  state c\nstate b",
            &["initial of state 'a': target 'b' lies outside the state; an initial stays inside"],
        ),
        (
            "state a\n  initial a\n  state c",
            &["initial of state 'a': target 'a' lies outside the state; an initial stays inside"],
        ),
        ("state a\n  initial\n  state c", &["initial of state 'a': names no target"]),
        (
            "parallel p\n  initial a\n  state a\nstate b\n  initial a",
            &[
                "initial of state 'p': only a state with sub-states can have an initial",
                "initial of state 'b': only a state with sub-states can have an initial",
            ],
        ),
        (
            "state a\n  history h\n    default b\n  state c\nstate b",
            &["transition 1 of state 'h': target 'b' lies outside the history's parent; a default stays inside"],
        ),
        (
            "state a\n  history h\n  history i\n    on e to c\n  history j\n    on - if true to c\n  state c",
            &[
                "state 'h': a history has exactly one transition, with a target and without event or condition",
                "transition 1 of state 'i': a history has exactly one transition, with a target and without event or condition",
                "transition 1 of state 'j': a history has exactly one transition, with a target and without event or condition",
            ],
        ),
        (
            "state a\n  history h\n    default i\n  history i\n    default h\n  state c",
            &[
                "transition 1 of state 'h': the default of this history leads back to itself",
                "transition 1 of state 'i': the default of this history leads back to itself",
            ],
        ),
        ("history h\n  default a\nstate a", &["state 'h': a history must be a child of a state or parallel"]),
        (
            "state a\n  history h\n    entry x\n    default b\n  state b",
            &["state 'h': a history has no handlers and starts nothing"],
        ),
        (
            "parallel p\n  final f\n  state a",
            &["state 'f': a final can not be a region of a parallel; wrap it in a state"],
        ),
        (
            "final f\n  on e to f\n  state a",
            &["state 'f': a final or a history has no sub-states", "state 'f': a final has no transitions"],
        ),
        ("state a\n  data x", &["state 'a': only a final has done data"]),
        (
            "state a\n  on - do x\n  on - if true\n  on e",
            &["transition 1 of state 'a': has no event, no condition and no target; give it at least one"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(&errors(text), expected, "{text}");
    }
}

#[test]
fn no_states() {
    let errors = Chart::compile(&ChartSource::default()).unwrap_err();
    assert_eq!(errors[0].to_string(), "chart: has no states; add at least one");
}

#[test]
fn what_is_allowed() {
    for text in [
        "parallel p",
        "parallel p\n  on e to a h\n  state r1\n    state a\n  state r2\n    history h\n      default b\n    state b",
        "parallel p\n  history h\n    default a b\n  state r1\n    state a\n  state r2\n    state b",
        "state a\n  on - if true",
        "final f",
    ] {
        assert_eq!(errors(text), Vec::<String>::new(), "{text}");
    }
}

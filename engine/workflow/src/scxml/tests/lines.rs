//! The JSON lines: form of input and output, batch, what stops a trace.

use super::super::TraceError;
use super::super::trace::{self, Tally};
use super::document;

fn run(scxml: &str, input: &[&str]) -> (String, Result<(), TraceError>) {
    let mut out = Vec::new();
    let result = trace::run(scxml, input.iter().map(|line| Ok((*line).to_owned())), &mut out);
    (String::from_utf8(out).unwrap(), result)
}

fn batch(input: &[String]) -> (Vec<String>, Tally) {
    let mut out = Vec::new();
    let tally = trace::batch(input.iter().map(|line| Ok(line.clone())), &mut out).unwrap();
    (String::from_utf8(out).unwrap().lines().map(ToOwned::to_owned).collect(), tally)
}

const SORTED: &str = r#"<parallel id="p"><state id="zebra"/><state id="ape"><onentry><log expr="'x'"/></onentry></state>
    <transition event="e" target="q"/></parallel><state id="q"/>"#;

#[test]
fn form_of_the_output() {
    let (out, result) = run(&document("cel", "", SORTED), &[r#"{"event": "e"}"#, "", r#"{"event": null}"#]);
    assert!(result.is_ok());
    let expected = concat!(
        r#"{"configuration":["ape","zebra"],"log":["x"]}"#,
        "\n",
        r#"{"configuration":["q"],"log":[]}"#,
        "\n",
        r#"{"configuration":["q"],"log":[]}"#,
        "\n",
    );
    assert_eq!(out, expected);
}

#[test]
fn wrong_lines_are_named() {
    for (line, message) in [
        ("nonsense", "input line 2: expected ident at line 1 column 2"),
        (
            r#"{"evnt": "e"}"#,
            "input line 2: unknown field `evnt`, expected one of `event`, `data`, `after_ms` at line 1 column 7",
        ),
        (r#"{"after_ms": -1}"#, "input line 2: after_ms is negative; time does not run backwards at line 1 column 16"),
        (r#"{"event": 7}"#, "input line 2: invalid type: integer `7`, expected a string at line 1 column 11"),
    ] {
        let (out, result) = run(&document("cel", "", SORTED), &["{}", line]);
        assert_eq!(result.unwrap_err().to_string(), message);
        assert_eq!(out.lines().count(), 2, "what went well is written");
    }
}

#[test]
fn batch_answers_line_by_line() {
    let case = |scxml: String, script: serde_json::Value| {
        serde_json::json!({ "scxml": scxml, "script": script, "name": "mine" }).to_string()
    };
    let endless = r#"<state id="a"><transition target="b"/></state><state id="b"><transition target="a"/></state>"#;
    let (answers, tally) = batch(&[
        case(document("cel", "", SORTED), serde_json::json!([{ "event": "e", "after_ms": 1 }])),
        case(document("cel", "", "<state id='a'>\n  <invoke/></state>"), serde_json::json!([])),
        case("<scxml".to_owned(), serde_json::json!([])),
        case(document("cel", "", endless), serde_json::json!([])),
        "{}".to_owned(),
        case(document("null", "", "<final id='f'/>"), serde_json::json!([{}])),
    ]);
    assert_eq!(answers[0], r#"[{"configuration":["ape","zebra"],"log":["x"]},{"configuration":["q"],"log":[]}]"#);
    assert_eq!(answers[1], r#"{"unsupported":"element <invoke> in <state>, line 2, column 3"}"#);
    assert!(answers[2].starts_with(r#"{"unsupported":"not well-formed XML: "#), "{}", answers[2]);
    assert_eq!(answers[3], r#"{"error":"no end after 1000 microsteps; the loop runs through: a, b"}"#);
    assert_eq!(answers[4], r#"{"error":"input line 5: missing field `scxml` at line 1 column 2"}"#);
    assert_eq!(answers[5], r#"[{"configuration":["f"],"log":[]},{"configuration":["f"],"log":[]}]"#);
    assert_eq!(tally, Tally { run: 2, unsupported: 2, errors: 2 });
}

#[test]
fn what_never_rests_is_stopped() {
    let sends_itself =
        r#"<state id="s"><onentry><send event="e"/></onentry><transition event="e" target="s"/></state>"#;
    let ticks =
        r#"<state id="s"><onentry><send event="e" delay="1ms"/></onentry><transition event="e" target="s"/></state>"#;
    let nested = r#"<datamodel><data id="l" expr="[1,2,3,4,5,6,7,8,9,0]"/></datamodel><state id="s"><transition event="go">
        <foreach item="a" array="l"><foreach item="b" array="l"><foreach item="c" array="l"><foreach item="d" array="l">
        <foreach item="e" array="l"><foreach item="f" array="l"><foreach item="g" array="l"/></foreach></foreach></foreach>
        </foreach></foreach></foreach></transition></state>"#;
    let floods = r#"<datamodel><data id="l" expr="[1,2,3,4,5,6,7,8,9,0]"/></datamodel><state id="s"><transition event="go">
        <foreach item="a" array="l"><foreach item="b" array="l"><foreach item="c" array="l"><foreach item="d" array="l">
        <send event="x" delay="1s"/><send event="x"/></foreach></foreach></foreach></foreach></transition></state>"#;
    for (body, line, what) in [
        (sends_itself, "{}", "too many events in one line of input"),
        (ticks, r#"{"after_ms": 1000000000}"#, "too many events in one line of input"),
        (nested, r#"{"event": "go"}"#, "too many actions in one line of input"),
        (floods, r#"{"event": "go"}"#, "too many events wait"),
    ] {
        let (_, result) = run(&document("cel", "", body), &[line]);
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(what), "{error}");
    }
}

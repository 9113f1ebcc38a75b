//! Tables of small documents, run through `trace` as the command line does. `irp_*` follow the assertions of the W3C SCXML
//! implementation report; the numbers are theirs, the documents are ours.

mod clock;
mod irp_content;
mod irp_data;
mod irp_events;
mod irp_states;
mod lines;
mod refusals;
mod robust;

use serde_json::{Value as Json, json};

use super::trace;

/// Runs one document with lines of input; each answer as `a b | logged, logged`.
fn seen(scxml: &str, lines: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let input = lines.iter().map(|line| Ok((*line).to_owned()));
    if let Err(error) = trace::run(scxml, input, &mut out) {
        panic!("{error}\n{scxml}");
    }
    String::from_utf8(out).unwrap().lines().map(|line| brief(&serde_json::from_str(line).unwrap())).collect()
}

fn brief(seen: &Json) -> String {
    let join = |key: &str, separator: &str| {
        let texts = seen[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
        texts.collect::<Vec<_>>().join(separator)
    };
    format!("{} | {}", join("configuration", " "), join("log", ", ")).trim_end_matches([' ', '|']).to_owned()
}

fn document(model: &str, attributes: &str, body: &str) -> String {
    format!(
        r#"<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="{model}" {attributes}>{body}</scxml>"#
    )
}

/// Sends events to a CEL document and compares each answer; the first is that of the start.
fn check(body: &str, steps: &[(&str, &str)]) {
    check_document(&document("cel", "", body), steps);
}

/// The same for a whole document. A step that starts with `{` is a line of input, anything else an event name.
fn check_document(scxml: &str, steps: &[(&str, &str)]) {
    let lines: Vec<String> = steps[1..]
        .iter()
        .map(
            |(event, _)| {
                if event.starts_with('{') { (*event).to_owned() } else { json!({ "event": event }).to_string() }
            },
        )
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let seen = seen(scxml, &lines);
    let seen: Vec<(&str, &str)> = steps.iter().zip(&seen).map(|((event, _), seen)| (*event, seen.as_str())).collect();
    assert_eq!(seen, steps, "{scxml}");
}

/// A document of the implementation report: within ten seconds it must be in `pass`.
fn passes(table: &[(u32, &str)]) {
    for (number, body) in table {
        passes_document(*number, &document("cel", "", &with_verdict(body)));
    }
}

fn passes_document(number: u32, scxml: &str) {
    let seen = seen(scxml, &[r#"{"after_ms": 10000}"#]);
    assert_eq!(seen[1].split(" | ").next(), Some("pass"), "test {number}: {seen:?}\n{scxml}");
}

fn with_verdict(body: &str) -> String {
    format!(r#"{body}<final id="pass"/><final id="fail"/>"#)
}

/// What a document is refused with.
fn refusal(scxml: &str) -> String {
    super::Document::read(scxml).unwrap_err().to_string()
}

//! JSON lines around a session: one chart with its input, or a batch of charts with their scripts.

use std::io::{self, Write};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value as Json, json};

use super::document::Document;
use super::error::TraceError;
use super::session::Session;

/// A line of input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    data: Json,
    #[serde(default, deserialize_with = "milliseconds")]
    after_ms: u64,
}

/// A number that is not negative; fractions are rounded.
fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number < 0.0 {
        return Err(D::Error::custom("after_ms is negative; time does not run backwards"));
    }
    Ok(number.round() as u64)
}

/// A line of output.
#[derive(Debug, Serialize)]
struct Seen<'a> {
    configuration: Vec<&'a str>,
    log: Vec<String>,
}

/// A line of batch input. Further keys are let pass: suites keep names and expectations beside their cases.
#[derive(Debug, Deserialize)]
struct Case {
    scxml: String,
    script: Vec<Line>,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases that ran to their end.
    pub run: usize,
    /// Documents that were refused.
    pub unsupported: usize,
    /// Lines that are no case, and charts that do not come to rest.
    pub errors: usize,
}

/// Runs one chart: `{"configuration": [...], "log": [...]}` after the start and after each line of input, which is
/// `{"event": name or null, "data": ..., "after_ms": 0}`. Empty lines are skipped. Every line is flushed.
///
/// # Errors
/// [`TraceError::Refused`] before anything is written; the others after the lines that went well.
pub fn run(
    scxml: &str,
    lines: impl IntoIterator<Item = io::Result<String>>,
    out: &mut dyn Write,
) -> Result<(), TraceError> {
    let document = Document::read(scxml)?;
    let mut session = Session::new(&document);
    session.start()?;
    write_line(out, &see(&mut session))?;
    for (index, line) in lines.into_iter().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let parsed = serde_json::from_str(&line);
        step(&mut session, parsed.map_err(|error| input(index + 1, &error))?)?;
        write_line(out, &see(&mut session))?;
    }
    Ok(())
}

/// Runs a batch: each line of input is `{"scxml": "...", "script": [...]}`, each line of output the array of what [`run`]
/// would print, or `{"unsupported": "what, line, column"}`, or `{"error": "..."}` for a line that is no case and a chart
/// that does not come to rest.
///
/// # Errors
/// [`TraceError::Io`] alone.
pub fn batch(lines: impl IntoIterator<Item = io::Result<String>>, out: &mut dyn Write) -> Result<Tally, TraceError> {
    let mut tally = Tally::default();
    for (index, line) in lines.into_iter().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let case = serde_json::from_str(&line).map_err(|error| input(index + 1, &error));
        let answer = match case.and_then(run_case) {
            Ok(seen) => {
                tally.run += 1;
                seen
            }
            Err(TraceError::Refused(refusal)) => {
                tally.unsupported += 1;
                json!({ "unsupported": refusal.to_string() })
            }
            Err(error) => {
                tally.errors += 1;
                json!({ "error": error.to_string() })
            }
        };
        write_line(out, &answer)?;
    }
    Ok(tally)
}

fn run_case(case: Case) -> Result<Json, TraceError> {
    let document = Document::read(&case.scxml)?;
    let mut session = Session::new(&document);
    let mut answers = Vec::with_capacity(case.script.len() + 1);
    session.start()?;
    answers.push(json!(see(&mut session)));
    for line in case.script {
        step(&mut session, line)?;
        answers.push(json!(see(&mut session)));
    }
    Ok(Json::Array(answers))
}

fn step(session: &mut Session<'_>, line: Line) -> Result<(), TraceError> {
    session.line(line.after_ms, line.event.map(|name| (name, line.data)))
}

fn see<'d>(session: &mut Session<'d>) -> Seen<'d> {
    Seen { configuration: session.configuration(), log: std::mem::take(&mut session.machine.log) }
}

fn input(line: usize, error: &serde_json::Error) -> TraceError {
    TraceError::Input { line, message: error.to_string() }
}

fn write_line(out: &mut dyn Write, value: &impl Serialize) -> Result<(), TraceError> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

//! `trace`: charts of others on the engine's core, JSON lines in and out.

use std::io::{BufRead, BufWriter, ErrorKind};

use draaiboek_workflow::scxml::{TraceError, trace};

use crate::args::Trace;
use crate::failure::{Exit, Failure};

use super::input;

/// `draaiboek trace`.
pub fn trace(asked: &Trace) -> Result<Exit, Failure> {
    let lines = std::io::stdin().lock().lines();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let ended = match &asked.scxml {
        Some(file) => trace::run(&input::text(file)?, lines, &mut out),
        None => trace::batch(lines, &mut out).map(drop),
    };
    ended.map_err(failure)?;
    Ok(Exit::Fine)
}

fn failure(error: TraceError) -> Failure {
    match error {
        TraceError::Refused(refusal) => {
            Failure::new(Exit::Refused, refusal.to_string()).hint("what `trace` runs is listed in docs/cli.md")
        }
        TraceError::Io(error) if error.kind() == ErrorKind::BrokenPipe => Failure::unheard(),
        TraceError::Io(error) => Failure::broken(error.to_string()),
        other @ TraceError::Input { .. } => {
            Failure::usage(other.to_string()).hint("a line is {\"event\": \"name\", \"data\": …, \"after_ms\": 0}")
        }
        other => Failure::broken(other.to_string()),
    }
}

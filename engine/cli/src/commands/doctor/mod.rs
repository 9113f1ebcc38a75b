//! `doctor`: looks at everything that has to be right for a school to be served, and says what to do about what is not.
//!
//! Changes nothing, also beside a process that serves. Lives here: the list, its form. The looks themselves stand below.

mod database;
mod house;

use draaiboek_runtime::{Clock as _, SystemClock};
use draaiboek_store::Store;
use jiff::Timestamp;
use serde::Serialize;

use crate::args::{Common, Doctor};
use crate::failure::{Exit, Failure};
use crate::output::{Output, count};
use crate::settings::Settings;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// It works, and somebody should see to it.
    Warn,
    /// Broken, or soon to be.
    Fail,
}

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    what: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

/// The list as it grows.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, check: &'static str, what: impl Into<String>) {
        self.0.push(Finding { check, state: State::Ok, what: what.into(), mend: None });
    }

    fn warn(&mut self, check: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Finding { check, state: State::Warn, what: what.into(), mend: Some(mend.into()) });
    }

    fn fail(&mut self, check: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Finding { check, state: State::Fail, what: what.into(), mend: Some(mend.into()) });
    }

    /// What went wrong while looking is a finding too.
    fn of(&mut self, check: &'static str, looked: Result<(), Failure>) {
        if let Err(failure) = looked {
            let mend = failure.hint.unwrap_or_else(|| "see docs/operations.md".to_owned());
            self.0.push(Finding { check, state: State::Fail, what: failure.what, mend: Some(mend) });
        }
    }

    fn worst(&self) -> State {
        let any = |state| self.0.iter().any(|finding| finding.state == state);
        match (any(State::Fail), any(State::Warn)) {
            (true, _) => State::Fail,
            (false, true) => State::Warn,
            (false, false) => State::Ok,
        }
    }
}

/// `draaiboek doctor`.
pub async fn doctor(asked: &Doctor, settings: &Settings, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let now = now(common)?;
    let mut found = Findings::default();
    house::settings(settings, common, &mut found);
    house::plugins(common, &mut found);
    match Store::open_read_only(common.db.address()).await.map_err(Failure::from) {
        Ok(reader) => {
            found.ok("database", format!("{} opens, and this version can work with its schema", common.db.place()));
            let bar = output.progress("looking");
            database::look(&reader, asked, now, &mut found).await;
            house::schools(&reader, now, &mut found).await;
            house::pins(&reader, common, &mut found).await;
            bar.finish_and_clear();
        }
        Err(failure) => found.of("database", Err(failure)),
    }
    house::backups(asked.backups.as_deref(), &mut found);
    house::mail(settings, &mut found).await;
    tell(&found, output)
}

/// The moment that counts; a clock that is given for tests stands in the zone of the machine.
fn now(common: &Common) -> Result<Timestamp, Failure> {
    match common.clock {
        None => Ok(SystemClock.now()),
        Some(at) => {
            let zoned = at.in_tz(crate::session::ZONE);
            zoned.map(|zoned| zoned.timestamp()).map_err(|error| Failure::usage(error.to_string()))
        }
    }
}

fn tell(found: &Findings, output: &Output) -> Result<Exit, Failure> {
    let worst = found.worst();
    let exit = if worst == State::Fail { Exit::Findings } else { Exit::Fine };
    if output.json {
        output.value(&serde_json::json!({"state": worst, "checks": found.0}))?;
        return Ok(exit);
    }
    let mut text = String::new();
    for finding in &found.0 {
        let (mark, colour) = match finding.state {
            State::Ok => ("ok  ", "32"),
            State::Warn => ("warn", "33"),
            State::Fail => ("FAIL", "31"),
        };
        let mark = if output.colours() { format!("\u{1b}[{colour}m{mark}\u{1b}[0m") } else { mark.to_owned() };
        text.push_str(&format!("{mark}  {:<12} {}\n", finding.check, finding.what));
        if let Some(mend) = &finding.mend {
            text.push_str(&format!("      {:<12} -> {mend}\n", ""));
        }
    }
    let of = |state| found.0.iter().filter(|finding| finding.state == state).count();
    let (fails, warns) = (of(State::Fail), of(State::Warn));
    text.push_str(&match worst {
        State::Ok => "Everything is as it should be.\n".to_owned(),
        _ => format!("{} to mend now, {} to see to.\n", count(fails, "thing"), count(warns, "thing")),
    });
    output.text(text)?;
    Ok(exit)
}

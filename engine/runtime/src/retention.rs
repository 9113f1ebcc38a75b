//! Retention: what is kept for a limited time goes when its time is up, and it is shown that it went.
//!
//! What people handed in goes by timers of its cycle (`retain:` of a step), through decisions that the journal holds. What
//! the doors leave behind goes by the terms of the store. Lives here: doing both, writing down how much went, and looking
//! afterwards whether anything is left. May not live here: what is kept how long.

use std::collections::BTreeMap;

use draaiboek_store::{InstanceRow, MetaRow, Reader, Scope, TERMS, TimerRow};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalog::hex;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::pool::is_of;
use crate::school::School;

/// How often the engine does it by itself, in microseconds.
pub(crate) const EVERY: i64 = 3_600 * 1_000_000;
/// Under which setting the latest times are written down.
const RECORD: &str = "retention";
/// Times that are written down at the most.
const TIMES: usize = 500;
/// How long a timer may wait before what it erases counts as left, in microseconds.
const GRACE: i64 = 3_600 * 1_000_000;
/// Retention timers looked at, at the most.
const MOST: u64 = 100_000;

/// What went at one time: numbers and a hash, nothing of what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tidied {
    /// When.
    pub at: Timestamp,
    /// By term: how many, and the SHA-256 over the hashes of their keys.
    pub erased: BTreeMap<String, (u64, String)>,
}

/// What is kept under a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Name of the term.
    pub term: &'static str,
    /// Days.
    pub days: i64,
    /// From when they count.
    pub from: &'static str,
    /// How many have been kept too long.
    pub overdue: i64,
}

/// Something people handed in that should have gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Id of the cycle.
    pub cycle: String,
    /// The step.
    pub step: String,
    /// The day on which it was handed in.
    pub day: String,
    /// Contributions that still have their content; none when the timer waits.
    pub contributions: usize,
}

/// What a look at all that is kept for a limited time found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetentionReport {
    /// When it was looked at.
    pub at: Timestamp,
    /// What the doors leave behind.
    pub terms: Vec<Kept>,
    /// Erasures of contributions that were carried out, and looked at.
    pub carried_out: usize,
    /// Those to come.
    pub to_come: usize,
    /// What should have gone.
    pub left: Vec<Left>,
    /// When things went, the latest first.
    pub times: Vec<Tidied>,
}

impl RetentionReport {
    /// Whether nothing is left that should have gone.
    pub fn is_clean(&self) -> bool {
        self.left.is_empty() && self.terms.iter().all(|kept| kept.overdue == 0)
    }
}

impl Engine {
    /// Takes away what has been kept longer than its term, and writes down how much it was.
    ///
    /// # Errors
    /// The database; what went before it stays away.
    pub async fn tidy(&self) -> Result<Tidied, EngineError> {
        let at = self.clock.now();
        let mut erased = BTreeMap::new();
        for term in &TERMS {
            let gone = self.store.erase_overdue(term, at.as_microsecond()).await?;
            if gone.rows > 0 {
                erased.insert(term.name.to_owned(), (gone.rows, hex(&gone.keys)));
            }
        }
        let tidied = Tidied { at, erased };
        if !tidied.erased.is_empty() {
            let mut times = times(self.store.read()).await?;
            times.insert(0, tidied.clone());
            times.truncate(TIMES);
            let value = serde_json::to_string(&times).map_err(|error| EngineError::Invalid(error.to_string()))?;
            self.store.put_meta(&MetaRow { key: RECORD.into(), value }).await?;
            for (term, (rows, _)) in &tidied.erased {
                tracing::info!(term, rows, "kept long enough");
            }
        }
        Ok(tidied)
    }
}

/// Looks whether anything is left that should have gone; changes nothing.
///
/// # Errors
/// The database.
pub async fn retention(reader: &Reader, now: Timestamp) -> Result<RetentionReport, EngineError> {
    let mut terms = Vec::new();
    for term in &TERMS {
        let overdue = reader.overdue(term, now.as_microsecond()).await?;
        terms.push(Kept { term: term.name, days: term.days, from: term.counts, overdue });
    }
    let mut report =
        RetentionReport { at: now, terms, carried_out: 0, to_come: 0, left: Vec::new(), times: times(reader).await? };
    let mut schools = BTreeMap::new();
    for timer in reader.retention_timers(Scope::All, MOST).await? {
        let Some((step, day)) = about(&timer) else { continue };
        let Some(cycle) = reader.instance_by_pk(timer.instance_pk).await? else { continue };
        let mut left = Left { cycle: cycle.id.clone(), step: step.to_owned(), day: day.to_string(), contributions: 0 };
        if timer.fired_at.is_none() {
            match timer.due_at + GRACE < now.as_microsecond() {
                true => report.left.push(left),
                false => report.to_come += 1,
            }
            continue;
        }
        report.carried_out += 1;
        left.contributions = with_content(reader, &mut schools, &cycle, step, day).await?;
        if left.contributions > 0 {
            report.left.push(left);
        }
    }
    Ok(report)
}

/// The step and the day that a timer erases: `retain.<step>.<day>`.
fn about(timer: &TimerRow) -> Option<(&str, Date)> {
    let (step, day) = timer.timer_id.strip_prefix("retain.")?.rsplit_once('.')?;
    Some((step, day.parse().ok()?))
}

/// Contributions of a step, handed in up to and on a day, that still have their content.
async fn with_content(
    reader: &Reader,
    schools: &mut BTreeMap<String, School>,
    cycle: &InstanceRow,
    step: &str,
    day: Date,
) -> Result<usize, EngineError> {
    if !schools.contains_key(&cycle.school) {
        let row = reader.school(&cycle.school).await?;
        let row = row.ok_or_else(|| EngineError::not_found("school", &cycle.school, "run `draaiboek verify`"))?;
        let school = serde_json::from_str(&row.content).map_err(|error| EngineError::Invalid(error.to_string()))?;
        schools.insert(cycle.school.clone(), school);
    }
    let zone = schools.get(&cycle.school).map_or(String::new(), |school| school.timezone.clone());
    let mut found = 0;
    for run in reader.step_runs(cycle.pk).await?.iter().filter(|run| is_of(run, step)) {
        for row in reader.contributions(run).await?.iter().filter(|row| row.payload.is_some()) {
            let at = Timestamp::from_microsecond(row.at).ok().and_then(|at| at.in_tz(&zone).ok());
            found += usize::from(at.is_some_and(|at| at.date() <= day));
        }
    }
    Ok(found)
}

/// What was written down of earlier times, the latest first.
async fn times(reader: &Reader) -> Result<Vec<Tidied>, EngineError> {
    let text = reader.meta(RECORD).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

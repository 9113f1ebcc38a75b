//! Retention: what is kept for a limited time goes when its time is up, and it is shown that it went.
//!
//! What people handed in goes by timers of its cycle (`retain:` of a step), through decisions that the journal holds. What
//! the doors leave behind goes by the terms of the store. Lives here: doing both, writing down how much went, and looking
//! afterwards whether anything is left. May not live here: what is kept how long.

use std::collections::BTreeMap;

use draaiboek_store::{InstanceRow, MetaRow, OutboxRow, Reader, Scope, TERMS, TimerRow};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalog::hex;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::forget::{Erasure, Remains, remains};
use crate::school::School;

/// How often the engine does it by itself, in microseconds.
pub(crate) const EVERY: i64 = 3_600 * 1_000_000;
/// Under which setting the latest times are written down.
const RECORD: &str = "retention";
/// Times that are written down at the most.
const TIMES: usize = 500;
/// How long a timer may wait before what it erases counts as left, in microseconds.
const GRACE: i64 = 3_600 * 1_000_000;
/// Retention timers, and erasures, looked at at the most.
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

/// Something people handed in that should have gone, or of which something is left elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Id of the cycle.
    pub cycle: String,
    /// The step.
    pub step: String,
    /// The day until which it was handed in.
    pub day: String,
    /// Its time has passed, and what erases it waits still.
    pub waits: bool,
    /// Contributions that still have their content.
    pub contributions: usize,
    /// Decisions in the journal that still hold what a plugin said about the step.
    pub answers: usize,
    /// Results of steps.
    pub results: usize,
    /// Drafts.
    pub drafts: usize,
}

/// What a look at all that is kept for a limited time found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetentionReport {
    /// When it was looked at.
    pub at: Timestamp,
    /// What the doors leave behind.
    pub terms: Vec<Kept>,
    /// Erasures of contributions that were carried out, and looked at: in contributions, journal, results and drafts.
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
    let times = times(reader).await?;
    let mut report = RetentionReport { at: now, terms, carried_out: 0, to_come: 0, left: Vec::new(), times };
    let mut cycles = Cycles { reader, schools: BTreeMap::new() };
    for timer in reader.retention_timers(Scope::All, MOST).await?.into_iter().filter(|row| row.fired_at.is_none()) {
        let Some((step, day)) = about(&timer) else { continue };
        if timer.due_at + GRACE >= now.as_microsecond() {
            report.to_come += 1;
        } else if let Some(cycle) = reader.instance_by_pk(timer.instance_pk).await? {
            let (cycle, step, day) = (cycle.id, step.to_owned(), day.to_string());
            report.left.push(Left { cycle, step, day, waits: true, ..Left::default() });
        }
    }
    let mut erasures: BTreeMap<i64, Vec<(Erasure, OutboxRow)>> = BTreeMap::new();
    for row in reader.erasures(MOST).await? {
        if let (Some(pk), Some(erasure)) = (row.instance_pk, Erasure::of(&row)?) {
            erasures.entry(pk).or_default().push((erasure, row));
        }
    }
    for (pk, of_cycle) in erasures {
        let Some(cycle) = reader.instance_by_pk(pk).await? else { continue };
        cycles.look(&cycle, of_cycle, &mut report).await?;
    }
    Ok(report)
}

/// The step and the day that a timer erases: `retain.<step>.<day>`.
fn about(timer: &TimerRow) -> Option<(&str, Date)> {
    let (step, day) = timer.timer_id.strip_prefix("retain.")?.rsplit_once('.')?;
    Some((step, day.parse().ok()?))
}

/// Looks at the erasures of one cycle after another.
struct Cycles<'r> {
    reader: &'r Reader,
    /// Time zones by school.
    schools: BTreeMap<String, String>,
}

impl Cycles<'_> {
    async fn look(
        &mut self,
        cycle: &InstanceRow,
        erasures: Vec<(Erasure, OutboxRow)>,
        report: &mut RetentionReport,
    ) -> Result<(), EngineError> {
        let (erasures, rows): (Vec<Erasure>, Vec<OutboxRow>) = erasures.into_iter().unzip();
        let found = remains(self.reader, cycle, &erasures).await?;
        for ((erasure, row), Remains { contributions, answers, results, drafts }) in
            erasures.iter().zip(rows).zip(found)
        {
            let done = row.status == "done";
            let waits = !done && (row.status == "given_up" || row.created_at + GRACE < report.at.as_microsecond());
            match done || waits {
                true => report.carried_out += usize::from(done),
                false => report.to_come += 1,
            }
            if waits || (done && contributions + answers + results + drafts > 0) {
                let day = self.day(&cycle.school, erasure.until.unwrap_or(row.created_at)).await?;
                let step = erasure.steps.first().cloned().unwrap_or_default();
                let cycle = cycle.id.clone();
                report.left.push(Left { cycle, step, day, waits, contributions, answers, results, drafts });
            }
        }
        Ok(())
    }

    /// The day of a moment at a school.
    async fn day(&mut self, school: &str, at: i64) -> Result<String, EngineError> {
        if !self.schools.contains_key(school) {
            let row = self.reader.school(school).await?;
            let row = row.ok_or_else(|| EngineError::not_found("school", school, "run `draaiboek verify`"))?;
            let known: School =
                serde_json::from_str(&row.content).map_err(|error| EngineError::Invalid(error.to_string()))?;
            self.schools.insert(school.to_owned(), known.timezone);
        }
        let zone = self.schools.get(school).map_or("", String::as_str);
        let at = Timestamp::from_microsecond(at).ok().and_then(|at| at.in_tz(zone).ok());
        Ok(at.map(|at| at.date().to_string()).unwrap_or_default())
    }
}

/// What was written down of earlier times, the latest first.
async fn times(reader: &Reader) -> Result<Vec<Tidied>, EngineError> {
    let text = reader.meta(RECORD).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

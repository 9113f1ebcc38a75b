//! Proof that the database says what happened: every journal is re-run and compared with what is stored.

use draaiboek_store::{InstanceFilter, InstanceRow, JournalRow, Reader, Scope, answers_are_erased, content_hash};
use draaiboek_workflow::decide::{Answers, Command, Lifecycle, Origin, Snapshot, World, decide};
use jiff::Timestamp;
use serde::Serialize;

use crate::booking::Journaled;
use crate::catalog::{Catalog, bytes, hex};
use crate::error::EngineError;
use crate::migrate::next;

/// Journal rows read at once.
const PAGE: u32 = 1_000;
/// Instances read at once.
const INSTANCES: u64 = 500;

/// What `verify` found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Problems of the file itself (pages, indexes).
    pub file: Vec<String>,
    /// Per instance with findings.
    pub damaged: Vec<InstanceReport>,
    /// Instances looked at.
    pub instances: usize,
    /// Journal rows re-run.
    pub journal_rows: usize,
}

impl VerifyReport {
    /// Whether everything is as it was written.
    pub fn is_clean(&self) -> bool {
        self.file.is_empty() && self.damaged.is_empty()
    }
}

/// Findings about one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceReport {
    /// Instance id.
    pub instance: String,
    /// What differs, in words.
    pub findings: Vec<String>,
}

/// Re-runs every instance of a database and compares; changes nothing.
///
/// # Errors
/// Only when the database can not be read at all; damage is a finding.
pub async fn verify(reader: &Reader, progress: impl Fn(usize)) -> Result<VerifyReport, EngineError> {
    let (mut report, catalog) = (VerifyReport::default(), Catalog::default());
    report.file = reader.integrity_check().await?;
    let mut last = String::new();
    loop {
        let page = match reader.instances_after(&last, INSTANCES).await {
            // The file has said itself what is wrong with it.
            Err(error) if !report.file.is_empty() => {
                report.file.push(error.to_string());
                return Ok(report);
            }
            page => page?,
        };
        let Some((_, id)) = page.last() else { return Ok(report) };
        last.clone_from(id);
        for (pk, id) in page {
            report.rerun(reader, &catalog, pk, id).await;
            progress(report.instances);
        }
    }
}

/// Re-runs the newest instances of a database only, at most `most`, and leaves the file itself alone.
///
/// # Errors
/// As [`verify`].
pub async fn verify_newest(reader: &Reader, most: u64) -> Result<VerifyReport, EngineError> {
    let (mut report, catalog) = (VerifyReport::default(), Catalog::default());
    for summary in reader.instances(Scope::All, &InstanceFilter::default(), most).await? {
        report.rerun(reader, &catalog, summary.pk, summary.id).await;
    }
    Ok(report)
}

impl VerifyReport {
    async fn rerun(&mut self, reader: &Reader, catalog: &Catalog, pk: i64, instance: String) {
        let mut findings = Vec::new();
        match verify_instance(reader, catalog, pk, &mut findings).await {
            Ok(rows) => self.journal_rows += rows,
            Err(error) => findings.push(error.to_string()),
        }
        self.instances += 1;
        if !findings.is_empty() {
            self.damaged.push(InstanceReport { instance, findings });
        }
    }
}

async fn verify_instance(
    reader: &Reader,
    catalog: &Catalog,
    pk: i64,
    findings: &mut Vec<String>,
) -> Result<usize, EngineError> {
    let Some(row) = reader.instance_by_pk(pk).await? else { return Ok(0) };
    let rows = reader.verify_rows(&row).await?;
    findings.extend(rows.findings.iter().map(ToString::to_string));
    let mut replay = Replay { origin: None, snapshot: None, unknown: false };
    let mut revision = 0;
    let mut count = 0;
    loop {
        let page = match row.journal_head {
            Some(head) => reader.journal_after(head, revision, PAGE).await?,
            None => Vec::new(),
        };
        let Some(last) = page.last() else { break };
        revision = last.revision;
        for entry in &page {
            count += 1;
            if let Err(finding) = replay.step(reader, catalog, entry).await? {
                findings.push(format!("journal row {}: {finding}", entry.id));
                return Ok(count);
            }
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    if replay.unknown {
        return Ok(count);
    }
    replay.compare(&row, findings);
    compare_work(reader, &row, replay.snapshot.as_ref(), findings).await?;
    Ok(count)
}

/// An instance run anew from its journal.
struct Replay {
    origin: Option<Origin>,
    snapshot: Option<Snapshot>,
    /// What plugins said was erased with what people handed in: from there on hashes are checked, decisions are not.
    unknown: bool,
}

impl Replay {
    async fn step(
        &mut self,
        reader: &Reader,
        catalog: &Catalog,
        row: &JournalRow,
    ) -> Result<Result<(), String>, EngineError> {
        let journaled: Journaled = match serde_json::from_str(&row.command) {
            Ok(journaled) => journaled,
            Err(error) => return Ok(Err(format!("its command can not be read: {error}"))),
        };
        if self.unknown || answers_are_erased(&row.answers) {
            self.unknown = true;
            return Ok(Ok(()));
        }
        let answers: Answers = match serde_json::from_str(&row.answers) {
            Ok(answers) => answers,
            Err(error) => return Ok(Err(format!("its answers can not be read: {error}"))),
        };
        if let Command::Start { origin } = &journaled.command {
            self.origin = Some((**origin).clone());
        }
        let Some(origin) = self.origin.clone() else {
            return Ok(Err("the journal does not begin with a start".into()));
        };
        let migrated = self.snapshot.as_ref().and_then(|snapshot| snapshot.migrated.as_deref());
        let definition = catalog.form(reader, &bytes(&origin.definition), migrated).await?;
        let next = next(reader, catalog, self.snapshot.as_ref(), &journaled.command).await?;
        let calendar = catalog.calendar(reader, row.calendar_hash.as_deref()).await?;
        let Ok(now) = Timestamp::from_microsecond(row.at) else { return Ok(Err("its moment is no moment".into())) };
        let world = World {
            definition: &definition,
            origin: &origin,
            calendar: &calendar,
            now,
            assuming: None,
            next: next.as_deref(),
        };
        let decided = decide(world, self.snapshot.as_ref(), &journaled.by, &journaled.command, &answers);
        let rejected = row.outcome.starts_with("rejected ");
        Ok(match decided {
            Ok(_) if rejected => Err("it was refused then and is accepted now".into()),
            Err(rejection) if !rejected => Err(format!("it was accepted then and is refused now: {rejection}")),
            Err(_) => Ok(()),
            Ok(decision) => {
                let hash = content_hash(&decision.snapshot_text);
                self.snapshot = Some(decision.snapshot);
                let origin = decision.origin.map_or(origin, |changed| *changed);
                let pinned = bytes(&origin.definition) == row.definition_hash;
                self.origin = Some(origin);
                if !pinned {
                    Err("it went by another definition than the journal says".into())
                } else if hash == row.snapshot_hash {
                    Ok(())
                } else {
                    Err(format!("re-run it gives snapshot {}, recorded is {}", hex(&hash), hex(&row.snapshot_hash)))
                }
            }
        })
    }

    fn compare(&self, row: &InstanceRow, findings: &mut Vec<String>) {
        let text = self.snapshot.as_ref().and_then(|snapshot| serde_json::to_string(snapshot).ok()).unwrap_or_default();
        if text != row.snapshot {
            findings.push("the stored snapshot is not what the journal leads to".into());
        }
        let origin = self.origin.as_ref().and_then(|origin| serde_json::to_string(origin).ok()).unwrap_or_default();
        if origin != row.origin {
            findings.push("the stored origin is not what the journal leads to".into());
        }
        let Some(snapshot) = &self.snapshot else { return };
        if snapshot.lifecycle.word() != row.lifecycle {
            findings.push(format!(
                "the list says {}, the journal leads to {}",
                row.lifecycle,
                snapshot.lifecycle.word()
            ));
        }
    }
}

/// Timers and tasks must be those of the snapshot.
async fn compare_work(
    reader: &Reader,
    row: &InstanceRow,
    snapshot: Option<&Snapshot>,
    findings: &mut Vec<String>,
) -> Result<(), EngineError> {
    let Some(snapshot) = snapshot else { return Ok(()) };
    let pending = reader.pending_timers(row.pk).await?;
    let paused = matches!(snapshot.lifecycle, Lifecycle::Paused { .. } | Lifecycle::Blocked { .. });
    let mut stored: Vec<(String, i64)> = pending.iter().map(|t| (t.timer_id.clone(), t.due_at)).collect();
    let running = snapshot.timers.iter().filter(|(_, timer)| !paused || timer.never_pauses());
    let mut expected: Vec<(String, i64)> =
        running.map(|(id, timer)| (id.clone(), timer.due.as_microsecond())).collect();
    stored.sort();
    expected.sort();
    if stored != expected {
        findings.push(format!("pending timers are {stored:?}, the journal leads to {expected:?}"));
    }
    let open = reader.tasks(row.pk).await?.into_iter().filter(|task| task.status == "open").count();
    let steps =
        snapshot.steps.values().filter(|step| step.status == draaiboek_workflow::decide::StepStatus::Open).count();
    if open != steps {
        findings.push(format!("{open} tasks are open, the journal leads to {steps}"));
    }
    Ok(())
}

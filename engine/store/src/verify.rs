//! Checks the stored rows of one instance against each other: hashes, links, revisions. Running the decisions again is
//! the runtime's part.
//!
//! Lives here: comparisons that need no workflow. May not live here: writes, replay.

use crate::entity::{InstanceRow, JournalRow, StepRunRow};
use crate::error::StoreError;
use crate::hash::{content_hash, genesis_hash, journal_hash, payload_is_intact};
use crate::read::Reader;
use std::fmt;

/// Rows fetched at once while walking a journal.
const STRIDE: u32 = 256;

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `id` of the instance.
    pub instance: String,
    /// The table.
    pub table: &'static str,
    /// The number of the row.
    pub row: i64,
    /// What differs.
    pub kind: FindingKind,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// The row's content does not give the hash it carries.
    HashDiffers {
        /// The column or columns that are hashed.
        what: &'static str,
    },
    /// The row carries another `prev_hash` than the hash of the row before it.
    ChainBroken,
    /// The row that `prev_id` or a head names is not there.
    Missing {
        /// The number that was looked for.
        id: i64,
    },
    /// The chain names a row of another instance or step run.
    Foreign,
    /// The revisions do not follow each other.
    RevisionGap {
        /// Revision of the row before.
        before: i64,
        /// Revision of this row.
        found: i64,
    },
    /// The instance row and the newest journal row disagree.
    HeadDiffers {
        /// Which column.
        what: &'static str,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "instance {}, table {}, row {}: ", self.instance, self.table, self.row)?;
        match &self.kind {
            FindingKind::HashDiffers { what } => {
                write!(formatter, "{what} was changed after it was written")
            }
            FindingKind::ChainBroken => write!(formatter, "does not follow the row before it"),
            FindingKind::Missing { id } => write!(formatter, "row {id} before it is gone"),
            FindingKind::Foreign => write!(formatter, "belongs to something else"),
            FindingKind::RevisionGap { before, found } => {
                write!(formatter, "revision {found} comes after {before}")
            }
            FindingKind::HeadDiffers { what } => {
                write!(formatter, "{what} is not that of the newest journal row")
            }
        }
    }
}

/// What was looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Journal rows checked.
    pub journal_rows: u64,
    /// Contributions checked.
    pub contributions: u64,
    /// Artifacts checked.
    pub artifacts: u64,
    /// What differs; empty when all is well.
    pub findings: Vec<Finding>,
}

impl Reader {
    /// Checks the rows of one instance. Pass a row that was just loaded.
    ///
    /// # Errors
    /// [`StoreError`] when the rows cannot be read; what is wrong in them is in the report.
    pub async fn verify_rows(&self, instance: &InstanceRow) -> Result<VerifyReport, StoreError> {
        let mut check = Check { instance, report: VerifyReport::default() };
        if content_hash(&instance.snapshot) != instance.snapshot_hash {
            check.find("instance", instance.pk, FindingKind::HashDiffers { what: "snapshot" });
        }
        self.verify_journal(&mut check).await?;
        for run in self.step_runs(instance.pk).await? {
            self.verify_contributions(&mut check, &run).await?;
        }
        for artifact in self.artifacts(instance.pk).await? {
            check.report.artifacts += 1;
            if content_hash(&artifact.content) != artifact.content_hash {
                check.find("artifact", artifact.id, FindingKind::HashDiffers { what: "content" });
            }
        }
        Ok(check.report)
    }

    async fn verify_journal(&self, check: &mut Check<'_>) -> Result<(), StoreError> {
        let mut newer: Option<JournalRow> = None;
        let mut next = check.instance.journal_head;
        while let Some(id) = next {
            let page = self.journal_back(id, STRIDE).await?;
            if page.rows.is_empty() {
                let row = newer.as_ref().map_or(check.instance.pk, |row| row.id);
                let table = if newer.is_some() { "journal" } else { "instance" };
                check.find(table, row, FindingKind::Missing { id });
                return Ok(());
            }
            for row in page.rows {
                check.journal_row(&row, newer.as_ref());
                next = row.prev_id.filter(|prev| *prev < row.id);
                newer = Some(row);
            }
        }
        check.journal_start(newer.as_ref());
        Ok(())
    }

    async fn verify_contributions(&self, check: &mut Check<'_>, run: &StepRunRow) -> Result<(), StoreError> {
        let rows = self.contributions(run).await?;
        if let (Some(head), None) = (run.contribution_head, rows.last()) {
            check.find("step_run", run.id, FindingKind::Missing { id: head });
        }
        if let Some(first) = rows.first()
            && let Some(id) = first.prev_id
        {
            check.find("contribution", first.id, FindingKind::Missing { id });
        }
        for row in &rows {
            check.report.contributions += 1;
            if row.step_run != run.id || row.instance_pk != run.instance_pk {
                check.find("contribution", row.id, FindingKind::Foreign);
            }
            if !payload_is_intact(row) {
                check.find("contribution", row.id, FindingKind::HashDiffers { what: "payload" });
            }
        }
        Ok(())
    }
}

struct Check<'a> {
    instance: &'a InstanceRow,
    report: VerifyReport,
}

impl Check<'_> {
    fn find(&mut self, table: &'static str, row: i64, kind: FindingKind) {
        let instance = self.instance.id.clone();
        self.report.findings.push(Finding { instance, table, row, kind });
    }

    /// Checks a row against itself and against the newer row (or the instance) that names it.
    fn journal_row(&mut self, row: &JournalRow, newer: Option<&JournalRow>) {
        self.report.journal_rows += 1;
        if row.instance_pk != self.instance.pk {
            self.find("journal", row.id, FindingKind::Foreign);
        }
        if journal_hash(row) != row.hash {
            self.find("journal", row.id, FindingKind::HashDiffers { what: "the row" });
        }
        match newer {
            Some(newer) => self.link(row, newer),
            None => self.head(row),
        }
    }

    fn link(&mut self, row: &JournalRow, newer: &JournalRow) {
        if newer.prev_hash != row.hash {
            self.find("journal", newer.id, FindingKind::ChainBroken);
        }
        if newer.revision != row.revision && newer.revision != row.revision + 1 {
            let kind = FindingKind::RevisionGap { before: row.revision, found: newer.revision };
            self.find("journal", newer.id, kind);
        }
    }

    fn head(&mut self, row: &JournalRow) {
        let instance = self.instance;
        let pairs = [
            ("journal_head_hash", instance.journal_head_hash == row.hash),
            ("snapshot_hash", instance.snapshot_hash == row.snapshot_hash),
            ("revision", instance.revision == row.revision),
        ];
        for (what, same) in pairs {
            if !same {
                self.find("instance", instance.pk, FindingKind::HeadDiffers { what });
            }
        }
    }

    /// The oldest row must stand at the beginning of the chain.
    fn journal_start(&mut self, oldest: Option<&JournalRow>) {
        let genesis = genesis_hash(&self.instance.id);
        match oldest {
            Some(row) => {
                if let Some(id) = row.prev_id {
                    self.find("journal", row.id, FindingKind::Missing { id });
                } else if row.prev_hash != genesis {
                    self.find("journal", row.id, FindingKind::ChainBroken);
                }
            }
            None if self.instance.journal_head_hash != genesis => {
                self.find("instance", self.instance.pk, FindingKind::HeadDiffers { what: "journal_head_hash" });
            }
            None => {}
        }
    }
}

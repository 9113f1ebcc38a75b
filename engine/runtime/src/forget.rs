//! What is left elsewhere of contributions that were erased: drafts, what plugins said about them in the journal, results.
//!
//! Lives here: taking it away, and looking whether it is gone. May not live here: what is erased when (the core decides).

use draaiboek_store::{
    AccountRow, ContributionRow, DraftsOf, InstanceRow, JournalRow, OutboxRow, Reader, answers_are_erased,
    erased_answers,
};
use draaiboek_workflow::decide::{Answers, Effect, Snapshot, StepStatus, Whose};
use serde_json::json;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::decode;
use crate::pool::is_of;

/// Journal rows read at once.
const PAGE: u32 = 256;

/// One erasure, as the outbox tells of it.
#[derive(Debug, Clone)]
pub(crate) struct Erasure {
    /// Steps whose contributions went.
    pub steps: Vec<String>,
    /// Steps that may have quoted them.
    readers: Vec<String>,
    /// What was handed in until then, in microseconds since 1970; absent in erasures of earlier versions.
    pub until: Option<i64>,
    /// By whom; absent for everybody.
    whose: Option<Whose>,
    /// When it was decided, in microseconds since 1970.
    decided: i64,
    /// Revision of the cycle that decided it.
    revision: i64,
}

/// What was not erased though it should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Remains {
    /// Contributions with content.
    pub contributions: usize,
    /// Journal rows with what plugins said.
    pub answers: usize,
    /// Results of steps.
    pub results: usize,
    /// Drafts.
    pub drafts: usize,
}

impl Erasure {
    /// Reads an effect of this kind; `None` for any other.
    pub(crate) fn of(row: &OutboxRow) -> Result<Option<Self>, EngineError> {
        let Effect::Forget { steps, readers, until, whose } = decode("effect", &row.key, &row.payload)? else {
            return Ok(None);
        };
        // The key ends in the revision and the place among the effects of its decision.
        let revision = row.key.rsplit(':').nth(1).and_then(|text| text.parse().ok());
        Ok(Some(Self {
            steps,
            readers,
            until: until.map(|until| until.as_microsecond()),
            whose,
            decided: row.created_at,
            revision: revision.unwrap_or(i64::MAX),
        }))
    }

    /// Whether a journal row still holds what a plugin said about the steps.
    fn is_in(&self, row: &JournalRow) -> bool {
        if answers_are_erased(&row.answers) {
            return false;
        }
        let steps = || self.steps.iter().chain(&self.readers);
        serde_json::from_str::<Answers>(&row.answers)
            .is_ok_and(|answers| steps().any(|step| answers.concluded.contains_key(step)))
    }

    /// Whether a contribution of one of the steps is meant.
    fn means(&self, row: &ContributionRow) -> bool {
        let theirs = |whose: &Whose| {
            row.participant.as_ref() == Some(&whose.participant)
                && whose.id.as_ref().is_none_or(|id| row.external_id == *id)
        };
        self.until.is_some_and(|until| row.at <= until) && self.whose.as_ref().is_none_or(theirs)
    }

    /// Results that should have gone with what was handed in; of one person among others they stay.
    fn results_in(&self, snapshot: &Snapshot) -> usize {
        let Some(until) = self.until.filter(|_| self.whose.is_none()) else { return 0 };
        let steps = self.steps.iter().filter_map(|step| snapshot.steps.get(step));
        let closed_before = |at: Option<jiff::Timestamp>| at.is_some_and(|at| at.as_microsecond() <= self.decided);
        let concerned = steps.filter(|state| {
            state.status != StepStatus::Open
                && state.opened_at.as_microsecond() <= until
                && closed_before(state.closed_at)
        });
        concerned.filter(|state| state.result.as_ref().is_some_and(|result| *result != json!({"erased": true}))).count()
    }

    /// The drafts that go with it: of a person who is named only theirs, of a single contribution none.
    async fn drafts(&self, reader: &Reader, cycle: &InstanceRow) -> Result<Vec<String>, EngineError> {
        let Some(until) = self.until else { return Ok(Vec::new()) };
        let account: Option<AccountRow> = match &self.whose {
            None => None,
            Some(Whose { id: Some(_), .. }) => return Ok(Vec::new()),
            Some(whose) => match reader.account_of(&cycle.school, &whose.participant).await? {
                Some(account) => Some(account),
                None => return Ok(Vec::new()),
            },
        };
        let account = account.as_ref().map(|account| account.id.as_str());
        let of = DraftsOf { instance: &cycle.id, steps: &self.steps, until, account };
        Ok(reader.drafts_in(&of).await?.into_iter().map(|draft| draft.id).collect())
    }
}

impl Engine {
    /// Takes away what is left elsewhere of what was erased. Harmless when repeated.
    pub(crate) async fn forget(&self, effect: &OutboxRow) -> Result<(), EngineError> {
        let (Some(pk), Some(erasure)) = (effect.instance_pk, Erasure::of(effect)?) else { return Ok(()) };
        let reader = self.store.read();
        let Some(cycle) = reader.instance_by_pk(pk).await? else { return Ok(()) };
        for draft in erasure.drafts(reader, &cycle).await? {
            self.store.drop_draft(&draft).await?;
        }
        let mut revision = 0;
        loop {
            let page = page(reader, &cycle, revision).await?;
            let Some(last) = page.last() else { return Ok(()) };
            revision = last.revision;
            let rows = page.iter().filter(|row| erasure.is_in(row));
            let erased: Vec<(i64, String)> = rows.map(|row| (row.id, erased_answers(&row.answers))).collect();
            self.store.erase_answers(&erased).await?;
        }
    }
}

/// Looks what is left of the erasures of one cycle, in their order; changes nothing.
///
/// # Errors
/// The database, or a row that cannot be read.
pub(crate) async fn remains(
    reader: &Reader,
    cycle: &InstanceRow,
    erasures: &[Erasure],
) -> Result<Vec<Remains>, EngineError> {
    let mut found = vec![Remains::default(); erasures.len()];
    let snapshot: Snapshot = decode("snapshot", &cycle.id, &cycle.snapshot)?;
    for (erasure, found) in erasures.iter().zip(&mut found) {
        found.results = erasure.results_in(&snapshot);
        found.drafts = erasure.drafts(reader, cycle).await?.len();
    }
    for run in reader.step_runs(cycle.pk).await? {
        let rows = reader.contributions(&run).await?;
        for (erasure, found) in erasures.iter().zip(&mut found) {
            if erasure.steps.iter().any(|step| is_of(&run, step)) {
                found.contributions += rows.iter().filter(|row| row.payload.is_some() && erasure.means(row)).count();
            }
        }
    }
    let mut revision = 0;
    loop {
        let page = page(reader, cycle, revision).await?;
        let Some(last) = page.last() else { return Ok(found) };
        revision = last.revision;
        for (erasure, found) in erasures.iter().zip(&mut found) {
            let rows = page.iter().filter(|row| row.revision <= erasure.revision);
            found.answers += rows.filter(|row| erasure.is_in(row)).count();
        }
    }
}

/// The journal rows after a revision.
async fn page(reader: &Reader, cycle: &InstanceRow, revision: i64) -> Result<Vec<JournalRow>, EngineError> {
    match cycle.journal_head {
        Some(head) => Ok(reader.journal_after(head, revision, PAGE).await?),
        None => Ok(Vec::new()),
    }
}

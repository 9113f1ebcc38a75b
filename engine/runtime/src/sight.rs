//! What readers see of an instance: one immutable picture per turn, made once and shared by all who look.
//!
//! Lives here: taking the picture, and what is worked out from it at most once. May not live here: who may see what.

use std::sync::Arc;

use draaiboek_store::TaskRow;
use draaiboek_workflow::decide::{Origin, Snapshot};
use draaiboek_workflow::definition::Definition;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::{Live, TaskTitle};

/// An instance as it stood after a turn. It never changes; the next turn makes another one.
#[derive(Debug)]
pub struct Sight {
    /// Number within the database.
    pub pk: i64,
    /// Id for people and links.
    pub id: String,
    /// The school.
    pub school: String,
    /// Id of the cycle that runs it.
    pub parent_id: Option<String>,
    /// Which state and element of that cycle, `<state>:<key>`.
    pub parent_key: Option<String>,
    /// Number of turns so far, refused ones too.
    pub turns: i64,
    /// Start, in microseconds since 1970.
    pub created_at: i64,
    /// End, in microseconds since 1970.
    pub finished_at: Option<i64>,
    /// The latest row of its journal.
    pub journal_head: Option<i64>,
    /// Everything that never changes.
    pub origin: Arc<Origin>,
    /// The workflow it is pinned to.
    pub definition: Arc<Definition>,
    /// Where it is.
    pub snapshot: Snapshot,
    /// Its open tasks.
    pub tasks: Vec<OpenTask>,
}

/// An open task, its texts decoded.
#[derive(Debug, Clone)]
pub struct OpenTask {
    /// The row.
    pub row: TaskRow,
    /// Step, kind, state, titles.
    pub title: TaskTitle,
    /// Roles it is for.
    pub roles: Vec<String>,
    /// Persons it is for; none means everybody of the roles.
    pub assignees: Vec<String>,
}

impl Live {
    fn sight(&self) -> Result<Arc<Sight>, EngineError> {
        if let Some(known) = self.sight.get() {
            return Ok(Arc::clone(known));
        }
        let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
        let tasks = self.tasks.values().filter_map(|row| {
            let title = serde_json::from_str(&row.title).ok()?;
            let (roles, assignees) = (list(&row.roles), list(&row.assignees));
            Some(OpenTask { row: row.clone(), title, roles, assignees })
        });
        let sight = Arc::new(Sight {
            pk: self.row.pk,
            id: self.row.id.clone(),
            school: self.row.school.clone(),
            parent_id: self.row.parent_id.clone(),
            parent_key: self.row.parent_key.clone(),
            turns: self.row.revision,
            created_at: self.row.created_at,
            finished_at: self.row.finished_at,
            journal_head: self.row.journal_head,
            origin: Arc::new(self.origin.clone()),
            definition: Arc::clone(&self.definition),
            snapshot: self.snapshot()?.clone(),
            tasks: tasks.collect(),
        });
        Ok(Arc::clone(self.sight.get_or_init(|| sight)))
    }
}

impl Engine {
    /// The instance as it stands now. Costs nothing while it does not change: no database, no copy.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn sight(&self, instance: &str) -> Result<Arc<Sight>, EngineError> {
        self.look(instance, Live::sight).await
    }
}

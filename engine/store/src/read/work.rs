//! Open work: step runs, tasks, timers, effects, incidents, and the artifacts that came of it.
//!
//! Lives here: questions of the timer loop, the outbox loop and the task lists. May not live here: who may see what.

use super::instances::contains;
use super::{Reader, Scope};
use crate::entity::{
    ArtifactRow, IncidentRow, OutboxRow, StepRunRow, TaskRow, TimerRow, artifact, contribution, incident, instance,
    outbox, step_run, task, timer,
};
use crate::error::StoreError;
use crate::place::Place;
use crate::work::{DueTimer, Mark};
use sea_orm::sea_query::{Condition, Expr, NullOrdering, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect, Select,
};

/// Which open tasks a list shows. Empty fields ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Tasks that name any of these roles.
    pub roles: Vec<String>,
    /// Tasks that name this person; with `roles`: that name the person or, naming nobody, one of the roles.
    pub person: Option<String>,
    /// Tasks of one instance.
    pub instance_pk: Option<i64>,
    /// Tasks due at or before this moment, in microseconds since 1970.
    pub due_by: Option<i64>,
}

impl Reader {
    /// What a database that several processes share says it is now, in microseconds since 1970; `None` for a file, which
    /// has no clock.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clock(&self) -> Result<Option<i64>, StoreError> {
        let Place::Server(_) = self.place() else { return Ok(None) };
        let question = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8";
        let row = self.told(self.db.query_one_raw(self.sql(question, [])).await)?;
        self.told(row.map(|row| row.try_get_by_index(0)).transpose())
    }

    /// All step runs of an instance, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn step_runs(&self, instance_pk: i64) -> Result<Vec<StepRunRow>, StoreError> {
        let query = step_run::Entity::find()
            .filter(step_run::Column::InstancePk.eq(instance_pk))
            .order_by_asc(step_run::Column::Id);
        self.told(query.all(&self.db).await)
    }

    /// One step run.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn step_run(&self, id: i64) -> Result<Option<StepRunRow>, StoreError> {
        self.told(step_run::Entity::find_by_id(id).one(&self.db).await)
    }

    /// One task.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn task(&self, scope: Scope<'_>, id: i64) -> Result<Option<TaskRow>, StoreError> {
        let school = scope.school().map(|school| task::Column::School.eq(school));
        let query = task::Entity::find_by_id(id).filter(Condition::all().add_option(school));
        self.told(query.one(&self.of(scope).await?).await)
    }

    /// All tasks of an instance, oldest first, closed ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tasks(&self, instance_pk: i64) -> Result<Vec<TaskRow>, StoreError> {
        let query =
            task::Entity::find().filter(task::Column::InstancePk.eq(instance_pk)).order_by_asc(task::Column::Id);
        self.told(query.all(&self.db).await)
    }

    /// Open tasks by due date (those without one last), then by number, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_tasks(
        &self,
        scope: Scope<'_>,
        filter: &TaskFilter,
        limit: u64,
    ) -> Result<Vec<TaskRow>, StoreError> {
        let query = open_tasks(scope, filter).limit(limit);
        self.told(query.all(&self.of(scope).await?).await)
    }

    /// One timer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn timer(&self, id: i64) -> Result<Option<TimerRow>, StoreError> {
        self.told(timer::Entity::find_by_id(id).one(&self.db).await)
    }

    /// Timers that are due and come after this mark, the earliest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_timers(&self, now: i64, after: Mark, limit: u64) -> Result<Vec<DueTimer>, StoreError> {
        let named = due_timers_named(now, after, limit);
        match self.told(named.into_model().all(&self.db).await) {
            Err(StoreError::Corrupt { .. }) => self.due_timers_readable(now, after, limit).await,
            named => named,
        }
    }

    /// The same where instances are on damaged pages: those are left without a name.
    async fn due_timers_readable(&self, now: i64, after: Mark, limit: u64) -> Result<Vec<DueTimer>, StoreError> {
        let unnamed = due_timers(now, after, limit).expr_as(Expr::value(None::<String>), "instance");
        let mut timers: Vec<DueTimer> = self.told(unnamed.into_model().all(&self.db).await)?;
        for timer in &mut timers {
            match self.id_of(timer.instance_pk).await {
                Err(StoreError::Corrupt { .. }) => {}
                id => timer.instance = id?,
            }
        }
        Ok(timers)
    }

    async fn id_of(&self, instance_pk: i64) -> Result<Option<String>, StoreError> {
        let query = instance::Entity::find_by_id(instance_pk).select_only().column(instance::Column::Id);
        self.told(query.into_tuple().one(&self.db).await)
    }

    /// When the next timer is due or the next effect may be carried out: how long the loop over both may sleep.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        let question = "SELECT (SELECT min(due_at) FROM timer WHERE status = 'pending'), \
             (SELECT min(not_before) FROM outbox WHERE status = 'pending')";
        let row = self.told(self.db.query_one_raw(self.sql(question, [])).await)?;
        let Some(row) = row else { return Ok(None) };
        let [timer, effect] = [0, 1].map(|column| row.try_get_by_index::<Option<i64>>(column));
        Ok([self.told(timer)?, self.told(effect)?].into_iter().flatten().min())
    }

    /// The pending timers of an instance.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pending_timers(&self, instance_pk: i64) -> Result<Vec<TimerRow>, StoreError> {
        let query = timer::Entity::find()
            .filter(timer::Column::InstancePk.eq(instance_pk))
            .filter(of_status("pending"))
            .order_by_asc(timer::Column::Id);
        self.told(query.all(&self.db).await)
    }

    /// Timers that erase what was kept for a limited time, the latest first: what went when, and what will go.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retention_timers(&self, scope: Scope<'_>, limit: u64) -> Result<Vec<TimerRow>, StoreError> {
        let query = timer::Entity::find()
            .filter(timer::Column::TimerId.starts_with("retain."))
            .filter(timer::Column::Status.ne("cancelled"))
            .filter(of_school(timer::Column::InstancePk, scope))
            .order_by_desc(timer::Column::DueAt)
            .limit(limit);
        self.told(query.all(&self.of(scope).await?).await)
    }

    /// How many contributions of a person still have their content, by instance. Looks through all of the school: for
    /// rare questions.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contributions_by(&self, scope: Scope<'_>, person: &str) -> Result<Vec<(i64, i64)>, StoreError> {
        let query = contribution::Entity::find()
            .select_only()
            .column(contribution::Column::InstancePk)
            .column_as(contribution::Column::Id.count(), "n")
            .filter(contribution::Column::Participant.eq(person))
            .filter(contribution::Column::Payload.is_not_null())
            .filter(of_school(contribution::Column::InstancePk, scope))
            .group_by(contribution::Column::InstancePk)
            .order_by_asc(contribution::Column::InstancePk);
        self.told(query.into_tuple().all(&self.of(scope).await?).await)
    }

    /// Effects that may be carried out now and come after this mark, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pending_outbox(&self, now: i64, after: Mark, limit: u64) -> Result<Vec<OutboxRow>, StoreError> {
        let query = due_effects(now, after, limit);
        self.told(query.all(&self.db).await)
    }

    /// Effects that wait for an instance which did not take them so far, oldest first, at most `limit`. The instance is looked
    /// for in what they say: the caller reads whether it is the receiver.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn held_up(&self, instance: &str, limit: u64) -> Result<Vec<OutboxRow>, StoreError> {
        let query = pending_outbox()
            .filter(outbox::Column::Kind.is_in(["child_ended", "deliver"]))
            .filter(outbox::Column::LastError.is_not_null())
            .filter(Expr::col(outbox::Column::Payload).like(element(instance)))
            .order_by_asc(outbox::Column::Id)
            .limit(limit);
        self.told(query.all(&self.db).await)
    }

    /// The effects of an instance that were given up, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn given_up(&self, instance_pk: i64) -> Result<Vec<OutboxRow>, StoreError> {
        let question = outbox::Entity::find()
            .filter(outbox::Column::InstancePk.eq(instance_pk))
            .filter(of_status("given_up"))
            .order_by_asc(outbox::Column::Id);
        self.told(question.all(&self.db).await)
    }

    /// The newest messages to people, whether they have left or not.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub async fn newest_notices(&self, scope: Scope<'_>, limit: u64) -> Result<Vec<OutboxRow>, StoreError> {
        let query = outbox::Entity::find()
            .filter(outbox::Column::Kind.eq("notify"))
            .filter(of_school(outbox::Column::InstancePk, scope))
            .order_by_desc(outbox::Column::Id)
            .limit(limit);
        self.told(query.all(&self.of(scope).await?).await)
    }

    /// One effect by its key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn outbox_by_key(&self, key: &str) -> Result<Option<OutboxRow>, StoreError> {
        self.told(outbox::Entity::find().filter(outbox::Column::Key.eq(key)).one(&self.db).await)
    }

    /// All artifacts of an instance by name, then by version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn artifacts(&self, instance_pk: i64) -> Result<Vec<ArtifactRow>, StoreError> {
        let query = artifact::Entity::find()
            .filter(artifact::Column::InstancePk.eq(instance_pk))
            .order_by_asc(artifact::Column::Name)
            .order_by_asc(artifact::Column::Version);
        self.told(query.all(&self.db).await)
    }

    /// The newest version of an artifact.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn artifact(&self, instance_pk: i64, name: &str) -> Result<Option<ArtifactRow>, StoreError> {
        let query = artifact::Entity::find()
            .filter(artifact::Column::InstancePk.eq(instance_pk))
            .filter(artifact::Column::Name.eq(name))
            .order_by_desc(artifact::Column::Version);
        self.told(query.one(&self.db).await)
    }

    /// All incidents of an instance, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn incidents(&self, instance_pk: i64) -> Result<Vec<IncidentRow>, StoreError> {
        let query = incident::Entity::find()
            .filter(incident::Column::InstancePk.eq(instance_pk))
            .order_by_asc(incident::Column::Id);
        self.told(query.all(&self.db).await)
    }

    /// Incidents that wait for a person, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_incidents(&self, scope: Scope<'_>, limit: u64) -> Result<Vec<IncidentRow>, StoreError> {
        let query = incident::Entity::find()
            .filter(Expr::col(incident::Column::Status).eq(Expr::cust("'open'")))
            .filter(of_school(incident::Column::InstancePk, scope))
            .order_by_asc(incident::Column::OpenedAt)
            .order_by_asc(incident::Column::Id)
            .limit(limit);
        self.told(query.all(&self.of(scope).await?).await)
    }
}

/// Rows of instances of one school, or all.
fn of_school(instance_pk: impl ColumnTrait, scope: Scope<'_>) -> Condition {
    let within = scope.school().map(|school| {
        let instances = Query::select()
            .column(instance::Column::Pk)
            .from(instance::Entity)
            .and_where(instance::Column::School.eq(school))
            .to_owned();
        instance_pk.in_subquery(instances)
    });
    Condition::all().add_option(within)
}

/// Rows of an instance of this status. The text keeps SQLite off the indexes over one status only; a bound status would
/// do so too, but SQLite then plans the statement anew at every execution.
pub(super) fn of_status(word: &'static str) -> Expr {
    Expr::cust(format!("status || '' = '{word}'"))
}

/// The written status lets SQLite use the index over pending timers only.
fn pending_timers() -> Select<timer::Entity> {
    timer::Entity::find().filter(Expr::col((timer::Entity, timer::Column::Status)).eq(Expr::cust("'pending'")))
}

/// Rows of which moment and number come after the mark.
fn is_after(moment: impl ColumnTrait, id: impl ColumnTrait, after: Mark) -> Expr {
    let row = Expr::tuple([moment.into_expr(), id.into_expr()]);
    row.gt(Expr::tuple([Expr::value(after.moment), Expr::value(after.id)]))
}

/// Timers that are due, each with the name of its instance; see [`DueTimer`].
pub(crate) fn due_timers_named(now: i64, after: Mark, limit: u64) -> Select<timer::Entity> {
    let of_timer = timer::Entity::belongs_to(instance::Entity).from(timer::Column::InstancePk).to(instance::Column::Pk);
    due_timers(now, after, limit).column_as(instance::Column::Id, "instance").join(JoinType::LeftJoin, of_timer.into())
}

fn due_timers(now: i64, after: Mark, limit: u64) -> Select<timer::Entity> {
    pending_timers()
        .select_only()
        .columns([timer::Column::Id, timer::Column::DueAt, timer::Column::InstancePk])
        .filter(timer::Column::DueAt.lte(now))
        .filter(is_after(timer::Column::DueAt, timer::Column::Id, after))
        .order_by_asc(timer::Column::DueAt)
        .order_by_asc(timer::Column::Id)
        .limit(limit)
}

pub(crate) fn due_effects(now: i64, after: Mark, limit: u64) -> Select<outbox::Entity> {
    use outbox::Column as C;
    let due = pending_outbox().filter(C::NotBefore.lte(now)).filter(is_after(C::NotBefore, C::Id, after));
    due.order_by_asc(C::Id).limit(limit)
}

fn pending_outbox() -> Select<outbox::Entity> {
    outbox::Entity::find()
        .filter(Expr::col(outbox::Column::Status).eq(Expr::cust("'pending'")))
        .order_by_asc(outbox::Column::NotBefore)
}

pub(crate) fn open_tasks(scope: Scope<'_>, filter: &TaskFilter) -> Select<task::Entity> {
    use task::Column as C;
    let open = match filter.instance_pk {
        Some(_) => of_status("open"),
        None => Expr::col(C::Status).eq(Expr::cust("'open'")),
    };
    let condition = Condition::all()
        .add(open)
        .add_option(scope.school().map(|school| C::School.eq(school)))
        .add_option(filter.instance_pk.map(|pk| C::InstancePk.eq(pk)))
        .add_option(filter.due_by.map(|due| C::DueAt.lte(due)))
        .add_option(whose(filter));
    task::Entity::find()
        .filter(condition)
        .order_by_with_nulls(C::DueAt, Order::Asc, NullOrdering::Last)
        .order_by_asc(C::Id)
}

fn whose(filter: &TaskFilter) -> Option<Condition> {
    use task::Column as C;
    let named = filter.person.as_deref().map(|person| Expr::col(C::Assignees).like(element(person)));
    let roles = (!filter.roles.is_empty()).then(|| {
        let any =
            filter.roles.iter().fold(Condition::any(), |any, role| any.add(Expr::col(C::Roles).like(element(role))));
        match filter.person {
            Some(_) => Condition::all().add(any).add(C::Assignees.eq("[]")),
            None => any,
        }
    });
    (named.is_some() || roles.is_some()).then(|| Condition::any().add_option(named).add_option(roles))
}

/// A string within JSON.
fn element(text: &str) -> sea_orm::sea_query::LikeExpr {
    contains(&serde_json::Value::from(text).to_string())
}

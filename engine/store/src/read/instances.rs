//! Instances: one, many, their children, and how much of everything there is.
//!
//! Lives here: questions about instance rows. May not live here: their chains and open work.

use super::{Reader, Scope};
use crate::entity::{InstanceRow, instance};
use crate::error::StoreError;
use sea_orm::sea_query::{Condition, Expr, Func, FunctionCall, LikeExpr};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, HashMap};

/// Which instances a list shows. Empty fields ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceFilter {
    /// Name of the workflow.
    pub workflow: Option<String>,
    /// Any of these lifecycles; empty: all.
    pub lifecycles: Vec<String>,
    /// Children of this instance (`id`).
    pub parent: Option<String>,
    /// A piece of the title or the id.
    pub text: Option<String>,
    /// Only instances started before this `pk`: where the page before ended.
    pub before: Option<i64>,
}

/// An instance in a list, without its snapshot.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct InstanceSummary {
    /// Number within the database.
    pub pk: i64,
    /// Name for the outside.
    pub id: String,
    /// The school.
    pub school: String,
    /// Title.
    pub title: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Version of the workflow.
    pub version: String,
    /// `id` of the parent.
    pub parent_id: Option<String>,
    /// Which state and element of the parent.
    pub parent_key: Option<String>,
    /// Lifecycle.
    pub lifecycle: String,
    /// Active states.
    pub status: String,
    /// Number of turns so far.
    pub revision: i64,
    /// Start, in microseconds since 1970.
    pub created_at: i64,
    /// Last turn, in microseconds since 1970.
    pub updated_at: i64,
    /// End, in microseconds since 1970.
    pub finished_at: Option<i64>,
}

/// How much there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Instances by lifecycle.
    pub instances: BTreeMap<String, u64>,
    /// Tasks that are open.
    pub open_tasks: u64,
    /// Timers that will fire.
    pub pending_timers: u64,
    /// Effects that wait. Counted over all schools.
    pub pending_outbox: u64,
    /// Incidents that wait for a person.
    pub open_incidents: u64,
}

impl Reader {
    /// An instance by its `id`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn instance(&self, scope: Scope<'_>, id: &str) -> Result<Option<InstanceRow>, StoreError> {
        let query = instance::Entity::find().filter(instance::Column::Id.eq(id)).filter(of(scope));
        self.told(query.one(&self.of(scope).await?).await)
    }

    /// An instance by its `pk`, for the engine's own loops.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn instance_by_pk(&self, pk: i64) -> Result<Option<InstanceRow>, StoreError> {
        self.told(instance::Entity::find_by_id(pk).one(&self.db).await)
    }

    /// The stored revisions of instances.
    pub(crate) async fn revisions(&self, pks: Vec<i64>) -> Result<HashMap<i64, i64>, StoreError> {
        use instance::Column::{Pk, Revision};
        let query = instance::Entity::find().filter(Pk.is_in(pks)).select_only().columns([Pk, Revision]);
        Ok(self.told(query.into_tuple::<(i64, i64)>().all(&self.db).await)?.into_iter().collect())
    }

    /// The stored revision of an instance: whether what is in memory is of today.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revision(&self, pk: i64) -> Result<Option<i64>, StoreError> {
        Ok(self.revisions(vec![pk]).await?.remove(&pk))
    }

    /// What never changes about the newest cycles that have not ended, as JSON: for looking at what they are pinned to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn running_origins(&self, limit: u64) -> Result<Vec<String>, StoreError> {
        let query = instance::Entity::find()
            .filter(instance::Column::Lifecycle.is_in(["active", "paused", "blocked"]))
            .order_by_desc(instance::Column::Pk)
            .select_only()
            .column(instance::Column::Origin)
            .limit(limit);
        self.told(query.into_tuple::<String>().all(&self.db).await)
    }

    /// When an instance was changed last, in microseconds since 1970.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest_change(&self) -> Result<Option<i64>, StoreError> {
        let query = instance::Entity::find().select_only().column_as(instance::Column::UpdatedAt.max(), "newest");
        Ok(self.told(query.into_tuple::<Option<i64>>().one(&self.db).await)?.flatten())
    }

    /// Instances, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn instances(
        &self,
        scope: Scope<'_>,
        filter: &InstanceFilter,
        limit: u64,
    ) -> Result<Vec<InstanceSummary>, StoreError> {
        use instance::Column as C;
        let mut query = instance::Entity::find().select_only().columns([
            C::Pk,
            C::Id,
            C::School,
            C::Title,
            C::Workflow,
            C::Version,
            C::ParentId,
            C::ParentKey,
            C::Lifecycle,
            C::Status,
            C::Revision,
            C::CreatedAt,
            C::UpdatedAt,
            C::FinishedAt,
        ]);
        query = query.filter(of(scope)).filter(condition(filter));
        let query = query.order_by_desc(C::Pk).limit(limit);
        self.told(query.into_model::<InstanceSummary>().all(&self.of(scope).await?).await)
    }

    /// The numbers and `id`s of instances whose `id` comes after this one, in order, at most `limit`. They stand in an index:
    /// a damaged page of the table does not hide those on it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn instances_after(&self, id: &str, limit: u64) -> Result<Vec<(i64, String)>, StoreError> {
        use instance::Column as C;
        let query = instance::Entity::find().select_only().columns([C::Pk, C::Id]);
        let query = query.filter(C::Id.gt(id)).order_by_asc(C::Id).limit(limit);
        self.told(query.into_tuple().all(&self.db).await)
    }

    /// How much there is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counts(&self, scope: Scope<'_>) -> Result<Counts, StoreError> {
        let grouped = instance::Entity::find()
            .select_only()
            .column(instance::Column::Lifecycle)
            .column_as(instance::Column::Pk.count(), "n")
            .filter(of(scope))
            .group_by(instance::Column::Lifecycle)
            .into_tuple::<(String, i64)>();
        let instances = self.told(grouped.all(&self.of(scope).await?).await)?;
        let of_school = "(? IS NULL OR instance_pk IN (SELECT pk FROM instance WHERE school = ?))";
        let open = |table: &str, status: &str| {
            format!("SELECT count(*) FROM {table} WHERE status = '{status}' AND {of_school}")
        };
        Ok(Counts {
            instances: instances.into_iter().map(|(name, n)| (name, n.unsigned_abs())).collect(),
            open_tasks: self.count(&open("task", "open"), scope).await?,
            pending_timers: self.count(&open("timer", "pending"), scope).await?,
            pending_outbox: self.count("SELECT count(*) FROM outbox WHERE status = 'pending'", Scope::All).await?,
            open_incidents: self.count(&open("incident", "open"), scope).await?,
        })
    }

    async fn count(&self, text: &str, scope: Scope<'_>) -> Result<u64, StoreError> {
        use sea_orm::ConnectionTrait;
        let school = || sea_orm::Value::from(scope.school().map(ToOwned::to_owned));
        let values = if text.contains('?') { vec![school(), school()] } else { Vec::new() };
        let row = self.told(self.of(scope).await?.query_one_raw(self.sql(text, values)).await)?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose();
        Ok(self.told(count)?.unwrap_or(0).unsigned_abs())
    }
}

fn of(scope: Scope<'_>) -> Condition {
    Condition::all().add_option(scope.school().map(|school| instance::Column::School.eq(school)))
}

fn condition(filter: &InstanceFilter) -> Condition {
    use instance::Column as C;
    let lifecycles = (!filter.lifecycles.is_empty()).then(|| C::Lifecycle.is_in(filter.lifecycles.iter().cloned()));
    let text = filter.text.as_deref().map(|text| {
        let pattern = contains(&text.to_lowercase());
        lower(C::Title).like(pattern.clone()).or(lower(C::Id).like(pattern))
    });
    Condition::all()
        .add_option(filter.workflow.as_deref().map(|workflow| C::Workflow.eq(workflow)))
        .add_option(lifecycles)
        .add_option(filter.parent.as_deref().map(|parent| C::ParentId.eq(parent)))
        .add_option(filter.before.map(|pk| C::Pk.lt(pk)))
        .add_option(text)
}

/// PostgreSQL tells capitals apart where SQLite does not.
fn lower(column: instance::Column) -> FunctionCall {
    Func::lower(Expr::col(column))
}

/// A pattern that finds the piece anywhere and takes its `%` and `_` for themselves.
pub(super) fn contains(piece: &str) -> LikeExpr {
    let escaped = piece.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}

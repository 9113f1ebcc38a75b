//! Erasures: those that were decided, and drafts of what they concern.
//!
//! Lives here: questions of those who prove that something is gone. May not live here: taking it away.

use super::{Reader, Scope};
use crate::account::{DraftRow, draft};
use crate::entity::{OutboxRow, outbox};
use crate::error::StoreError;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Drafts of steps, as an erasure means them.
#[derive(Clone, Copy, Debug)]
pub struct DraftsOf<'a> {
    /// `id` of the instance.
    pub instance: &'a str,
    /// Step ids.
    pub steps: &'a [String],
    /// Only those last changed until then, in microseconds since 1970.
    pub until: i64,
    /// Only those of this account.
    pub account: Option<&'a str>,
}

impl Reader {
    /// The effects that take away what is left elsewhere of contributions that were erased, the latest first, whether they
    /// were carried out or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erasures(&self, limit: u64) -> Result<Vec<OutboxRow>, StoreError> {
        let query = outbox::Entity::find()
            .filter(outbox::Column::Kind.eq("forget"))
            .order_by_desc(outbox::Column::Id)
            .limit(limit);
        self.told(query.all(&self.of(Scope::All).await?).await)
    }

    /// These drafts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drafts_in(&self, of: &DraftsOf<'_>) -> Result<Vec<DraftRow>, StoreError> {
        let query = draft::Entity::find()
            .filter(draft::Column::Instance.eq(of.instance))
            .filter(draft::Column::Step.is_in(of.steps))
            .filter(draft::Column::UpdatedAt.lte(of.until))
            .filter(Condition::all().add_option(of.account.map(|account| draft::Column::Account.eq(account))));
        self.told(query.all(&self.db).await)
    }
}

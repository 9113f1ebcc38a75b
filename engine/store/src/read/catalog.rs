//! Definitions, calendars, plugins, schools, settings, answered keys.
//!
//! Lives here: look-ups by key and their lists. May not live here: instances and their work.

use super::Reader;
use crate::entity::{
    CalendarRow, DefinitionRow, PluginRow, SchoolRow, calendar, command_key, definition, meta, plugin, school,
};
use crate::error::StoreError;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// A definition without its texts.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct DefinitionSummary {
    /// Hash of the compiled definition.
    pub hash: Vec<u8>,
    /// Name of the workflow.
    pub id: String,
    /// Version as its author wrote it.
    pub version: String,
    /// When it was stored, in microseconds since 1970.
    pub created_at: i64,
}

impl Reader {
    /// A definition by hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn definition(&self, hash: &[u8]) -> Result<Option<DefinitionRow>, StoreError> {
        self.told(definition::Entity::find_by_id(hash.to_vec()).one(&self.db).await)
    }

    /// The definition of a workflow that was stored last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_definition(&self, id: &str) -> Result<Option<DefinitionRow>, StoreError> {
        let query = definition::Entity::find()
            .filter(definition::Column::Id.eq(id))
            .order_by_desc(definition::Column::CreatedAt);
        self.told(query.one(&self.db).await)
    }

    /// All definitions by name, then by age.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn definitions(&self) -> Result<Vec<DefinitionSummary>, StoreError> {
        use definition::Column::{CreatedAt, Hash, Id, Version};
        let query = definition::Entity::find()
            .select_only()
            .columns([Hash, Id, Version, CreatedAt])
            .order_by_asc(Id)
            .order_by_asc(CreatedAt);
        self.told(query.into_model::<DefinitionSummary>().all(&self.db).await)
    }

    /// A calendar by hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn calendar(&self, hash: &[u8]) -> Result<Option<CalendarRow>, StoreError> {
        self.told(calendar::Entity::find_by_id(hash.to_vec()).one(&self.db).await)
    }

    /// A plugin by hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn plugin(&self, hash: &[u8]) -> Result<Option<PluginRow>, StoreError> {
        self.told(plugin::Entity::find_by_id(hash.to_vec()).one(&self.db).await)
    }

    /// A school.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn school(&self, id: &str) -> Result<Option<SchoolRow>, StoreError> {
        self.told(school::Entity::find_by_id(id).one(&self.db).await)
    }

    /// All schools by id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn schools(&self) -> Result<Vec<SchoolRow>, StoreError> {
        self.told(school::Entity::find().order_by_asc(school::Column::Id).all(&self.db).await)
    }

    /// A setting.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let row = self.told(meta::Entity::find_by_id(key).one(&self.db).await)?;
        Ok(row.map(|row| row.value))
    }

    /// The first answers to keyed commands, by key.
    pub(crate) async fn answers(&self, keys: Vec<String>) -> Result<HashMap<String, String>, StoreError> {
        let rows =
            self.told(command_key::Entity::find().filter(command_key::Column::Key.is_in(keys)).all(&self.db).await)?;
        Ok(rows.into_iter().map(|row| (row.key, row.answer)).collect())
    }

    /// The first answer to a keyed command.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn answer(&self, key: &str) -> Result<Option<String>, StoreError> {
        let row = self.told(command_key::Entity::find_by_id(key).one(&self.db).await)?;
        Ok(row.map(|row| row.answer))
    }
}

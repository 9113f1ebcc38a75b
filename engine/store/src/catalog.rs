//! Writing what is no part of a turn: definitions, calendars, plugins, schools, settings.
//!
//! Lives here: one-row writes of the catalog. May not live here: anything about instances.

use crate::connection::Undone;
use crate::entity::{
    CalendarRow, DefinitionRow, MetaRow, PluginRow, SchoolRow, calendar, definition, meta, plugin, school,
};
use crate::error::StoreError;
use crate::sql::Clash;
use crate::store::Store;
use sea_orm::EntityTrait;

impl Store {
    /// Stores a definition; one with the same hash stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_definition(&self, row: &DefinitionRow) -> Result<(), StoreError> {
        self.put::<definition::Entity>(row, Clash::Keep).await
    }

    /// Stores a calendar; one with the same hash stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_calendar(&self, row: &CalendarRow) -> Result<(), StoreError> {
        self.put::<calendar::Entity>(row, Clash::Keep).await
    }

    /// Stores a plugin; one with the same hash stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_plugin(&self, row: &PluginRow) -> Result<(), StoreError> {
        self.put::<plugin::Entity>(row, Clash::Keep).await
    }

    /// Stores a school or replaces the stored one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_school(&self, row: &SchoolRow) -> Result<(), StoreError> {
        self.put::<school::Entity>(row, Clash::Replace).await
    }

    /// Stores a setting or replaces the stored one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_meta(&self, row: &MetaRow) -> Result<(), StoreError> {
        self.put::<meta::Entity>(row, Clash::Replace).await
    }

    async fn put<E: EntityTrait>(&self, row: &E::Model, clash: Clash) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        let mut statements = Vec::new();
        connection.texts.insert::<E>(&[row], clash, &mut statements);
        connection.transaction(statements).await.map_err(|undone| match undone {
            Undone::Failure(error) => error,
            Undone::Constraint(detail) => StoreError::Statement { path: self.path().to_owned(), detail },
            Undone::Mismatch => {
                StoreError::Statement { path: self.path().to_owned(), detail: "no row was written".to_owned() }
            }
        })
    }
}

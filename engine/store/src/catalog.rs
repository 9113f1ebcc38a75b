//! Writing what is no part of a turn: definitions, calendars, plugins, schools, settings.
//!
//! Lives here: one-row writes of the catalog. May not live here: anything about instances.

use crate::entity::{
    CalendarRow, DefinitionRow, MetaRow, PluginRow, SchoolRow, calendar, definition, meta, plugin, school,
};
use crate::error::StoreError;
use crate::store::Store;
use crate::write::{Clash, Undone};
use sea_orm::EntityTrait;

impl Store {
    /// Stores a definition; one with the same hash stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_definition(&self, row: &DefinitionRow) -> Result<(), StoreError> {
        let done = self.put::<definition::Entity>(row, Clash::Keep).await;
        self.changes.note_all();
        done
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
        let done = self.put::<school::Entity>(row, Clash::Replace).await;
        self.door_changed();
        self.changes.note(&row.id);
        done
    }

    /// Stores a setting or replaces the stored one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_meta(&self, row: &MetaRow) -> Result<(), StoreError> {
        self.put::<meta::Entity>(row, Clash::Replace).await
    }

    /// Puts what is left of erased answers in the place of the answers of journal rows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_answers(&self, erased: &[(i64, String)]) -> Result<(), StoreError> {
        if erased.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection.lock().await;
        for (id, left) in erased {
            let values = vec![left.clone().into(), (*id).into()];
            connection.statement("UPDATE journal SET answers = ? WHERE id = ?", values, None);
        }
        let done = connection.run().await.map_err(|undone| self.undone(undone));
        self.changes.note_all();
        done
    }

    /// Stores one row of a table outside of turns.
    pub(crate) async fn put<E: EntityTrait>(&self, row: &E::Model, clash: Clash) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        connection.put::<E>(&[row], clash);
        connection.run().await.map_err(|undone| self.undone(undone))
    }

    /// What became of a transaction that was not carried out.
    pub(crate) fn undone(&self, undone: Undone) -> StoreError {
        let detail = match undone {
            Undone::Failure(error) => return error,
            Undone::Constraint(detail) => detail,
            Undone::Mismatch => "no row was written".to_owned(),
            Undone::Fenced => "this process was taken for gone and has joined again; try once more".to_owned(),
        };
        StoreError::Statement { place: self.place().clone(), detail }
    }
}

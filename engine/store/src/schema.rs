//! Whose database it is and how old: the tables and migrations that are found in it, against those of this build.
//!
//! Lives here: that comparison. May not live here: asking a database, changing a schema.

use crate::account;
use crate::entity::{
    artifact, calendar, command_key, contribution, definition, incident, instance, journal, meta, outbox, plugin,
    school, step_run, task, timer,
};
use crate::error::StoreError;
use crate::place::Place;
use draaiboek_migrations::{Edition, OLDEST};
use sea_orm::EntityName as _;

/// What was found in a database.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// Its tables, by name.
    pub(crate) tables: Vec<String>,
    /// Migrations that were applied, in order.
    pub(crate) applied: Vec<String>,
    /// The oldest schema whose programs can work on it, as its newest program noted.
    pub(crate) oldest: Option<String>,
}

impl Schema {
    /// The table that lists the applied migrations.
    pub(crate) const TABLE: &str = "seaql_migrations";

    /// The table of settings.
    pub(crate) const SETTINGS: &str = "meta";

    /// The question for that note.
    pub(crate) fn asking_oldest() -> String {
        format!("SELECT value FROM meta WHERE key = '{OLDEST}'")
    }

    /// Refuses databases of others, and those that a newer program made unfit for this one; an older or empty one may be
    /// brought up to date.
    pub(crate) fn known(&self, place: &Place, edition: &Edition) -> Result<(), StoreError> {
        let place = || place.clone();
        if self.tables.is_empty() {
            return Ok(());
        }
        if !self.tables.iter().any(|name| name == Self::TABLE) {
            return Err(StoreError::Foreign { place: place(), table: newest(&self.tables) });
        }
        let known = edition.versions();
        let fits = self.oldest.as_ref().is_some_and(|oldest| *oldest <= edition.newest());
        if !fits && self.applied.iter().any(|version| !known.contains(version)) {
            let found = newest(&self.applied);
            return Err(StoreError::NewerSchema { place: place(), found, known: edition.newest() });
        }
        if self.is_current(edition) {
            let missing = tables().into_iter().find(|table| !self.tables.contains(table));
            if let Some(table) = missing {
                return Err(StoreError::Incomplete { place: place(), found: newest(&self.applied), table });
            }
        }
        Ok(())
    }

    /// Refuses what this build would have to bring up to date first.
    pub(crate) fn current(&self, place: &Place, edition: &Edition) -> Result<(), StoreError> {
        self.known(place, edition)?;
        if self.is_current(edition) {
            return Ok(());
        }
        let found = newest(&self.applied);
        Err(StoreError::OlderSchema { place: place.clone(), found, known: edition.newest() })
    }

    /// Whether every migration of a version was applied.
    pub(crate) fn is_current(&self, edition: &Edition) -> bool {
        edition.versions().iter().all(|version| self.applied.contains(version))
    }
}

fn newest(versions: &[String]) -> String {
    versions.last().cloned().unwrap_or_default()
}

/// Every table that this build reads or writes.
fn tables() -> Vec<String> {
    let mut tables = account::tables();
    let names = [
        artifact::Entity.table_name(),
        calendar::Entity.table_name(),
        command_key::Entity.table_name(),
        contribution::Entity.table_name(),
        definition::Entity.table_name(),
        incident::Entity.table_name(),
        instance::Entity.table_name(),
        journal::Entity.table_name(),
        meta::Entity.table_name(),
        outbox::Entity.table_name(),
        plugin::Entity.table_name(),
        school::Entity.table_name(),
        step_run::Entity.table_name(),
        task::Entity.table_name(),
        timer::Entity.table_name(),
    ];
    tables.extend(names.map(ToOwned::to_owned));
    tables
}

//! The database schema, one module per step, in portable SQL types so that SQLite and PostgreSQL share it.
//!
//! Lives here: tables, keys and indexes. May not live here: queries, rows, decisions (see `draaiboek-store`).
//! A released migration never changes again; what must change becomes a new module at the end of the list.

mod m0001_heart;
mod m0002_web;
mod m0010_nodes;
mod m0011_mail;
mod m0012_mail_claim;
mod settle;

pub use sea_orm_migration::{MigrationTrait, MigratorTrait};
pub use settle::settle;

/// The list of all migrations in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_heart::Migration),
            Box::new(m0002_web::Migration),
            Box::new(m0010_nodes::Migration),
            Box::new(m0011_mail::Migration),
            Box::new(m0012_mail_claim::Migration),
        ]
    }
}

/// The names of all migrations this build knows, oldest first. The last one is the schema version.
#[must_use]
pub fn known_versions() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::known_versions;

    #[test]
    fn names_are_unique_and_in_order() {
        let names = known_versions();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    }
}

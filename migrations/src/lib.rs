//! The database schema, one module per step, in portable SQL types so that SQLite and PostgreSQL share it.
//!
//! Lives here: tables, keys and indexes. May not live here: queries, rows, decisions (see `draaiboek-store`).
//! A released migration never changes again; what must change becomes a new module at the end of the list. Nodes of the
//! version before go on while a migration is applied (docs/nodes.md): it adds columns that may be empty or have a default,
//! and tables; it never renames; what one version stops using, a migration of a later version takes away.

mod edition;
mod m0001_heart;
mod m0002_web;
mod m0010_nodes;
mod m0011_mail;
mod m0012_mail_claim;
mod m0013_editions;
mod settle;

pub use edition::{Edition, OLDEST};
pub use m0013_editions::NAME as EDITIONS;
pub use sea_orm_migration::MigrationTrait;
pub use settle::settle;

/// The schema of this build. What came after schema 11 only adds, so its programs go on beside it; the tests of the store
/// compare the two.
pub const OWN: Edition = Edition { migrations, oldest: "m0011_mail" };

/// All migrations of this build in order.
fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_heart::Migration),
        Box::new(m0002_web::Migration),
        Box::new(m0010_nodes::Migration),
        Box::new(m0011_mail::Migration),
        Box::new(m0012_mail_claim::Migration),
        Box::new(m0013_editions::Migration),
    ]
}

#[cfg(test)]
mod tests {
    use super::OWN;

    #[test]
    fn names_are_unique_and_in_order() {
        let names = OWN.versions();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        assert!(names.iter().any(|name| name == OWN.oldest), "{names:?}");
    }
}

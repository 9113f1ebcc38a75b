//! Which database is meant, in words that may be shown: a path, or the address of a server without its password.
//!
//! Lives here: reading addresses. May not live here: opening what they name.

use crate::error::StoreError;
use sea_orm::sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;

/// A database by its address.
#[derive(Clone)]
pub(crate) enum Address {
    /// An SQLite file.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Server(Box<PgConnectOptions>),
}

/// Where a database is, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file.
    File(PathBuf),
    /// A database of a PostgreSQL server, as `postgres://user@host:port/name`.
    Server(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            Self::Server(address) => formatter.write_str(address),
        }
    }
}

impl Place {
    /// What an address names, in words that may be shown. An address that cannot be read is shown without what stands
    /// before its last `@`.
    #[must_use]
    pub fn of(address: &str) -> Self {
        match Address::read(address) {
            Ok(known) => known.place(),
            Err(_) => Self::Server(without_secret(address)),
        }
    }
}

impl Address {
    /// Reads an address: a path, `sqlite:` followed by one, or `postgres://user:password@host:port/name`.
    pub(crate) fn read(address: &str) -> Result<Self, StoreError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return server(address).map(|options| Self::Server(Box::new(options)));
        }
        let refuse = |reason: &str| Err(refused(address, reason));
        let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
        if path.contains("://") {
            return refuse("only SQLite files and PostgreSQL servers are known");
        }
        match path {
            "" => refuse("the path is empty"),
            ":memory:" => refuse("a database in memory does not survive"),
            path if path.contains('?') => refuse("parameters after `?` are not known"),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }

    /// Where that is.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::File(path) => Place::File(path.clone()),
            Self::Server(options) => {
                let host = options.get_socket().map_or_else(
                    || format!("{}:{}", options.get_host(), options.get_port()),
                    |socket| socket.display().to_string(),
                );
                let name = options.get_database().unwrap_or_default();
                Place::Server(format!("postgres://{}@{host}/{name}", options.get_username()))
            }
        }
    }
}

fn server(address: &str) -> Result<PgConnectOptions, StoreError> {
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if path.split_once('/').is_none_or(|(_, name)| name.is_empty()) && !address.contains("dbname=") {
        return Err(refused(address, "it names no database after the host"));
    }
    // The reader's own words may repeat the address with its password.
    PgConnectOptions::from_str(address)
        .map_err(|_| refused(address, "it is not of the form postgres://user:password@host:port/name"))
}

fn refused(address: &str, reason: &str) -> StoreError {
    StoreError::Address { url: without_secret(address), reason: reason.to_owned() }
}

/// An address without the part that may hold a password.
fn without_secret(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    // A password may also be given as a parameter.
    let rest = rest.split_once('?').map_or(rest, |(place, _)| place);
    format!("{scheme}://{rest}")
}

#[cfg(test)]
mod tests {
    use super::{Address, Place};

    #[test]
    fn addresses_are_shown_without_their_password() {
        let cases = [
            ("school.db", "school.db"),
            ("sqlite:school.db", "school.db"),
            ("sqlite:///var/school.db", "/var/school.db"),
            ("postgres://an:geheim@db.example:6432/schools", "postgres://an@db.example:6432/schools"),
            ("postgresql://an:ge%40heim@db.example/schools", "postgres://an@db.example:5432/schools"),
            ("postgres://an@db.example:1/schools?password=geheim", "postgres://an@db.example:1/schools"),
            ("postgres://an:ge@heim@db example/schools", "postgres://db example/schools"),
            ("mysql://an:geheim@db/schools", "mysql://db/schools"),
        ];
        for (address, shown) in cases {
            assert_eq!(Place::of(address).to_string(), shown, "{address}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_says_why() {
        let cases = [
            ("", "the path is empty"),
            (":memory:", "does not survive"),
            ("school.db?mode=ro", "parameters"),
            ("mysql://an:geheim@db/schools", "only SQLite files and PostgreSQL"),
            ("postgres://an:geheim@db", "names no database"),
            ("postgres://an:geheim@db/", "names no database"),
            ("postgres://an:geheim@db:port/schools", "not of the form"),
        ];
        for (address, reason) in cases {
            let Err(error) = Address::read(address) else { panic!("{address} is read") };
            let text = error.to_string();
            assert!(text.contains(reason) && !text.contains("geheim"), "{address}: {text}");
        }
    }
}

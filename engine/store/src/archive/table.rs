//! Which tables an archive holds, in the order in which they can be taken in, whose rows belong to a school, and which
//! columns hold numbers that are given anew on arrival.
//!
//! Sessions, sign-in links and counters against guessing are left out: they are of one place and one moment.

use sea_orm::EntityTrait;

/// How the rows of one school are found. `?` stands for the school's id.
const OF_SCHOOL: &str = "school = ?";
const OF_INSTANCES: &str = "instance_pk IN (SELECT pk FROM instance WHERE school = ?)";
const OF_DEFINITIONS: &str = "hash IN (SELECT definition_hash FROM instance WHERE school = ? UNION \
     SELECT j.definition_hash FROM journal AS j JOIN instance AS i ON i.pk = j.instance_pk WHERE i.school = ?)";
const OF_CALENDARS: &str = "hash IN (SELECT calendar_hash FROM instance WHERE school = ? UNION \
     SELECT j.calendar_hash FROM journal AS j JOIN instance AS i ON i.pk = j.instance_pk WHERE i.school = ?)";
const OF_ACCOUNTS: &str = "account IN (SELECT id FROM account WHERE school = ?)";
const SELF: &str = "id = ?";

/// The key of a table whose rows are numbered in each database.
pub(super) fn numbered<E: Archived>() -> Option<&'static str> {
    let own =
        |(column, table): &&(&'static str, &str)| *table == E::default().table_name() && matches!(*column, "pk" | "id");
    E::NUMBERS.iter().find(own).map(|(column, _)| *column)
}

/// What arrives twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The same content under the same hash: kept once.
    Shared,
    /// Not allowed.
    Refused,
}

/// A table as an archive sees it.
pub(super) trait Archived: EntityTrait {
    /// Condition that finds the rows of one school; absent when no school owns any.
    const OF_SCHOOL: Option<&'static str>;
    /// Columns that hold a number, with the table whose key it is.
    const NUMBERS: &'static [(&'static str, &'static str)] = &[];
    /// What to do with a row that is there already.
    const KNOWN: Known = Known::Refused;
}

macro_rules! archived {
    ($($entity:path => $rows:expr $(, shared: $known:expr)? $(, numbers: $numbers:expr)?;)*) => {
        $(impl Archived for $entity {
            const OF_SCHOOL: Option<&'static str> = $rows;
            $(const KNOWN: Known = $known;)?
            $(const NUMBERS: &'static [(&'static str, &'static str)] = &$numbers;)?
        })*

        /// Calls a macro with every entity, in the order in which rows may refer to each other.
        macro_rules! each_table {
            ($call:ident) => { $($call!($entity);)* };
        }
        pub(super) use each_table;
    };
}

const INSTANCE: (&str, &str) = ("instance_pk", "instance");

archived! {
    crate::entity::meta::Entity => None, shared: Known::Shared;
    crate::entity::definition::Entity => Some(OF_DEFINITIONS), shared: Known::Shared;
    crate::entity::plugin::Entity => None, shared: Known::Shared;
    crate::entity::calendar::Entity => Some(OF_CALENDARS), shared: Known::Shared;
    crate::entity::school::Entity => Some(SELF);
    crate::account::account::Entity => Some(OF_SCHOOL);
    crate::account::invitation::Entity => Some(OF_SCHOOL);
    crate::account::draft::Entity => Some(OF_ACCOUNTS);
    crate::account::daily_mail::Entity => Some(OF_ACCOUNTS);
    crate::account::access::Entity => Some(OF_SCHOOL);
    crate::entity::instance::Entity => Some(OF_SCHOOL), numbers: [("pk", "instance"), ("journal_head", "journal")];
    crate::entity::journal::Entity => Some(OF_INSTANCES), numbers: [("id", "journal"), ("prev_id", "journal"), INSTANCE];
    crate::entity::step_run::Entity => Some(OF_INSTANCES),
        numbers: [("id", "step_run"), INSTANCE, ("contribution_head", "contribution")];
    crate::entity::contribution::Entity => Some(OF_INSTANCES),
        numbers: [("id", "contribution"), ("prev_id", "contribution"), INSTANCE, ("step_run", "step_run")];
    crate::entity::task::Entity => Some(OF_INSTANCES), numbers: [("id", "task"), INSTANCE, ("step_run", "step_run")];
    crate::entity::timer::Entity => Some(OF_INSTANCES), numbers: [("id", "timer"), INSTANCE];
    crate::entity::outbox::Entity => Some(OF_INSTANCES), numbers: [("id", "outbox"), INSTANCE];
    crate::entity::incident::Entity => Some(OF_INSTANCES), numbers: [("id", "incident"), INSTANCE];
    crate::entity::artifact::Entity => Some(OF_INSTANCES), numbers: [("id", "artifact"), INSTANCE];
    crate::entity::command_key::Entity => Some(OF_INSTANCES), numbers: [INSTANCE];
}

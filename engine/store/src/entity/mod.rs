//! The tables as sea-orm entities. Each `Model` is the plain row that callers hold; it is exported under a name of its own.
//!
//! Lives here: field names and types. May not live here: rules about what the fields may hold.

pub(crate) mod artifact;
pub(crate) mod calendar;
pub(crate) mod command_key;
pub(crate) mod contribution;
pub(crate) mod definition;
pub(crate) mod incident;
pub(crate) mod instance;
pub(crate) mod journal;
pub(crate) mod meta;
pub(crate) mod outbox;
pub(crate) mod plugin;
pub(crate) mod school;
pub(crate) mod step_run;
pub(crate) mod task;
pub(crate) mod timer;

pub use artifact::Model as ArtifactRow;
pub use calendar::Model as CalendarRow;
pub use command_key::Model as CommandKeyRow;
pub use contribution::Model as ContributionRow;
pub use definition::Model as DefinitionRow;
pub use incident::Model as IncidentRow;
pub use instance::Model as InstanceRow;
pub use journal::Model as JournalRow;
pub use meta::Model as MetaRow;
pub use outbox::Model as OutboxRow;
pub use plugin::Model as PluginRow;
pub use school::Model as SchoolRow;
pub use step_run::Model as StepRunRow;
pub use task::Model as TaskRow;
pub use timer::Model as TimerRow;

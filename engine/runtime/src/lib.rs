//! Commands in, effects out: load, ask plugins, decide, commit; timers, outbox, children, clock.
//!
//! The imperative shell around the pure core. Everything that changes an instance goes through [`Engine`] and
//! `decide`. No SQL (that is the store's), no WASM details (the plugin host's), no rules of workflows (the core's).

mod booking;
mod catalog;
mod clock;
mod consult;
mod crowd;
mod effects;
mod engine;
mod erase;
mod error;
mod forget;
mod lineage;
mod live;
mod loading;
mod memory;
mod meter;
mod migrate;
mod notices;
mod pool;
mod pump;
mod rehearse;
mod retention;
mod round;
mod school;
mod sight;
mod start;
mod turn;
mod verify;
mod view;
mod volley;
mod workload;

pub use clock::{Clock, CommonClock, ShiftedClock, Stopwatch, SystemClock, VirtualClock};
pub use draaiboek_workflow::calendar::{Absence, Duo, StaffError};
pub use engine::{Engine, Handed, MAX_PAYLOAD_BYTES, Reply};
pub use erase::{Traces, TracesIn, is_erased};
pub use error::EngineError;
pub use lineage::{Branch, Lineage, MAX_BRANCHES, MAX_DEPTH, Member, Origin, Part, Way};
pub use live::TaskTitle;
pub use meter::Load;
pub use migrate::MigrateRequest;
pub use notices::Notice;
pub use rehearse::{Rehearse, Rehearsed};
pub use retention::{Kept, Left, RetentionReport, Tidied, retention};
pub use school::{LocalDay, Person, QuietHours, School, SchoolCalendar, Team, Workload};
pub use sight::{OpenTask, Sight};
pub use start::StartRequest;
pub use verify::{InstanceReport, VerifyReport, verify, verify_newest};
pub use view::{HELD, Projection, Reader, StepView};

/// Version of the deciding code, recorded with every journal row.
pub const CORE_VERSION: &str = env!("CARGO_PKG_VERSION");

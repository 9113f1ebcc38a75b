//! Arguments of `people` and `workload`.

use clap::Subcommand;
use jiff::civil::Date;

/// `people`.
#[derive(Debug, Subcommand)]
pub enum People {
    /// List the people of a school with their roles, absences and shared jobs
    List,
    /// Somebody is away; who stands in gets their tasks and roles for those days
    Absent {
        /// Who is away
        person: String,
        /// First day
        #[arg(long, value_name = "DATE")]
        from: Date,
        /// Last day
        #[arg(long, value_name = "DATE")]
        to: Date,
        /// Who stands in; without one nothing is expected of who is away
        #[arg(long, value_name = "PERSON")]
        substitute: Option<String>,
    },
    /// Somebody is back earlier, or will not be away at all
    Back {
        /// Who is back
        person: String,
        /// First day on which they are there again (default: today)
        #[arg(long, value_name = "DATE")]
        on: Option<Date>,
    },
    /// People share one job: each sees its tasks, one answer counts
    Duo {
        /// Who; the answers stand under the first one's name
        #[arg(required = true, num_args = 2.., value_name = "PERSON")]
        people: Vec<String>,
        /// When one of them works, such as lk5=mon,tue,wed-am
        #[arg(long, value_name = "PERSON=DAYS")]
        days: Vec<String>,
    },
    /// Say what is known of somebody; with --reason, erase it for good
    Erase {
        /// Who
        person: String,
        /// Why; without it nothing is erased
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// A job is no longer shared
    EndDuo {
        /// One of the people
        person: String,
    },
}

/// `workload`.
#[derive(Debug, clap::Args)]
pub struct Workload {
    /// Show so many weeks
    #[arg(long, default_value_t = 8, value_name = "N")]
    pub weeks: usize,
}

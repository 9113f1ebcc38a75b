//! The command line as types. Says what can be asked, does nothing.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use crate::args_author::{Check, Diagram, Play, Simulate, Trace};
pub use crate::args_operate::{Doctor, Retention, Run, Serve, Watch};
pub use crate::args_people::{People, Workload};
pub use crate::args_words::{Backup, Diff, Import, Instrument, Migrate, TraceBack, Unpack};
use crate::choice::{Colour, Lang};
use crate::database::Database;

/// Runs school development cycles: study days, team cycles, visits and reviews, from a plain description to the result.
#[derive(Debug, Parser)]
#[command(name = "draaiboek", version, arg_required_else_help = true, max_term_width = 110)]
pub struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// The database: a file, or postgres://user:password@host:port/name for one that several processes share
    /// [default: $DATABASE_URL, else draaiboek.db]
    #[arg(
        id = "database",
        long = "db",
        global = true,
        env = "DRAAIBOEK_DB",
        default_value = "draaiboek.db",
        value_name = "PATH|URL",
        hide_default_value = true,
        hide_env_values = true
    )]
    pub db: Database,
    /// Settings, as `draaiboek config` shows them [default: draaiboek.toml beside the database, when it is there]
    #[arg(
        id = "settings",
        long = "settings",
        global = true,
        env = "DRAAIBOEK_SETTINGS",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub settings: Option<PathBuf>,
    /// Answer in JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Who acts: the id of a person of the school, or `system` for the operator of this machine
    // An id of its own: a command that has a `person` too would shadow it.
    #[arg(id = "actor", long = "as", alias = "by", global = true, env = "DRAAIBOEK_AS", value_name = "PERSON")]
    pub person: Option<String>,
    /// The school; needed only when the database holds several
    #[arg(long, global = true, value_name = "ID")]
    pub school: Option<String>,
    /// Run on a clock that stands at this local moment, such as 2026-10-02T09:00 (for trying out and for tests)
    #[arg(long, global = true, value_name = "MOMENT")]
    pub clock: Option<jiff::civil::DateTime>,
    /// Language of the workflow's own texts
    #[arg(
        id = "language",
        long = "lang",
        global = true,
        env = "DRAAIBOEK_LANG",
        value_enum,
        default_value = "nl",
        alias = "locale"
    )]
    pub lang: Lang,
    /// A folder with step plugins of your own (`*.wasm`), beside those of this program
    #[arg(
        id = "plugins.folder",
        long = "plugin-folder",
        global = true,
        env = "DRAAIBOEK_PLUGINS",
        value_name = "DIR",
        hide_env_values = true
    )]
    pub plugin_folder: Option<PathBuf>,
    /// Colours in the text
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Colour,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play a whole study day in a database of its own, told as a story
    Demo(Demo),
    /// Check workflows and say what is wrong, where, and how to mend it
    Check(Check),
    /// Print the JSON Schema of workflows (or scenarios), for editors
    Schema {
        /// The schema of scenario files
        #[arg(long)]
        scenario: bool,
    },
    /// Draw a workflow
    Diagram(Diagram),
    /// Run a W3C SCXML chart on the engine's core; events come as JSON lines on standard input
    Trace(Trace),
    /// Play scenarios through the real engine and tell which expectations are met
    Play(Play),
    /// Rehearse workflows over a school year before they run: one run as a story, many as a range of days
    Simulate(Simulate),
    /// Schools with their people, teams and calendar
    #[command(subcommand)]
    School(School),
    /// Who is at the school, who is away and stands in, who shares a job
    #[command(subcommand)]
    People(People),
    /// What cycles have to say to somebody (`--as`), or to all, the newest first
    Notices,
    /// The minutes that running cycles still ask of each person in each week
    Workload(Workload),
    /// Make workflows available for new cycles; running ones keep their version
    Publish {
        /// A workflow file or folder, or a folder with several
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<PathBuf>,
    },
    /// Start a cycle of a workflow
    Start(Start),
    /// List the cycles
    List(List),
    /// Show one cycle: where it is, its steps, what is missing, its timers, children and results
    Show {
        /// The cycle
        instance: String,
    },
    /// List the open tasks, the most urgent first
    Tasks(Tasks),
    /// Hand in a contribution
    Contribute(Contribute),
    /// Take a contribution back
    Withdraw(Withdraw),
    /// Let a late contribution count after all
    Admit {
        /// The cycle
        instance: String,
        /// The step
        step: String,
        /// Id of the contribution
        id: String,
    },
    /// Conclude a step
    Conclude {
        /// The cycle
        instance: String,
        /// The step
        step: String,
        /// The same key twice is one command
        #[arg(long)]
        key: Option<String>,
    },
    /// Leave a step out, with a reason
    Skip {
        /// The cycle
        instance: String,
        /// The step
        step: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Send an event, such as the choice to go on
    Send(Send),
    /// Stop the clock of a cycle
    Pause {
        /// The cycle
        instance: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Let a paused cycle go on
    Resume {
        /// The cycle
        instance: String,
    },
    /// Stop a cycle for good; its results stay readable
    Cancel {
        /// The cycle
        instance: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Give a timer, or the due date of a step, another moment
    Reschedule {
        /// The cycle
        instance: String,
        /// Id of the timer, or of the step
        target: String,
        /// Local moment, such as 2026-10-20T07:00
        to: jiff::civil::DateTime,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Put a cycle in other states, without its guards
    Move {
        /// The cycle
        instance: String,
        /// The states
        #[arg(required = true, value_name = "STATE")]
        to: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Erase the content of a contribution for good; that it was handed in stays
    Erase {
        /// The cycle
        instance: String,
        /// The step
        step: String,
        /// The contribution
        id: String,
        /// Who handed it in
        #[arg(long, value_name = "PERSON")]
        of: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Write a line in the journal of a cycle
    Note {
        /// The cycle
        instance: String,
        /// The line
        text: String,
    },
    /// List what broke and waits for a person, in all cycles
    Incidents,
    /// Try again what broke
    Retry {
        /// Number of the incident, as `incidents` gives it
        #[arg(value_name = "NUMBER")]
        incident: i64,
    },
    /// Give up what broke, with a reason
    GiveUp {
        /// Number of the incident, as `incidents` gives it
        #[arg(value_name = "NUMBER")]
        incident: i64,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Show the journal of a cycle: every decision, who asked, what came of it
    Log {
        /// The cycle
        instance: String,
        /// Show the newest so many
        #[arg(long, default_value_t = 200, value_name = "N")]
        limit: u32,
    },
    /// List the results of a cycle, or print one
    Artifacts {
        /// The cycle
        instance: String,
        /// Print this one
        name: Option<String>,
        /// This version instead of the newest
        #[arg(long, value_name = "N", requires = "name")]
        version: Option<i64>,
    },
    /// Show what a result rests on, down to the cards behind it; or, with --forward, what came of a remark
    TraceBack(TraceBack),
    /// Say in words what differs between two versions of a workflow
    Diff(Diff),
    /// Let running cycles go by another version of their workflow, or take that back
    Migrate(Migrate),
    /// Prove that the database says what happened: re-run every cycle and compare
    Verify,
    /// Look at everything that has to be right, and say what to do about what is not
    Doctor(Doctor),
    /// Show what is kept how long and what is due; with --run take that away and prove it
    Retention(Retention),
    /// Write everything into one file, also while others work; it goes back into any kind of database
    Backup(Backup),
    /// Take a backup into an empty database
    Restore(Unpack),
    /// Make a key for encrypted backups
    NewKey {
        /// Where to keep it
        file: PathBuf,
    },
    /// Carry out timers and effects until Ctrl-C
    Run(Run),
    /// Serve the pages and the JSON API, and carry out timers and effects, until Ctrl-C
    Serve(Serve),
    /// Show the settings in force, and where each comes from
    Config,
    /// Step plugins
    #[command(subcommand)]
    Plugin(Plugin),
    /// Instruments: questions, cards and viewing guides
    #[command(subcommand)]
    Instrument(Instrument),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// `demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Folder of the demo; made anew each time
    #[arg(long, default_value = "draaiboek-demo", value_name = "FOLDER")]
    pub dir: PathBuf,
    /// Stop after the story
    #[arg(long)]
    pub no_serve: bool,
    /// Address to serve the demo school on (default: port 8460 of this machine, or a free one)
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
}

/// `school`.
#[derive(Debug, Subcommand)]
pub enum School {
    /// Load a school file, or load it anew
    Load {
        /// The file
        file: PathBuf,
    },
    /// List the schools
    List,
    /// Write one school with everything of it into a file
    Export(Backup),
    /// Take an exported school in, beside the schools that are here
    Import(Unpack),
}

/// `start`.
#[derive(Debug, clap::Args)]
pub struct Start {
    /// The workflow
    pub workflow: String,
    /// Id of the new cycle
    #[arg(long)]
    pub id: Option<String>,
    /// Configuration: JSON, @file, or - for standard input
    #[arg(long, default_value = "{}", value_name = "JSON|@FILE|-")]
    pub config: String,
    /// Version of the workflow, such as ^1
    #[arg(long, value_name = "VERSION")]
    pub workflow_version: Option<String>,
    /// The same key twice is one command
    #[arg(long)]
    pub key: Option<String>,
}

/// `list`.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Of this workflow
    #[arg(long)]
    pub workflow: Option<String>,
    /// In this lifecycle: active, paused, cancelled, blocked, ended
    #[arg(long)]
    pub lifecycle: Vec<String>,
    /// Children of this cycle
    #[arg(long, value_name = "INSTANCE")]
    pub parent: Option<String>,
    /// At most so many, the newest first
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: u64,
}

/// `tasks`.
#[derive(Debug, clap::Args)]
pub struct Tasks {
    /// Those that wait for this person
    #[arg(long, conflicts_with = "role")]
    pub person: Option<String>,
    /// Those of this role
    #[arg(long)]
    pub role: Option<String>,
    /// Those of this cycle
    #[arg(long)]
    pub instance: Option<String>,
}

/// `contribute`.
#[derive(Debug, clap::Args)]
pub struct Contribute {
    /// The cycle
    pub instance: String,
    /// The step
    pub step: String,
    /// What is handed in, such as {"card": {...}}: JSON, @file, or - for standard input
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub entry: String,
    /// Id of the contribution: the same id twice is one contribution
    #[arg(long)]
    pub id: Option<String>,
    /// Group it is entered for
    #[arg(long)]
    pub group: Option<String>,
    /// Its revision; one more than the earlier one when left out
    #[arg(long)]
    pub revision: Option<u32>,
    /// Secret of an anonymous contributor, at least 8 characters; needed to change it later
    #[arg(long)]
    pub token: Option<String>,
    /// The same key twice is one command
    #[arg(long)]
    pub key: Option<String>,
    /// The person for whom it is entered
    #[arg(long, value_name = "PERSON")]
    pub on_behalf_of: Option<String>,
}

/// `withdraw`.
#[derive(Debug, clap::Args)]
pub struct Withdraw {
    /// The cycle
    pub instance: String,
    /// The step
    pub step: String,
    /// Id of the contribution
    pub id: String,
    /// Secret of an anonymous contributor
    #[arg(long)]
    pub token: Option<String>,
}

/// `send`.
#[derive(Debug, clap::Args)]
pub struct Send {
    /// The cycle
    pub instance: String,
    /// Name of the event
    pub event: String,
    /// Its data: JSON, @file, or - for standard input
    #[arg(long, default_value = "null", value_name = "JSON|@FILE|-")]
    pub data: String,
    /// Why, when it asks for a reason
    #[arg(long)]
    pub reason: Option<String>,
    /// The same key twice is one command
    #[arg(long)]
    pub key: Option<String>,
}

/// `plugin`.
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins of this program
    List,
    /// Say what a component is, what it may do, and whether it can serve
    Inspect {
        /// A .wasm file, or the name of a plugin of this program
        file: String,
    },
    /// Call one function of a plugin and show what it cost
    Run {
        /// A .wasm file, or the name of a plugin of this program
        file: String,
        /// manifest, check, summarise or conclude
        #[arg(long)]
        call: String,
        /// The context as JSON
        #[arg(long, value_name = "FILE|-")]
        ctx: Option<PathBuf>,
        /// The contribution (check) or the list of contributions as JSON
        #[arg(long, value_name = "FILE|-")]
        input: Option<PathBuf>,
    },
}

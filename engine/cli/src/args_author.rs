//! The arguments of the commands for authors of workflows: `check`, `diagram`, `trace`, `play`, `simulate`. Says what can
//! be asked, does nothing.

use std::path::PathBuf;

use crate::choice::{CheckFormat, DiagramFormat, Direction};

/// `check`.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Workflow files or folders, or folders with several
    #[arg(required = true, value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,
    /// How the messages are written
    #[arg(long, value_enum, default_value = "human")]
    pub format: CheckFormat,
    /// Check each step against the installed step plugins as well
    #[arg(long)]
    pub plugins: bool,
    /// Warnings count as errors
    #[arg(long)]
    pub strict: bool,
}

/// `diagram`.
#[derive(Debug, clap::Args)]
pub struct Diagram {
    /// The workflow
    pub file: PathBuf,
    /// What to make
    #[arg(long, value_enum, default_value = "svg")]
    pub format: DiagramFormat,
    /// Left to right, or top to bottom
    #[arg(long, value_enum, default_value = "lr")]
    pub orientation: Direction,
    /// Write to this file instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `trace`.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Trace {
    /// The chart; standard input holds one event a line
    #[arg(long, value_name = "FILE")]
    pub scxml: Option<PathBuf>,
    /// Each line of standard input is a chart with its script
    #[arg(long)]
    pub batch: bool,
}

/// `play`.
#[derive(Debug, clap::Args)]
pub struct Play {
    /// Scenario files, or folders below which all scenarios are meant
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Tell what happens as a story
    #[arg(long)]
    pub story: bool,
    /// Play one variation only
    #[arg(long, alias = "only", value_name = "NAME")]
    pub variation: Option<String>,
    /// Show the expectations that are met as well
    #[arg(long)]
    pub all: bool,
    /// Keep the database of the play in this new file, to look around in; for one scenario, or one of its variations
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// A component that takes the place of the built-in plugin of its name; may be given several times
    #[arg(long, value_name = "FILE")]
    pub plugin: Vec<PathBuf>,
}

/// `simulate`.
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// Workflow files or folders, or a folder with several: then the whole year of the school. `--school` names the
    /// school's file or one of the built-in schools
    #[arg(required_unless_present = "compare", value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,
    /// Where chance begins: the same seed gives the same run
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// So many runs, with seeds that follow each other (default: 1, with --compare 100)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub runs: Option<u32>,
    /// Tell the first run as a story, also when there are several
    #[arg(long)]
    pub story: bool,
    /// Say what differs between two workflows, or between two rehearsal files of the workflow that is named
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    pub compare: Option<Vec<PathBuf>>,
}

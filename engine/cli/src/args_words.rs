//! The arguments of `diff`, `instrument` and `trace-back`. Says what can be asked, does nothing.

use std::path::PathBuf;

use clap::Subcommand;

/// `instrument`.
#[derive(Debug, Subcommand)]
pub enum Instrument {
    /// Replace the texts of an instrument by other ones; ids and codes stay
    Import(Import),
}

/// `instrument import`.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The texts: CSV with the columns id, nl, en and if need be code, or YAML
    #[arg(value_name = "FILE")]
    pub texts: PathBuf,
    /// The instrument
    #[arg(long = "for", value_name = "NAME")]
    pub name: String,
    /// Folder for the new file, such as `workflows/instruments`
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Where the new texts come from
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Under which terms they may be used
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
    /// Let the list change codes
    #[arg(long)]
    pub allow_codes: bool,
    /// Say what would change, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `trace-back`.
#[derive(Debug, clap::Args)]
pub struct TraceBack {
    /// The cycle
    pub instance: String,
    /// A result, a step, or the id of a card, principle, goal or action
    pub artifact: String,
    /// Only this one of the result or step
    pub id: Option<String>,
    /// What came of it, instead of what it rests on
    #[arg(long)]
    pub forward: bool,
}

/// `diff`.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// A file, a folder, or `id@version` of the database or of this program
    #[arg(value_name = "FILE|DIR|ID[@VERSION]")]
    pub before: String,
    /// The other one
    #[arg(value_name = "FILE|DIR|ID[@VERSION]")]
    pub after: String,
}

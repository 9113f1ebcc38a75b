//! The arguments of `backup`, `restore`, `diff`, `migrate`, `instrument` and `trace-back`. Says what can be asked, does nothing.

use std::path::PathBuf;

use clap::Subcommand;

/// `backup` and `school export`.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The file to make, such as `school.draaiboek`
    pub file: PathBuf,
    /// Encrypt it: a file with a public or secret key, see `new-key`
    #[arg(id = "backup.key", long = "key", env = "DRAAIBOEK_BACKUP_KEY", value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// `restore` and `school import`.
#[derive(Debug, clap::Args)]
pub struct Unpack {
    /// The file
    pub file: PathBuf,
    /// The key it was encrypted with
    #[arg(id = "backup.key", long = "key", env = "DRAAIBOEK_BACKUP_KEY", value_name = "FILE")]
    pub key: Option<PathBuf>,
}

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

/// `migrate`.
#[derive(Debug, clap::Args)]
pub struct Migrate {
    /// The workflow
    #[arg(required_unless_present = "undo")]
    pub workflow: Option<String>,
    /// Version that the cycles go by now
    #[arg(long, value_name = "VERSION", required_unless_present = "undo")]
    pub from: Option<String>,
    /// Version that they go by from then on
    #[arg(long, value_name = "VERSION", required_unless_present = "undo")]
    pub to: Option<String>,
    /// Only these cycles
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub instance: Vec<String>,
    /// What has another name in the new version (YAML)
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Take the last migration of this cycle back, as long as nothing else happened
    #[arg(long, value_name = "ID", conflicts_with_all = ["workflow", "from", "to", "instance", "map"])]
    pub undo: Option<String>,
    /// Say what would happen and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Why; it is written in the journal and told to those whose tasks change
    #[arg(long)]
    pub reason: Option<String>,
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

//! Arguments of `serve` and `run`, and of what watches over them: `doctor`, `retention`. An option whose id has a dot is a setting as well.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;

use crate::choice::LogFormat;
use crate::log::Filter;
use crate::traces::Endpoint;

/// `serve`.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address to listen on
    #[arg(
        id = "server.listen",
        long = "listen",
        env = "DRAAIBOEK_LISTEN",
        default_value = "127.0.0.1:8460",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,
    /// Address that people use, such as `https://draaiboek.school.be`
    #[arg(id = "server.public_url", long = "public-url", env = "DRAAIBOEK_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// A proxy stands before it and says who asks (X-Forwarded-For)
    #[arg(
        id = "server.behind_proxy",
        long = "behind-proxy",
        env = "DRAAIBOEK_BEHIND_PROXY",
        default_value = "false",
        default_missing_value = "true",
        num_args = 0..=1,
        require_equals = true,
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub behind_proxy: bool,
    /// The mail server, such as smtps://user:password@mail.example; without it nobody gets mail
    #[arg(
        id = "mail.server",
        long = "mail-server",
        env = "DRAAIBOEK_MAIL_SERVER",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub mail_server: Option<String>,
    /// In whose name mail is sent, such as "De Wilg <draaiboek@school.be>"
    #[arg(id = "mail.from", long = "mail-from", env = "DRAAIBOEK_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Print a one-time link that signs this person in; may be given several times
    #[arg(long, value_name = "PERSON")]
    pub sign_in: Vec<String>,
    /// For tests: seconds by which the clock of this machine is wrong
    #[arg(long, hide = true, default_value_t = 0, allow_hyphen_values = true)]
    pub clock_ahead: i64,
    /// What watches over it.
    #[command(flatten)]
    pub watch: Watch,
}

/// `run`.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// What watches over it.
    #[command(flatten)]
    pub watch: Watch,
}

/// What long-running commands tell about themselves.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Watching")]
pub struct Watch {
    /// Address of another listener, for /metrics and /health; keep it inside the house
    #[arg(
        id = "metrics.listen",
        long = "metrics-listen",
        env = "DRAAIBOEK_METRICS_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// Form of the log lines on standard error
    #[arg(id = "log.format", long = "log-format", env = "DRAAIBOEK_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// Which log lines: off, error, warn, info, debug or trace, also by part, such as `info,draaiboek_web=debug`
    #[arg(id = "log.filter", long = "log", env = "DRAAIBOEK_LOG", default_value = "info", value_name = "LEVELS")]
    pub log: Filter,
    /// Send traces to this OpenTelemetry collector, such as http://localhost:4318
    #[arg(id = "traces.endpoint", long = "traces", env = "DRAAIBOEK_TRACES", value_name = "URL")]
    pub traces: Option<Endpoint>,
}

/// `doctor`.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Folder with backups, to look at the age of the newest
    #[arg(id = "backup.folder", long = "backups", env = "DRAAIBOEK_BACKUPS", value_name = "FOLDER")]
    pub backups: Option<PathBuf>,
    /// Run so many cycles again, the newest
    #[arg(long, default_value_t = 25, value_name = "N")]
    pub sample: u64,
    /// Do not have the database check all of itself, which takes long on a large one
    #[arg(long)]
    pub quick: bool,
}

/// `retention`.
#[derive(Debug, clap::Args)]
pub struct Retention {
    /// Take away what is due, and prove that nothing of it is left
    #[arg(long)]
    pub run: bool,
}

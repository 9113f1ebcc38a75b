//! Settings: what a file, the environment and the command line say, the later the stronger.
//!
//! A setting is an option of the command line whose id is one of [`KEYS`]: its words, its form, its variable and its
//! default stand there and nowhere else. What a file says is made the default of the option, so that the command line
//! weighs the three itself. Lives here: which are settings, finding and weighing. May not live here: what they do.

mod file;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory as _, FromArgMatches as _};
use draaiboek_store::Place;

use crate::args::Args;
use crate::failure::Failure;
use file::File;

/// All settings, in the order in which they are shown.
pub const KEYS: [&str; 14] = [
    "database",
    "language",
    "plugins.folder",
    "server.listen",
    "server.public_url",
    "server.behind_proxy",
    "mail.server",
    "mail.from",
    "metrics.listen",
    "log.format",
    "log.filter",
    "traces.endpoint",
    "backup.key",
    "backup.folder",
];
/// Those that are paths: in a file they start from its folder.
const PATHS: [&str; 4] = ["database", "plugins.folder", "backup.key", "backup.folder"];
/// The file that is read when none is named: beside the database.
const BESIDE: &str = "draaiboek.toml";
/// The variable of many programs that names a database, behind our own.
const DATABASE_URL: &str = "DATABASE_URL";

/// What was said, where.
pub struct Settings {
    command: Command,
    matches: ArgMatches,
    file: Option<File>,
}

/// A setting in force.
pub struct Setting {
    /// Its name in a file.
    pub key: &'static str,
    /// Its value as text, without secrets; none when it is not set.
    pub value: Option<String>,
    /// Where it comes from: an option, a variable, a place in a file, or `default`.
    pub from: String,
    /// Its variable.
    pub variable: String,
    /// What it is for.
    pub about: String,
}

impl Settings {
    /// Reads the command line with what the environment and a file add to it. A command line that cannot be used ends the
    /// program, as clap does.
    ///
    /// # Errors
    /// A file that cannot be used, with the place of the mistake.
    pub fn read() -> Result<(Args, Self), Failure> {
        let line: Vec<OsString> = std::env::args_os().collect();
        let mut command = Args::command();
        command.build();
        // A first look, in which mistakes do not count, tells which file is meant.
        let look = Args::command().ignore_errors(true).try_get_matches_from(&line).ok();
        let file = match look.as_ref().and_then(meant) {
            Some(path) => Some(File::read(&path, &Args::command())?),
            None => None,
        };
        let mut said = Args::command();
        let mut defaults: Vec<(&str, String)> = file.iter().flat_map(File::values).collect();
        if let Some(url) = set(DATABASE_URL) {
            defaults.retain(|(key, _)| *key != "database");
            defaults.push(("database", url));
        }
        for (key, value) in defaults {
            // Settings live as long as the process.
            said = with_default(said, key, String::leak(value));
        }
        let matches = said.get_matches_from(line);
        let args = Args::from_arg_matches(&matches).map_err(|error| Failure::usage(error.to_string()))?;
        Ok((args, Self { command, matches, file }))
    }

    /// The file that was read.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_ref().map(File::path)
    }

    /// All settings as they are in force, in the order of [`KEYS`].
    pub fn all(&self) -> Vec<Setting> {
        KEYS.iter().filter_map(|key| Some(self.setting(key, find(&self.command, key)?))).collect()
    }

    /// The value of a setting in force, secrets and all.
    pub fn value(&self, key: &str) -> Option<String> {
        find(&self.command, key).and_then(|arg| self.weighed(key, arg).0)
    }

    fn setting(&self, key: &'static str, arg: &Arg) -> Setting {
        let (value, from) = self.weighed(key, arg);
        let value = value.map(|value| match key {
            "database" => Place::of(&value).to_string(),
            "mail.server" => without_sign_in(&value),
            _ => value,
        });
        let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let about = arg.get_help().map(ToString::to_string).unwrap_or_default();
        Setting { key, value, from, variable, about }
    }

    /// The value that weighs most, and where it comes from.
    fn weighed(&self, key: &str, arg: &Arg) -> (Option<String>, String) {
        let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let given = self.matches.try_get_raw(key).ok().flatten().and_then(|mut values| values.next());
        let flag = self.matches.try_contains_id(key).is_ok()
            && self.matches.value_source(key) == Some(ValueSource::CommandLine);
        let default = || arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
        let in_file = || self.file.as_ref().and_then(|file| file.value(key));
        let also = (key == "database").then(|| set(DATABASE_URL)).flatten();
        if let (true, Some(given)) = (flag, given) {
            (Some(given.to_string_lossy().into_owned()), format!("--{}", arg.get_long().unwrap_or_default()))
        } else if let Some(value) = set(&variable) {
            (Some(value), variable.clone())
        } else if let Some(value) = also {
            (Some(value), DATABASE_URL.to_owned())
        } else if let Some((value, place)) = in_file() {
            (Some(value), place)
        } else {
            (default(), "default".to_owned())
        }
    }
}

/// An address without user and password.
fn without_sign_in(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        _ => url.to_owned(),
    }
}

/// The file that is meant: the one that was named, else one beside the database, when there is one.
fn meant(look: &ArgMatches) -> Option<PathBuf> {
    if let Ok(Some(path)) = look.try_get_one::<PathBuf>("settings") {
        return Some(path.clone());
    }
    let named = look.value_source("database").is_some_and(|source| source != ValueSource::DefaultValue);
    let address = look.try_get_raw("database").ok().flatten().and_then(|mut values| values.next());
    let address = address.filter(|_| named).map(|address| address.to_string_lossy().into_owned());
    let folder = match address.or_else(|| set(DATABASE_URL)).map(|address| Place::of(&address)) {
        Some(Place::File(path)) => path.parent().map(Path::to_owned).unwrap_or_default(),
        Some(Place::Server(_)) | None => PathBuf::new(),
    };
    Some(folder.join(BESIDE)).filter(|path| path.is_file())
}

/// What the environment says, when it says anything.
fn set(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

/// The option of a setting, wherever it stands first.
fn find<'c>(command: &'c Command, key: &str) -> Option<&'c Arg> {
    let own = command.get_arguments().find(|arg| arg.get_id() == key);
    own.or_else(|| command.get_subcommands().find_map(|below| find(below, key)))
}

/// The command with another default for a setting, wherever it stands.
fn with_default(mut command: Command, key: &str, value: &'static str) -> Command {
    if command.get_arguments().any(|arg| arg.get_id() == key) {
        command = command.mut_arg(key, |arg| arg.default_value(value));
    }
    let below: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    below
        .into_iter()
        .fold(command, |command, name| command.mut_subcommand(name, |below| with_default(below, key, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_mail_server_is_not_shown() {
        for (url, shown) in [
            ("smtps://u:ge@heim@mail.example:465", "smtps://mail.example:465"),
            ("smtp://mail.example", "smtp://mail.example"),
        ] {
            assert_eq!(without_sign_in(url), shown);
        }
    }

    #[test]
    fn every_setting_is_an_option_with_a_variable_and_words() {
        let command = Args::command();
        for key in KEYS {
            let arg = find(&command, key).unwrap_or_else(|| panic!("{key} is no option"));
            let variable = arg.get_env().unwrap_or_else(|| panic!("{key} has no variable")).to_string_lossy();
            assert!(variable.starts_with("DRAAIBOEK_"), "{key}: {variable}");
            assert!(arg.get_help().is_some(), "{key} is not explained");
        }
        assert!(PATHS.iter().all(|key| KEYS.contains(key)));
    }

    #[test]
    fn the_document_of_settings_has_every_setting_and_no_other() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        let text = std::fs::read_to_string(path).unwrap();
        let command = Args::command();
        let rows: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
            .collect();
        let keys: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        assert_eq!(keys, KEYS, "docs/configuration.md lists them in this order");
        for row in rows {
            let arg = find(&command, row[0]).unwrap();
            assert_eq!(row[1], format!("--{}", arg.get_long().unwrap()), "option of {}", row[0]);
            assert_eq!(row[2], arg.get_env().unwrap().to_string_lossy(), "variable of {}", row[0]);
            let default = arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
            if row[0] != "database" {
                assert_eq!(row[3], default.as_deref().unwrap_or("-"), "default of {}", row[0]);
            }
        }
    }
}

//! A file of settings (TOML): read whole, refused whole, each mistake with its place.
//!
//! May not live here: what wins over what.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Command;
use draaiboek_store::Place;
use draaiboek_workflow::cel::suggest::closest;
use toml_edit::{Document, Item, Table, Value};

use super::{KEYS, PATHS, find};
use crate::failure::Failure;

/// Longest file, in bytes.
const MOST: u64 = 64 * 1024;

/// A file of settings without mistakes.
pub struct File {
    path: PathBuf,
    /// Setting, value, line.
    found: Vec<(&'static str, String, usize)>,
}

impl File {
    /// Reads a file and holds each value against the option that it is for.
    ///
    /// # Errors
    /// It cannot be read, is no TOML, or holds something that is no setting or does not fit.
    pub fn read(path: &Path, command: &Command) -> Result<Self, Failure> {
        let unreadable = |problem: String| Failure::usage(format!("the settings in {}: {problem}", path.display()));
        let size = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
        if size > MOST {
            return Err(unreadable(format!("{size} bytes; the most is {MOST}")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let source = Source { path, text: &text };
        let document = Document::parse(text.as_str())
            .map_err(|error| source.mistake(error.span(), error.message(), "write it as in docs/configuration.md"))?;
        let mut file = Self { path: path.to_owned(), found: Vec::new() };
        file.take(document.as_table(), "", &source, command)?;
        Ok(file)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it sets.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.found.iter().map(|(key, value, _)| (*key, value.clone()))
    }

    /// What it says about a setting, and where.
    pub fn value(&self, key: &str) -> Option<(String, String)> {
        let (_, value, line) = self.found.iter().find(|(known, ..)| *known == key)?;
        Some((value.clone(), format!("{}:{line}", self.path.display())))
    }

    fn take(&mut self, table: &Table, above: &str, source: &Source<'_>, command: &Command) -> Result<(), Failure> {
        for (name, item) in table.iter() {
            let key = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
            let place = table.get_key_value(name).and_then(|(name, _)| name.span()).or_else(|| item.span());
            let group = KEYS.iter().any(|known| known.starts_with(&format!("{key}.")));
            match (item, KEYS.iter().find(|known| **known == key)) {
                (Item::Table(below), None) if group => self.take(below, &key, source, command)?,
                (Item::Value(Value::InlineTable(below)), None) if group => {
                    self.take(&below.clone().into_table(), &key, source, command)?;
                }
                (Item::Value(value), Some(known)) => {
                    let text = self.fitting(known, value, command).map_err(|problem| {
                        source.mistake(value.span().or(place), &format!("`{key}`: {problem}"), "mend the value")
                    })?;
                    let line = source.line(value.span().map_or(0, |span| span.start)).0;
                    self.found.push((known, text, line));
                }
                (_, Some(_)) => {
                    return Err(source.mistake(place, &format!("`{key}` takes one value"), "write `key = …`"));
                }
                (_, None) => {
                    let hint = match closest(&key, KEYS.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "`draaiboek config` lists all settings".to_owned(),
                    };
                    return Err(source.mistake(place, &format!("there is no setting `{key}`"), &hint));
                }
            }
        }
        Ok(())
    }

    /// The value as its option takes it; paths start from the folder of the file.
    fn fitting(&self, key: &'static str, value: &Value, command: &Command) -> Result<String, String> {
        let text = match value {
            Value::String(text) => text.value().clone(),
            Value::Boolean(flag) => flag.value().to_string(),
            Value::Integer(number) => number.value().to_string(),
            _ => return Err("takes a text, a number, or true or false".to_owned()),
        };
        let arg = find(command, key).ok_or_else(|| format!("`{key}` is no option"))?;
        let long = arg.get_long().unwrap_or_default();
        let alone = Command::new("settings").no_binary_name(true).arg(arg.clone().global(false).env(None::<&str>));
        alone.try_get_matches_from([format!("--{long}={text}")]).map_err(|error| plain(&error.to_string()))?;
        let path = PATHS.contains(&key) && (key != "database" || matches!(Place::of(&text), Place::File(_)));
        match self.path.parent().filter(|_| path && Path::new(&text).is_relative() && !text.starts_with("sqlite:")) {
            Some(folder) => Ok(folder.join(&text).display().to_string()),
            None => Ok(text),
        }
    }
}

/// What clap says, without its frame.
fn plain(message: &str) -> String {
    let words = message.lines().take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
    words.strip_prefix("error: ").unwrap_or(&words).to_owned()
}

/// The text of a file, to point into.
struct Source<'s> {
    path: &'s Path,
    text: &'s str,
}

impl Source<'_> {
    /// Line and column of a place, from 1.
    fn line(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        (before.matches('\n').count() + 1, before.get(start..).unwrap_or_default().chars().count() + 1)
    }

    /// A mistake with its place and the line it stands in.
    fn mistake(&self, span: Option<Range<usize>>, what: &str, hint: &str) -> Failure {
        let span = span.unwrap_or(0..0);
        let (line, column) = self.line(span.start);
        let shown = self.text.lines().nth(line - 1).unwrap_or_default();
        let marked = self.text.get(span).map_or(1, |marked| marked.lines().next().unwrap_or_default().chars().count());
        let pointer = format!("{}{}", " ".repeat(column - 1), "^".repeat(marked.max(1)));
        let mut what = format!("{}:{line}:{column}: {}", self.path.display(), what.trim());
        // An address may hold a password.
        if !shown.contains("://") {
            what.push_str(&format!("\n  | {shown}\n  | {pointer}"));
        }
        Failure::usage(what).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Args;

    fn read(text: &str) -> Result<File, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, text).unwrap();
        File::read(&path, &Args::command())
    }

    #[test]
    fn settings_stand_in_groups_in_lines_and_in_braces() {
        for text in [
            "[server]\nlisten = \"0.0.0.0:80\"\nbehind_proxy = true\n",
            "server.listen = \"0.0.0.0:80\"\nserver.behind_proxy = true\n",
            "server = {listen = \"0.0.0.0:80\", behind_proxy = true}\n",
        ] {
            let file = read(text).unwrap_or_else(|failure| panic!("{text}: {}", failure.what));
            assert_eq!(file.value("server.listen").unwrap().0, "0.0.0.0:80", "{text}");
            assert_eq!(file.value("server.behind_proxy").unwrap().0, "true", "{text}");
        }
        let file = read("database = \"school.db\"\n[backup]\nkey = \"/etc/key\"\n").unwrap();
        assert!(Path::new(&file.value("database").unwrap().0).is_absolute(), "from the folder of the file");
        assert_eq!(file.value("backup.key").unwrap().0, "/etc/key");
        let (server, place) = read("\n\ndatabase = \"postgres://a:b@c/d\"\n").unwrap().value("database").unwrap();
        assert_eq!(server, "postgres://a:b@c/d");
        assert!(place.ends_with(":3"), "{place}");
    }

    #[test]
    fn files_that_are_given_as_examples_can_be_used() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let packed = File::read(&root.join("packaging/draaiboek.toml"), &Args::command());
        assert!(packed.is_ok_and(|file| file.value("database").is_some()));
        let guide = std::fs::read_to_string(root.join("docs/configuration.md")).unwrap();
        let example = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert!(read(example).is_ok_and(|file| file.value("log.format").is_some()));
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        let table = [
            ("databas = \"x\"\n", ":1:1: there is no setting `databas`", "did you mean `database`?"),
            ("[server]\nlisen = \"x\"\n", ":2:1: there is no setting `server.lisen`", "did you mean `server.listen`?"),
            ("[serve]\nlisten = \"x\"\n", ":1:2: there is no setting `serve`", "lists all settings"),
            ("[server]\nlisten = 8460\n", ":2:10: `server.listen`: invalid value '8460'", "mend the value"),
            ("server = 3\n", ":1:1: there is no setting `server`", "lists all settings"),
            ("[log]\nformat = \"xml\"\n", ":2:10: `log.format`: invalid value 'xml'", "mend the value"),
            ("[log]\nfilter = \"a=b=c\"\n", ":2:10: `log.filter`: invalid value 'a=b=c'", "mend the value"),
            ("[database]\nurl = \"x\"\n", ":1:2: `database` takes one value", "write `key = …`"),
            ("database = [1]\n", ":1:12: `database`: takes a text", "mend the value"),
            ("database = \n", ":1:", "docs/configuration.md"),
            ("database = \"a\"\ndatabase = \"b\"\n", ":2:1: duplicate key", "docs/configuration.md"),
        ];
        for (text, what, hint) in table {
            let Err(failure) = read(text) else { panic!("taken: {text}") };
            assert!(failure.what.contains(what), "{text}: {}", failure.what);
            assert!(failure.what.contains('^'), "{text}: {}", failure.what);
            assert!(failure.hint.as_deref().unwrap_or_default().contains(hint), "{text}: {:?}", failure.hint);
        }
        assert!(read(&"# much\n".repeat(20_000)).is_err());
    }
}

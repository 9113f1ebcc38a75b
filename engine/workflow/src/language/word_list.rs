//! Lists of texts by id, as schools keep them: CSV with a header, or YAML. Knows no instruments.

use std::collections::BTreeMap;

use super::diagnostic::Sink;
use super::node::{Node, Value};
use super::span::SourceFile;
use super::wording::problems;
use super::yaml;

/// Longest text, in characters.
const LONGEST: usize = 2_000;
/// Columns that are no language.
const OTHER: [&str; 2] = ["id", "code"];

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewText {
    /// File and line, for messages.
    pub place: String,
    /// Id of the element, or the end of its path, such as `barriers/unclear`.
    pub id: String,
    /// Text by language; languages without text are left out.
    pub texts: BTreeMap<String, String>,
    /// Codes, when the list has any for it.
    pub codes: Option<Vec<String>>,
}

/// Reads CSV: a header with `id`, a column for each language, and optionally `code`; comma or semicolon between.
///
/// # Errors
/// Every bad line, with file and line.
pub fn read_csv(source: &SourceFile) -> Result<Vec<NewText>, Vec<String>> {
    let text = source.text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        vec![format!("{}:{line}: is no CSV: {error}", source.name)]
    };
    let columns: Vec<String> =
        reader.headers().map_err(broken)?.iter().map(|name| name.trim().to_lowercase()).collect();
    let mut list = List { source, lines: Vec::new(), known: BTreeMap::new(), problems: Vec::new() };
    list.columns(&columns);
    if !list.problems.is_empty() {
        return Err(list.problems);
    }
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(1, csv::Position::line);
        if record.len() != columns.len() {
            let what = format!(
                "has {} fields, the header has {}; put texts with a separator between quotes",
                record.len(),
                columns.len()
            );
            list.problem(line, &what);
            continue;
        }
        list.line(line, columns.iter().map(String::as_str).zip(record.iter()));
    }
    list.done()
}

/// Reads YAML: a list of `{id: …, nl: …, en: …, code: …}`.
///
/// # Errors
/// Every bad element, with file and line.
pub fn read_yaml(source: &SourceFile) -> Result<Vec<NewText>, Vec<String>> {
    let mut sink = Sink::default();
    let node = yaml::read(0, &source.text, &mut sink);
    let Some(node) = node.filter(|_| !sink.has_errors()) else { return Err(problems(sink, source)) };
    let mut list = List { source, lines: Vec::new(), known: BTreeMap::new(), problems: Vec::new() };
    let Value::List(items) = &node.value else {
        list.problem(1, "is no list; write `- {id: …, nl: …, en: …}` for each text");
        return Err(list.problems);
    };
    for item in items {
        let line = u64::from(item.span.line);
        let fields: Vec<(&str, String)> =
            item.entries().iter().map(|entry| (entry.key.as_str(), scalar(&entry.value))).collect();
        let before = list.problems.len();
        list.columns_of(line, &fields.iter().map(|(key, _)| (*key).to_owned()).collect::<Vec<_>>());
        if list.problems.len() == before {
            list.line(line, fields.iter().map(|(key, text)| (*key, text.as_str())));
        }
    }
    list.done()
}

/// A value as text: ids such as `1.1` are numbers to YAML.
fn scalar(node: &Node) -> String {
    match node.json() {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => String::new(),
        serde_json::Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    }
}

/// Collects lines and problems.
struct List<'s> {
    source: &'s SourceFile,
    lines: Vec<NewText>,
    known: BTreeMap<String, u64>,
    problems: Vec<String>,
}

impl List<'_> {
    fn problem(&mut self, line: u64, what: &str) {
        self.problems.push(format!("{}:{line}: {what}", self.source.name));
    }

    fn columns(&mut self, columns: &[String]) {
        self.columns_of(1, columns);
    }

    fn columns_of(&mut self, line: u64, columns: &[String]) {
        if !columns.iter().any(|column| column == "id") {
            self.problem(line, "has no `id`; write a header such as `id,nl,en`");
        }
        for column in columns {
            let language = column.len() == 2 && column.bytes().all(|byte| byte.is_ascii_lowercase());
            if !OTHER.contains(&column.as_str()) && !language {
                self.problem(
                    line,
                    &format!("`{column}` is unknown; there are `id`, `code` and languages such as `nl` and `en`"),
                );
            }
        }
    }

    fn line<'f>(&mut self, line: u64, fields: impl Iterator<Item = (&'f str, &'f str)>) {
        let mut new = NewText {
            place: format!("{}:{line}", self.source.name),
            id: String::new(),
            texts: BTreeMap::new(),
            codes: None,
        };
        for (column, text) in fields {
            let text = text.trim();
            match column {
                "id" => text.clone_into(&mut new.id),
                "code" if !text.is_empty() => {
                    let codes = text.split([' ', ',', ';']).filter(|code| !code.is_empty());
                    new.codes = Some(codes.map(str::to_owned).collect());
                }
                _ if OTHER.contains(&column) || text.is_empty() => {}
                locale => {
                    new.texts.insert(locale.to_owned(), text.to_owned());
                }
            }
        }
        self.take(line, new);
    }

    fn take(&mut self, line: u64, new: NewText) {
        if new.id.is_empty() {
            return self.problem(line, "has no id");
        }
        if let Some(first) = self.known.insert(new.id.clone(), line) {
            return self.problem(line, &format!("`{}` stands on line {first} already", new.id));
        }
        if new.texts.is_empty() && new.codes.is_none() {
            return self.problem(line, &format!("`{}` has no text", new.id));
        }
        let control = |text: &String| text.chars().any(|c| c.is_control() && c != '\n');
        if new.texts.values().any(|text| text.chars().count() > LONGEST || control(text)) {
            return self.problem(
                line,
                &format!("the text of `{}` is longer than {LONGEST} characters or has control characters", new.id),
            );
        }
        self.lines.push(new);
    }

    fn done(self) -> Result<Vec<NewText>, Vec<String>> {
        if self.problems.is_empty() { Ok(self.lines) } else { Err(self.problems) }
    }
}

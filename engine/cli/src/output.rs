//! Writing: text, tables and JSON to standard output, failures and progress to standard error. Knows no commands.

use std::io::{ErrorKind, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::args::Common;
use crate::choice::{Colour, Lang};
use crate::failure::{Exit, Failure};

/// Where a command writes to.
pub struct Output {
    /// Whether it answers in JSON.
    pub json: bool,
    /// Language of the workflow's texts.
    pub lang: Lang,
    colour: Colour,
}

impl Output {
    /// As the command line asks.
    pub fn new(common: &Common) -> Self {
        Self { json: common.json, lang: common.lang, colour: common.color }
    }

    /// Before the command line is understood as a whole.
    pub fn early() -> Self {
        Self { json: std::env::args_os().any(|word| word == "--json"), lang: Lang::Nl, colour: Colour::Auto }
    }

    /// Whether text on standard output has colours.
    pub fn colours(&self) -> bool {
        self.coloured(std::io::stdout().is_terminal())
    }

    fn coloured(&self, terminal: bool) -> bool {
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Writes text, with a line end behind it when it has none.
    ///
    /// # Errors
    /// Nobody reads any more, or the output cannot be written.
    pub fn text(&self, text: impl AsRef<str>) -> Result<(), Failure> {
        let text = text.as_ref();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        written(write!(std::io::stdout().lock(), "{text}{end}"))
    }

    /// Writes a value as indented JSON.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub fn value(&self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Failure::broken(error.to_string()))?;
        self.text(text)
    }

    /// Writes rows below a header; `nothing` when there are no rows.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub fn table(&self, header: &[&str], rows: Vec<Vec<String>>, nothing: &str) -> Result<(), Failure> {
        if rows.is_empty() { self.text(nothing) } else { self.text(table(header, rows)) }
    }

    /// Says on standard error what went wrong.
    pub fn failure(&self, failure: &Failure) {
        if failure.exit == Exit::Fine {
            return;
        }
        let mut text = String::new();
        if self.json {
            text = serde_json::to_string(failure).unwrap_or_default();
        } else {
            let (red, bold, plain) = match self.coloured(std::io::stderr().is_terminal()) {
                true => ("\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[0m"),
                false => ("", "", ""),
            };
            text.push_str(&format!("{red}error:{plain} {}", failure.what));
            for reason in &failure.reasons {
                text.push_str(&format!("\n  - {}", reason.reason));
                if let Some(sentence) = &reason.text {
                    text.push_str(&format!("  {sentence}"));
                }
            }
            if let Some(hint) = &failure.hint {
                text.push_str(&format!("\n{bold}hint:{plain} {hint}"));
            }
        }
        // When nobody reads the errors either there is nobody left to tell.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// A line for people beside the answer, on standard error; not with `--json`.
    pub fn aside(&self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// A sign of life for long work, on standard error when that is a terminal.
    pub fn progress(&self, what: &'static str) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style =
            ProgressStyle::with_template("{spinner} {msg} {pos}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        ProgressBar::new_spinner().with_style(style).with_message(what)
    }
}

/// What a write to standard output came to.
///
/// # Errors
/// A closed pipe is [`Failure::unheard`].
pub fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::unheard(),
        _ => Failure::broken(format!("standard output cannot be written: {error}")),
    })
}

/// Rows below a header, as text.
pub fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    table.add_rows(rows);
    table.trim_fmt()
}

/// A local moment as people write it: 02/10/2026 15:40.
pub fn local(at: DateTime) -> String {
    at.strftime("%d/%m/%Y %H:%M").to_string()
}

/// An instant as a local moment.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    local(at.to_zoned(zone.clone()).datetime())
}

/// An instant of the database, in microseconds since 1970, as a local moment.
pub fn micros(at: i64, zone: &TimeZone) -> String {
    Timestamp::from_microsecond(at).map_or_else(|_| "?".into(), |at| moment(at, zone))
}

/// So many of a thing: `1 cycle`, `2 cycles`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// A number with a space between thousands: 1 000 000.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!((count(1, "team"), count(0, "team")), ("1 team".to_owned(), "0 teams".to_owned()));
    }

    #[test]
    fn dates_are_written_as_people_here_do() {
        assert_eq!(local(jiff::civil::datetime(2026, 10, 2, 15, 4, 0, 0)), "02/10/2026 15:04");
    }
}

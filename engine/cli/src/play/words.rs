//! The sentences of a story in Dutch and English.

use draaiboek_workflow::calendar::{month, weekday};
use jiff::civil::{Date, DateTime};
use serde_json::Value;

use super::story::Scene;

/// Language of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Nederlands.
    #[default]
    Dutch,
    /// English.
    English,
}

impl Language {
    /// Locale of texts: `nl` or `en`.
    pub fn locale(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }
}

/// The sentences of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    language: Language,
}

/// Widest text in a table before it is cut.
const WIDTH: usize = 48;

impl Words {
    /// The sentences of `language`.
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    fn say<'t>(self, dutch: &'t str, english: &'t str) -> &'t str {
        match self.language {
            Language::Dutch => dutch,
            Language::English => english,
        }
    }

    /// `Vrijdag 2 oktober 2026`.
    pub fn day(self, date: Date) -> String {
        let english = self.language == Language::English;
        let (first, rest) = weekday(date, english).split_at_checked(1).unwrap_or_default();
        format!("{}{rest} {} {} {}", first.to_uppercase(), date.day(), month(date, english), date.year())
    }

    /// `15.40` in Dutch, `15:40` in English.
    pub fn clock(self, at: DateTime) -> String {
        let dot = self.say(".", ":");
        format!("{:02}{dot}{:02}", at.hour(), at.minute())
    }

    /// The lines of a scene; the first is the one beside the time.
    pub fn scene(self, scene: &Scene) -> Vec<String> {
        match scene {
            Scene::Told(text) => vec![text.clone()],
            Scene::Began { who, what, now } => {
                let begins = self.say("start", "starts");
                self.with_now(format!("{who} {begins}: {what}."), now)
            }
            Scene::Moved { who, what, now } => {
                let line = match who {
                    Some(who) => format!("{who}: {what}."),
                    None if what.is_empty() => self.say("Het is zover.", "It is time.").to_owned(),
                    None => format!("{what}."),
                };
                self.with_now(line, now)
            }
            Scene::Now { now } => vec![format!("→ {}", self.list(now))],
            Scene::Handed { who, count, step, late } => vec![self.handed(who, *count, step, *late)],
            Scene::TakenBack { who, step } => {
                let what = self.say("neemt een bijdrage terug bij", "takes a contribution back from");
                vec![format!("{who} {what} ‘{step}’.")]
            }
            Scene::Admitted { who, step } => {
                let what = self.say("laat een late bijdrage toch meetellen bij", "lets a late contribution count in");
                vec![format!("{who} {what} ‘{step}’.")]
            }
            Scene::Refused { who, what, because, reasons } => self.refused(who, what, because, reasons),
            Scene::Notice { to, text } => {
                vec![format!("✉ {} {}: {text}", self.say("Aan", "To"), self.list(to))]
            }
            Scene::Published { title, version, content } => self.published(title, *version, content),
            Scene::Spawned { what, whom } => self.spawned(what, whom),
            Scene::Ended { what } => {
                let over = self.say("is afgerond.", "has come to its end.");
                vec![format!("{what} {over}")]
            }
        }
    }

    fn with_now(self, line: String, now: &[String]) -> Vec<String> {
        if now.is_empty() {
            return vec![line];
        }
        vec![format!("{line} → {}", self.list(now))]
    }

    fn handed(self, who: &std::collections::BTreeSet<String>, count: usize, step: &str, late: usize) -> String {
        let fill = match who.len() {
            0 | 1 => self.say("vult in:", "fills in:"),
            _ => self.say("vullen in:", "fill in:"),
        };
        let people = match (who.first(), who.len()) {
            (Some(name), 1) => name.clone(),
            (_, number) => format!("{number} {}", self.say("mensen", "people")),
        };
        let mut line = format!("{people} {fill} ‘{step}’");
        if count > who.len().max(1) {
            line.push_str(&format!(" ({count} {})", self.say("bijdragen", "contributions")));
        }
        line.push('.');
        if late > 0 {
            line.push(' ');
            line.push_str(&match late {
                1 if count == 1 => self.say("Het is te laat om mee te tellen.", "It is too late to count.").to_owned(),
                _ => format!("{} {late}.", self.say("Te laat om mee te tellen:", "Too late to count:")),
            });
        }
        line
    }

    fn refused(self, who: &str, what: &str, because: &str, reasons: &[String]) -> Vec<String> {
        let wants = self.say("wil", "wants");
        let no = self.say("Dat kan niet.", "Not possible.");
        let mut lines = vec![format!("✋ {who} {wants}: {what}. {no} {because}").trim_end().to_owned()];
        lines.extend(reasons.iter().map(|reason| format!("     - {reason}")));
        lines
    }

    /// What an error word of the engine itself means.
    pub fn error(self, word: &str) -> Option<&'static str> {
        Some(match word {
            "NOT_ALLOWED" => self.say("Dit is voor een andere rol.", "This is for another role."),
            "NOT_ENABLED" => self.say("Dit kan nu niet.", "This cannot happen now."),
            "INVALID" => self.say("Er is iets niet goed ingevuld.", "Something is not filled in well."),
            "REASON" => self.say("Geef een reden.", "Give a reason."),
            "CLOSED" => self.say("Dit is afgesloten.", "This is closed."),
            "PAUSED" => self.say("Alles ligt even stil.", "Everything stands still for a while."),
            "BLOCKED" => self.say("Dit wacht op een herstelling.", "This waits for a repair."),
            "CONFLICT" => self.say("Iemand anders was net eerder.", "Somebody else was just before."),
            "LATE" => self.say("Dit is te laat.", "This is too late."),
            "CANNOT_MIGRATE" => {
                self.say("Deze cyclus kan nog niet over naar die versie.", "This cycle cannot go by that version yet.")
            }
            "CANNOT_UNDO" => self.say("Terug kan niet meer.", "There is no way back any more."),
            "ALREADY_THERE" => self.say("Deze cyclus is daar al.", "This cycle is there already."),
            _ => return None,
        })
    }

    /// A date within a sentence: `vrijdag 2 oktober 2026` in Dutch, `Friday 2 October 2026` in English.
    pub fn date(self, date: Date) -> String {
        match self.language {
            Language::Dutch => self.day(date).to_lowercase(),
            Language::English => self.day(date),
        }
    }

    fn spawned(self, what: &str, whom: &[String]) -> Vec<String> {
        if whom.is_empty() {
            return vec![format!("{}: {what}.", self.say("Er begint", "There begins"))];
        }
        let begin = self.say("begint voor", "begins for");
        vec![format!("{what} {begin} {}.", self.list(whom))]
    }

    fn published(self, title: &str, version: u32, content: &Value) -> Vec<String> {
        let mut lines = vec![format!("★ {title}, {} {version}", self.say("versie", "version"))];
        self.rows(content.get("principles"), &mut lines);
        if content.get("attention").and_then(Value::as_array).is_some_and(|list| !list.is_empty()) {
            lines.push(format!("     {}", self.say("Aandachtspunten", "Attention points")));
            self.rows(content.get("attention"), &mut lines);
        }
        lines.extend(list(content, "actions").map(|action| self.action(action)));
        lines
    }

    /// An agreement: for whom, what, who, by when.
    fn action(self, action: &Value) -> String {
        let text = |key: &str| action.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut line = format!("     {}: {}", text("group"), text("text"));
        let due: Option<Date> = text("due").parse().ok();
        let by = due.map(|due| format!(", {} {}", self.say("tegen", "by"), self.date(due))).unwrap_or_default();
        if !text("owner").is_empty() {
            line.push_str(&format!(" ({}{by})", text("owner")));
        }
        line
    }

    /// Ranked rows: text, mentions, groups, examples.
    fn rows(self, list: Option<&Value>, lines: &mut Vec<String>) {
        let empty = Vec::new();
        let list = list.and_then(Value::as_array).unwrap_or(&empty);
        let text = |row: &Value| row.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let width = list.iter().map(|row| text(row).chars().count()).max().unwrap_or(0).min(WIDTH);
        for (index, row) in list.iter().enumerate() {
            let number = |key: &str| row.get(key).and_then(Value::as_u64).unwrap_or(0);
            let (mentions, groups) = (number("mentions"), number("groups"));
            let times = match mentions {
                1 => self.say("1 keer genoemd", "mentioned once").to_owned(),
                n => self.say("{n} keer genoemd", "mentioned {n} times").replace("{n}", &n.to_string()),
            };
            let by = match groups {
                1 => self.say("1 groep", "1 group").to_owned(),
                n => format!("{n} {}", self.say("groepen", "groups")),
            };
            lines.push(format!("     {:>2}  {:width$}  {times}, {by}", index + 1, text(row)));
            lines.extend(examples(row).map(|example| format!("         {} {example}", self.say("bv.", "e.g."))));
        }
    }

    /// `a, b en c`.
    fn list(self, items: &[String]) -> String {
        match items {
            [] => self.say("niemand", "nobody").to_owned(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.say("en", "and")),
        }
    }
}

/// The list under a key; nothing when there is none.
fn list<'v>(content: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    content.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The texts of the examples of a principle.
fn examples(row: &Value) -> impl Iterator<Item = &str> {
    list(row, "example_texts").filter_map(Value::as_str)
}

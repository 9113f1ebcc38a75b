//! A play told as a dated story that a director understands. Knows words and layout, no engine.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};
use serde_json::Value;

use super::words::{Language, Words};

/// One thing worth telling. Names and titles are already those that people know.
#[derive(Debug, Clone, PartialEq)]
pub enum Scene {
    /// A sentence of the scenario itself.
    Told(String),
    /// Somebody began something.
    Began {
        /// Who.
        who: String,
        /// Title of the workflow.
        what: String,
        /// Titles of the states it is in now.
        now: Vec<String>,
    },
    /// Somebody did something and it moved on.
    Moved {
        /// Who; none when the clock did it.
        who: Option<String>,
        /// What they chose.
        what: String,
        /// Titles of the states it is in now; empty when it stayed where it was.
        now: Vec<String>,
    },
    /// What was just told led to this.
    Now {
        /// Titles of the states it is in now.
        now: Vec<String>,
    },
    /// Contributions were handed in.
    Handed {
        /// By whom.
        who: BTreeSet<String>,
        /// How many.
        count: usize,
        /// Title of the step.
        step: String,
        /// How many of them came too late to count.
        late: usize,
    },
    /// A contribution was taken back.
    TakenBack {
        /// By whom.
        who: String,
        /// Title of the step.
        step: String,
    },
    /// A late contribution counts after all.
    Admitted {
        /// By whom.
        who: String,
        /// Title of the step.
        step: String,
    },
    /// The engine said no.
    Refused {
        /// Who asked.
        who: String,
        /// What they asked.
        what: String,
        /// Why, in one sentence.
        because: String,
        /// Each reason, in a sentence.
        reasons: Vec<String>,
    },
    /// A message went out.
    Notice {
        /// To whom: roles or people.
        to: Vec<String>,
        /// What it says.
        text: String,
    },
    /// A result was published.
    Published {
        /// Its title.
        title: String,
        /// Its version.
        version: u32,
        /// Its content.
        content: Value,
    },
    /// Other cycles began.
    Spawned {
        /// Title of the workflow.
        what: String,
        /// For whom each of them is.
        whom: Vec<String>,
    },
    /// It came to its end.
    Ended {
        /// Title of the workflow.
        what: String,
    },
}

/// Collects scenes and writes them day by day.
#[derive(Debug, Clone)]
pub struct Story {
    words: Words,
    text: String,
    day: Option<Date>,
    minute: Option<DateTime>,
}

impl Story {
    /// An empty story in `language`.
    pub fn new(language: Language) -> Self {
        Self { words: Words::new(language), text: String::new(), day: None, minute: None }
    }

    /// A heading above what follows.
    pub fn heading(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let _ = writeln!(self.text, "{title}");
        let _ = writeln!(self.text, "{}", "─".repeat(title.chars().count()));
        self.day = None;
        self.minute = None;
    }

    /// Tells one scene that happened at the local moment `at`, about `subject` when it is about a part of the whole.
    pub fn tell(&mut self, at: DateTime, subject: Option<&str>, scene: &Scene) {
        let mut lines = self.words.scene(scene);
        let Some(first) = lines.first_mut() else { return };
        if let Some(subject) = subject {
            *first = format!("{subject}: {first}");
        }
        if self.day != Some(at.date()) {
            let _ = writeln!(self.text, "\n{}", self.words.day(at.date()));
            self.day = Some(at.date());
            self.minute = None;
        }
        let clock = self.words.clock(at);
        for (index, line) in lines.iter().enumerate() {
            let fresh = index == 0 && self.minute != Some(at);
            let _ = writeln!(self.text, "  {:5}  {line}", if fresh { clock.as_str() } else { "" });
        }
        self.minute = Some(at);
    }

    /// The story so far; what is taken is not given again.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use serde_json::json;

    #[test]
    fn a_day_is_headed_once_and_a_minute_is_named_once() {
        let mut story = Story::new(Language::Dutch);
        let at = datetime(2026, 10, 2, 15, 40, 0, 0);
        story.tell(at, None, &Scene::Told("Het is bijna vier uur.".into()));
        story.tell(
            at,
            None,
            &Scene::Refused {
                who: "Greet Aerts".into(),
                what: "Dag afsluiten".into(),
                because: "De dag kan niet eindigen zonder vervolg.".into(),
                reasons: vec!["Dit team heeft nog geen coach. (Lager 5,6)".into()],
            },
        );
        story.tell(at, None, &Scene::Published {
            title: "Leidende principes".into(),
            version: 1,
            content: json!({"principles": [{"text": "doelen zichtbaar", "mentions": 4, "groups": 3}], "attention": [{"text": "overlegtijd", "mentions": 1, "groups": 1}]}),
        });
        let text = story.take();
        assert_eq!(text.matches("Vrijdag 2 oktober 2026").count(), 1, "{text}");
        assert_eq!(text.matches("15.40").count(), 1, "{text}");
        assert!(text.contains("Greet Aerts wil: Dag afsluiten. Dat kan niet."), "{text}");
        assert!(
            text.contains("doelen zichtbaar") && text.contains("4 keer genoemd") && text.contains("3 groepen"),
            "{text}"
        );
        assert!(text.contains("1 keer genoemd") && text.contains("1 groep"), "{text}");
    }
}

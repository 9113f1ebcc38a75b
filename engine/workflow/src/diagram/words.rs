//! What people read on arrows: events, timers and guards said in their language.

use crate::ir::{Join, Run, State, Workflow};

use super::shape;
use super::text;

/// Longest guard shown in a picture, in pixels of label text.
const GUARD_MAX: f64 = 170.0;

/// Speaks of one workflow in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    pub workflow: &'a Workflow,
    pub locale: &'a str,
}

impl<'a> Words<'a> {
    /// `nl` when the locale is Dutch, else `en`.
    pub fn pick(&self, nl: &'a str, en: &'a str) -> &'a str {
        if self.locale.starts_with("nl") { nl } else { en }
    }

    /// The text of a key, if the workflow has it in any language.
    pub fn given(&self, key: &str) -> Option<String> {
        let exists = [self.locale, "nl", "en"]
            .iter()
            .any(|locale| self.workflow.texts.get(*locale).is_some_and(|texts| texts.contains_key(key)));
        exists.then(|| self.workflow.text(self.locale, key).to_owned())
    }

    /// Title of a state.
    pub fn state(&self, id: &str) -> String {
        self.given(&format!("state.{id}")).unwrap_or_else(|| plain(id))
    }

    /// Title of a step.
    pub fn step(&self, id: &str) -> String {
        self.given(&format!("step.{id}")).or_else(|| self.given(&format!("state.{id}"))).unwrap_or_else(|| plain(id))
    }

    /// Title of a role.
    pub fn role(&self, id: &str) -> String {
        self.given(&format!("role.{id}")).unwrap_or_else(|| plain(id))
    }

    /// An event as seen from `state`.
    pub fn event(&self, name: &str, state: &State) -> String {
        if let Some(text) = self.given(&format!("event.{name}")) {
            return text;
        }
        if let Some(id) = name.strip_prefix("timer.") {
            return self.timer(id);
        }
        if let Some(id) = name.strip_prefix("done.step.") {
            let alone = state.steps.len() == 1 && state.steps[0].id == id;
            return self.done(if alone { None } else { Some(self.step(id)) });
        }
        if let Some(id) = name.strip_prefix("done.state.") {
            return self.done((id != state.id).then(|| self.state(id)));
        }
        if name.starts_with("done.child.") {
            return self.joined(state.run.as_ref());
        }
        if name.starts_with("child.failed.") {
            return self.pick("onderdeel mislukt", "part failed").to_owned();
        }
        if name == "*" {
            return self.pick("al het andere", "anything else").to_owned();
        }
        if let Some(rest) = name.strip_prefix("error.") {
            let what = rest.trim_end_matches('*').trim_end_matches('.');
            let fault = self.pick("fout", "error");
            return if what.is_empty() { fault.to_owned() } else { format!("{fault}: {}", plain(what)) };
        }
        match name.strip_suffix(".*") {
            Some(prefix) => format!("{} …", self.given(&format!("event.{prefix}")).unwrap_or_else(|| plain(prefix))),
            None => plain(self.workflow.text(self.locale, &format!("event.{name}"))),
        }
    }

    fn done(&self, what: Option<String>) -> String {
        match what {
            Some(what) => format!("{what}: {}", self.pick("klaar", "done")),
            None => self.pick("klaar", "done").to_owned(),
        }
    }

    fn joined(&self, run: Option<&Run>) -> String {
        match run.map(|run| &run.join) {
            Some(Join::Any) => self.pick("één klaar", "one done").to_owned(),
            Some(Join::AtLeast(count)) => format!("{count} {}", self.pick("klaar", "done")),
            _ => match run.and_then(|run| run.each.as_ref()) {
                Some(_) => self.pick("allemaal klaar", "all done").to_owned(),
                None => self.pick("klaar", "done").to_owned(),
            },
        }
    }

    /// A timer by its id: its own text, or its rule in words.
    pub fn timer(&self, id: &str) -> String {
        if let Some(text) = self.given(&format!("timer.{id}")) {
            return text;
        }
        let states = self.workflow.all_states();
        let rule = states.iter().flat_map(|s| &s.timers).find(|t| t.id == id).map(|t| t.rule.as_str());
        rule.map_or_else(|| plain(id), |rule| self.rule(rule))
    }

    /// A guard between brackets, shortened.
    pub fn guard(&self, when: &str) -> String {
        let flat = when.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("[{}]", text::shorten(&flat, GUARD_MAX, shape::SMALL))
    }

    /// A run: the workflow, for whom, and when it is enough.
    pub fn run(&self, run: &Run) -> String {
        let mut said = run.workflow.clone();
        if let Some(each) = &run.each {
            said.push_str(&format!(" · {} {}", self.pick("per", "per"), plain(&each.var)));
        }
        match run.join {
            Join::All => {}
            Join::Any => said.push_str(self.pick(" (één volstaat)", " (one is enough)")),
            Join::AtLeast(count) => {
                said.push_str(&format!(" ({} {count})", self.pick("minstens", "at least")));
            }
        }
        said
    }

    /// A time rule in words: `10 schooldays` becomes "na 10 schooldagen".
    pub fn rule(&self, rule: &str) -> String {
        let rule = rule.trim();
        let (rule, clock) = match rule.rsplit_once(" at ") {
            Some((before, time)) if time.trim().starts_with(|c: char| c.is_ascii_digit()) => {
                (before.trim(), Some(time.trim()))
            }
            _ => (rule, None),
        };
        let mut said = if let Some(rest) = rule.strip_prefix("every ") {
            let parts: Vec<String> = rest.split_whitespace().map(|word| self.word(word)).collect();
            format!("{} {}", self.pick("elke", "every"), parts.join(" "))
        } else if let Some((amount, base)) = rule.split_once(" before ") {
            format!("{} {} {}", self.amount(amount), self.pick("voor", "before"), self.base(base))
        } else if let Some((amount, base)) = rule.split_once(" after ") {
            format!("{} {} {}", self.amount(amount), self.pick("na", "after"), self.base(base))
        } else if rule.starts_with(|c: char| c.is_ascii_digit()) || rule.starts_with('P') {
            format!("{} {}", self.pick("na", "after"), self.amount(rule))
        } else {
            format!("{} {}", self.pick("op", "on"), self.base(rule))
        };
        if let Some(time) = clock {
            said.push_str(&format!(" {} {time}", self.pick("om", "at")));
        }
        said
    }

    fn amount(&self, amount: &str) -> String {
        if let Some(iso) = amount.strip_prefix('P') {
            return self.iso(iso);
        }
        match amount.split_once(' ') {
            Some(("1", unit)) => format!("1 {}", self.word(unit.trim().trim_end_matches('s'))),
            Some((number, unit)) => format!("{number} {}", self.word(unit.trim())),
            None => amount.to_owned(),
        }
    }

    /// An ISO 8601 duration after its `P`.
    fn iso(&self, iso: &str) -> String {
        let (mut said, mut number, mut time) = (Vec::new(), String::new(), false);
        for c in iso.chars() {
            let unit = match (c, time) {
                ('T', _) => {
                    time = true;
                    continue;
                }
                ('Y', _) => "years",
                ('M', false) => "months",
                ('W', _) => "weeks",
                ('D', _) => "days",
                ('H', _) => "hours",
                ('M', true) => "minutes",
                ('S', _) => "seconds",
                _ => {
                    number.push(c);
                    continue;
                }
            };
            let unit = if number == "1" { unit.trim_end_matches('s') } else { unit };
            said.push(format!("{} {}", std::mem::take(&mut number), self.word(unit)));
        }
        said.join(" ")
    }

    /// What a rule counts from, without its path: `config.study_day` is "study day" unless a text says better.
    fn base(&self, base: &str) -> String {
        let start = root(base).unwrap_or(0);
        let path = path(&base[start..]);
        let last = path.rsplit('.').next().unwrap_or(path);
        let title = self.workflow.config.pointer(&format!("/properties/{last}/title")).and_then(|t| t.as_str());
        let said = self
            .given(path)
            .or_else(|| title.filter(|_| path.starts_with("config.")).map(str::to_owned))
            .or_else(|| self.given(&format!("step.{last}")))
            .or_else(|| (last == "date").then(|| self.pick("de datum", "the date").to_owned()))
            .unwrap_or_else(|| plain(last));
        let said = within(&said);
        match &base[..start] {
            "last(" => format!("{} {said}", self.pick("de laatste van", "the last of")),
            "first(" => format!("{} {said}", self.pick("de eerste van", "the first of")),
            _ => said,
        }
    }

    fn word(&self, word: &str) -> String {
        if !self.locale.starts_with("nl") {
            return word.to_owned();
        }
        let dutch = match word {
            "schoolday" => "schooldag",
            "schooldays" => "schooldagen",
            "schoolweek" => "schoolweek",
            "schoolweeks" => "schoolweken",
            "day" => "dag",
            "days" => "dagen",
            "week" => "week",
            "weeks" => "weken",
            "month" => "maand",
            "months" => "maanden",
            "year" => "jaar",
            "years" => "jaar",
            "hour" | "hours" => "uur",
            "minute" => "minuut",
            "minutes" => "minuten",
            "second" => "seconde",
            "seconds" => "seconden",
            "on" => "op",
            "at" => "om",
            "and" => "en",
            "monday" => "maandag",
            "tuesday" => "dinsdag",
            "wednesday" => "woensdag",
            "thursday" => "donderdag",
            "friday" => "vrijdag",
            "saturday" => "zaterdag",
            "sunday" => "zondag",
            other => other,
        };
        dutch.to_owned()
    }
}

/// The value that a time rule counts from, such as `data.next_report`, when it counts from one.
pub fn counted_from(rule: &str) -> Option<&str> {
    Some(path(&rule[root(rule)?..]))
}

/// Where the path of a value begins.
fn root(rule: &str) -> Option<usize> {
    ["config.", "data.", "steps."].iter().filter_map(|root| rule.find(root)).min()
}

/// The path at the beginning of a text.
fn path(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-')).unwrap_or(text.len());
    text[..end].trim_matches('.')
}

/// A title inside a sentence: "Eerste samenkomst" becomes "eerste samenkomst"; names in capitals stay.
fn within(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(title.chars().skip(1)).collect()
        }
        _ => title.to_owned(),
    }
}

/// An id as words.
fn plain(id: &str) -> String {
    id.replace(['_', '.'], " ")
}

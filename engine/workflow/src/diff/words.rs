//! Changes as people read them, in Dutch or English. Decides nothing about what is a change.

use crate::ir::Workflow;

use super::fields::{Fields, Shown};
use super::{Area, Kind};

/// Fields with their Dutch and English names; others are called by their key.
const NAMES: [(&str, &str, &str); 49] = [
    ("accepts", "neemt aan", "accepts"),
    ("around", "ligt in", "lies in"),
    ("artifacts", "resultaat", "product"),
    ("assign", "wie moet", "who must"),
    ("audience", "wat deze rol ziet", "what this role sees"),
    ("checks", "controles", "checks"),
    ("conclude", "sluit vanzelf af", "concludes by itself"),
    ("concludes", "sluit af", "concludes"),
    ("data", "gegevens bij de knop", "data with the event"),
    ("do", "wat er dan gebeurt", "what it does"),
    ("due", "klaar tegen", "due"),
    ("error", "woord bij weigering", "word of the refusal"),
    ("escalate", "wie het hoort als het te laat is", "who hears when it is late"),
    ("field", "veld", "field"),
    ("first", "beginwaarde", "first value"),
    ("fresh", "begint telkens opnieuw", "starts anew each time"),
    ("from", "wie", "who"),
    ("id", "naam", "name"),
    ("identity", "wie achter een bijdrage staat", "who stands behind a contribution"),
    ("initial", "begint in", "starts in"),
    ("inputs", "invoer", "input"),
    ("instrument", "instrument", "instrument"),
    ("internal", "zonder te verlaten", "without leaving"),
    ("k", "drempel voor anonimiteit", "threshold of anonymity"),
    ("kind", "soort", "kind"),
    ("mandatory", "mag niet overgeslagen worden", "may not be skipped"),
    ("min_contributions", "minstens zoveel bijdragen", "at least so many contributions"),
    ("minutes", "minuten", "minutes"),
    ("needs_reason", "vraagt een reden", "asks for a reason"),
    ("on_entry", "wat er bij het begin gebeurt", "what happens on entry"),
    ("on_exit", "wat er bij het einde gebeurt", "what happens on exit"),
    ("privacy", "privacyklasse", "privacy class"),
    ("remind", "herinneringen", "reminders"),
    ("repeat", "herhaalt zich", "repeats"),
    ("require", "wat eerst in orde moet zijn", "what must be in order first"),
    ("required", "verplicht", "required"),
    ("retain", "bewaard", "kept"),
    ("roles", "wie mag", "who may"),
    ("rule", "moment", "moment"),
    ("run", "start deze werkvorm", "runs this workflow"),
    ("schema", "vorm", "form"),
    ("shares", "werkt verder op", "continues"),
    ("state", "toestand", "state"),
    ("tags", "labels", "tags"),
    ("to", "leidt naar", "leads to"),
    ("uses", "soort stap", "kind of step"),
    ("version", "versie", "version"),
    ("when", "alleen als", "only when"),
    ("with", "instelling", "setting"),
];

/// Fields told of something new.
const TOLD: [&str; 9] = ["uses", "roles", "minutes", "due", "identity", "privacy", "to", "rule", "run"];

/// Speaks of two versions in one language.
pub struct Words<'w> {
    pub before: &'w Workflow,
    pub after: &'w Workflow,
    pub locale: &'w str,
}

/// The heading above the changes of an area.
pub fn heading(area: Area, locale: &str) -> &'static str {
    let (nl, en) = match area {
        Area::Workflow => ("Werkvorm", "Workflow"),
        Area::Role => ("Rollen", "Roles"),
        Area::Config => ("Vragen bij het begin", "Settings at the start"),
        Area::State => ("Toestanden", "States"),
        Area::Step => ("Stappen", "Steps"),
        Area::Event => ("Knoppen en gebeurtenissen", "Events"),
        Area::Timer => ("Timers", "Timers"),
        Area::View => ("Overzichten per rol", "Views by role"),
        Area::Data => ("Gegevens", "Data"),
        Area::Text => ("Teksten", "Texts"),
    };
    if locale == "en" { en } else { nl }
}

impl Words<'_> {
    fn pick<'t>(&self, nl: &'t str, en: &'t str) -> &'t str {
        if self.locale == "en" { en } else { nl }
    }

    /// Something that is new or gone.
    pub fn whole(&self, area: Area, kind: Kind, id: &str, fields: &Fields) -> String {
        let of = if kind == Kind::Removed { self.before } else { self.after };
        let name = self.name(of, area, id);
        if kind == Kind::Removed {
            return format!("{name} {}", self.pick("valt weg", "is gone"));
        }
        let told: Vec<String> = TOLD
            .iter()
            .filter_map(|key| Some(format!("{} {}", self.field_name(key), self.value(fields.get(*key)?))))
            .collect();
        let more = if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) };
        format!("{name} {}{more}", self.pick("komt erbij", "is new"))
    }

    /// Something that is otherwise.
    pub fn changed(&self, area: Area, id: &str, said: &[String]) -> String {
        format!("{}: {}", self.name(self.after, area, id), said.join("; "))
    }

    /// One field before and after.
    pub fn field(&self, key: &str, before: Option<&Shown>, after: Option<&Shown>) -> String {
        let name = self.field_name(key);
        match (before, after) {
            (Some(Shown::Yes), None) => format!("{} {name}", self.pick("niet meer:", "no longer:")),
            (None, Some(Shown::Yes)) => format!("{} {name}", self.pick("voortaan:", "from now on:")),
            (Some(Shown::Names(old)), Some(Shown::Names(new))) if long(old) || long(new) => {
                format!("{name}: {}", self.list(old, new))
            }
            (Some(Shown::Long(old)), Some(Shown::Long(new))) => {
                let (old, new) = around(old, new);
                format!("{name} {old} → {new}")
            }
            _ => format!("{name} {} → {}", self.or_none(before), self.or_none(after)),
        }
    }

    /// The texts of a language.
    pub fn texts(&self, locale: &str, added: usize, removed: usize, other: &[(&String, &String, &String)]) -> String {
        let counts = [
            (added, self.pick("nieuw", "new")),
            (other.len(), self.pick("anders", "different")),
            (removed, self.pick("weg", "gone")),
        ];
        let said: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let texts = other.iter().map(|(key, old, new)| {
            let (old, new) = around(old, new);
            format!("; {key} \u{201c}{old}\u{201d} → \u{201c}{new}\u{201d}")
        });
        let texts: String = texts.collect();
        let language = match locale {
            "nl" => self.pick("Nederlands", "Dutch"),
            "en" => self.pick("Engels", "English"),
            other => other,
        };
        format!("{language}: {}{texts}", said.join(", "))
    }

    /// Two lists of some length: what is new and what is gone.
    fn list(&self, old: &[String], new: &[String]) -> String {
        let only = |these: &[String], those: &[String], word: &str| -> Vec<String> {
            let only = these.iter().filter(|item| !those.contains(item));
            only.map(|item| format!("{word} {}", short(item))).collect()
        };
        let mut said = only(new, old, self.pick("komt erbij", "is new"));
        said.extend(only(old, new, self.pick("valt weg", "is gone")));
        if said.is_empty() { self.pick("andere volgorde", "another order").to_owned() } else { said.join(", ") }
    }

    fn or_none(&self, value: Option<&Shown>) -> String {
        value.map_or_else(|| self.pick("geen", "none").to_owned(), |value| self.value(value))
    }

    fn value(&self, value: &Shown) -> String {
        match value {
            Shown::Yes => self.pick("ja", "yes").to_owned(),
            Shown::Long(text) => short(text),
            Shown::Plain(text) => text.clone(),
            Shown::Names(names) => names.join(", "),
        }
    }

    /// A field by its name; `with.limit` is the setting `limit`.
    fn field_name(&self, key: &str) -> String {
        let (head, rest) = key.split_once('.').map_or((key, None), |(head, rest)| (head, Some(rest)));
        let name = NAMES.iter().find(|(known, ..)| *known == head).map_or(head, |(_, nl, en)| self.pick(nl, en));
        rest.map_or_else(|| name.to_owned(), |rest| format!("{name} `{rest}`"))
    }

    /// A thing by its title, when it has one, and its id.
    fn name(&self, workflow: &Workflow, area: Area, id: &str) -> String {
        let titled = |what: &str, key: String| {
            let given = ["nl", "en"]
                .iter()
                .any(|locale| workflow.texts.get(*locale).is_some_and(|texts| texts.contains_key(&key)));
            match given {
                true => format!("{what} \u{201c}{}\u{201d} ({id})", workflow.text(self.locale, &key)),
                false => format!("{what} `{id}`"),
            }
        };
        match area {
            Area::Workflow => titled(self.pick("werkvorm", "workflow"), "title".into()),
            Area::Role => titled(self.pick("rol", "role"), format!("role.{id}")),
            Area::Config => format!("{} `{id}`", self.pick("vraag", "setting")),
            Area::State => titled(self.pick("toestand", "state"), format!("state.{id}")),
            Area::Step => titled(self.pick("stap", "step"), format!("step.{id}")),
            Area::Event => self.event(workflow, id),
            Area::Timer => titled("timer", format!("timer.{id}")),
            Area::View => format!("{} `{id}`", self.pick("overzicht voor", "view of")),
            Area::Data => format!("`{id}`"),
            Area::Text => id.to_owned(),
        }
    }

    /// An event with the state in which it can happen.
    fn event(&self, workflow: &Workflow, id: &str) -> String {
        let (state, event) = id.split_once('.').unwrap_or(("", id));
        let key = format!("event.{event}");
        let title = ["nl", "en"].iter().find_map(|locale| workflow.texts.get(*locale)?.get(&key));
        let event = match title {
            Some(_) => format!("\u{201c}{}\u{201d} ({event})", workflow.text(self.locale, &key)),
            None if event == "always" => self.pick("vanzelf verder", "going on by itself").to_owned(),
            None => format!("`{event}`"),
        };
        format!("{event} {} `{state}`", self.pick("in", "in"))
    }
}

/// Longest text that is said as it is, in characters.
const SAID: usize = 160;
/// Characters told before the first difference of two long texts.
const BEFORE: usize = 20;

/// Whether a list is better told by what is new and gone.
fn long(list: &[String]) -> bool {
    list.len() > 6 || list.iter().any(|item| item.chars().count() > 30)
}

/// The first part of a text on one line.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SAID {
        return line;
    }
    line.chars().take(SAID).chain(['…']).collect()
}

/// Two texts from shortly before where they begin to differ.
fn around(old: &str, new: &str) -> (String, String) {
    let same = old.chars().zip(new.chars()).take_while(|(one, other)| one == other).count();
    if same <= BEFORE || old.chars().count().max(new.chars().count()) <= SAID {
        return (short(old), short(new));
    }
    let from = |text: &str| {
        let rest: String = text.chars().skip(same - BEFORE).collect();
        format!("…{}", short(&rest))
    };
    (from(old), from(new))
}

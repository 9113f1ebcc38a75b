//! What happened in a run, as facts; and the story that they make, in Dutch or English.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::plan::Plan;
use crate::calendar::{month, weekday};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Local moment.
    pub at: DateTime,
    /// Cycle.
    pub cycle: String,
    /// Its workflow.
    pub workflow: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum What {
    /// A cycle began.
    Began,
    /// A state was entered.
    Entered {
        /// State.
        state: String,
    },
    /// A step opened.
    Opened {
        /// Step.
        step: String,
        /// How many people it is for.
        people: usize,
        /// When it is due.
        due: Option<DateTime>,
    },
    /// A step closed.
    Closed {
        /// Step.
        step: String,
        /// Who answered, and when.
        answers: Vec<(String, DateTime)>,
        /// How many answers came after the due date.
        late: usize,
        /// Who did not answer.
        silent: Vec<String>,
    },
    /// Somebody led the cycle on.
    Led {
        /// Person.
        person: String,
        /// Event, or step that was concluded.
        act: String,
        /// Key of its text.
        key: String,
    },
    /// People got a message.
    Notified {
        /// Text, Dutch and English where there is one.
        text: std::collections::BTreeMap<String, String>,
        /// Key of the text.
        key: String,
        /// Persons, when the message is for some by name.
        persons: Vec<String>,
    },
    /// Somebody leaves the school.
    Left {
        /// Person.
        person: String,
    },
    /// Somebody took a task over.
    TookOver {
        /// Person.
        person: String,
        /// Step.
        step: String,
    },
    /// A cycle ended.
    Ended,
    /// A cycle was stopped.
    Stopped {
        /// Why.
        reason: String,
    },
    /// A cycle can not go on.
    Broke {
        /// Why.
        reason: String,
    },
}

/// Tells the story of a run.
pub fn story(plan: &Plan, told: &[Told], locale: &str) -> String {
    let mut text = String::new();
    let mut day: Option<Date> = None;
    for one in told {
        if day != Some(one.at.date()) {
            day = Some(one.at.date());
            let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, date(one.at.date(), locale));
        }
        let _ = writeln!(
            text,
            "  {}  {}: {}",
            one.at.strftime("%H:%M"),
            title(plan, one, locale),
            sentence(plan, one, locale)
        );
    }
    text
}

/// A day in words.
pub fn date(day: Date, locale: &str) -> String {
    let english = locale == "en";
    format!("{} {} {} {}", weekday(day, english), day.day(), month(day, english), day.year())
}

/// A day in figures.
pub fn short(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

fn title(plan: &Plan, one: &Told, locale: &str) -> String {
    let name = text(plan, &one.workflow, locale, "title");
    // A child bears the key of its place, such as the team: the last part of its id.
    match one.cycle.rsplit_once('/') {
        Some((_, key)) => {
            let team = plan.school.teams.get(key).map(|team| team.title.as_str()).filter(|title| !title.is_empty());
            format!("{name} ({})", team.unwrap_or(key))
        }
        None => name,
    }
}

fn text(plan: &Plan, workflow: &str, locale: &str, key: &str) -> String {
    let text = plan.definition(workflow).map_or(key, |definition| definition.ir.text(locale, key));
    if key == "title" && text == "title" { workflow.to_owned() } else { text.to_owned() }
}

fn name(plan: &Plan, person: &str) -> String {
    plan.school.people.get(person).map_or(person, |known| known.name.as_str()).to_owned()
}

fn names(plan: &Plan, persons: &[String]) -> String {
    const MOST: usize = 6;
    let mut names: Vec<String> = persons.iter().take(MOST).map(|person| name(plan, person)).collect();
    if persons.len() > MOST {
        names.push(format!("+{}", persons.len() - MOST));
    }
    names.join(", ")
}

fn sentence(plan: &Plan, one: &Told, locale: &str) -> String {
    let dutch = locale != "en";
    let say = |nl: String, en: String| if dutch { nl } else { en };
    let of = |key: String| text(plan, &one.workflow, locale, &key);
    match &one.what {
        What::Began => say("begint".into(), "begins".into()),
        What::Entered { state } => {
            let state = of(format!("state.{state}"));
            say(format!("nu in \u{201c}{state}\u{201d}"), format!("now in \u{201c}{state}\u{201d}"))
        }
        What::Opened { step, people, due } => {
            let step = of(format!("step.{step}"));
            let due =
                due.map(|due| say(format!(", tegen {}", short(due.date())), format!(", due {}", short(due.date()))));
            let due = due.unwrap_or_default();
            say(
                format!("taak \u{201c}{step}\u{201d} staat klaar voor {}{due}", persons(*people, true)),
                format!("task \u{201c}{step}\u{201d} is open for {}{due}", persons(*people, false)),
            )
        }
        What::Closed { step, answers, late, silent } => {
            closed(plan, &of(format!("step.{step}")), answers, *late, silent, dutch)
        }
        What::Led { person, key, .. } => format!("{} \u{2192} \u{201c}{}\u{201d}", name(plan, person), of(key.clone())),
        What::Notified { text, key, persons } => {
            let message = text.get(locale).or_else(|| text.values().next()).unwrap_or(key);
            let known = |id: &str| plan.school().people.get(id).map(|person| person.name.as_str());
            let message = crate::decide::with_names(message, known);
            let to = if persons.is_empty() { String::new() } else { format!(" ({})", names(plan, persons)) };
            say(format!("bericht{to}: {message}"), format!("message{to}: {message}"))
        }
        What::Left { person } => {
            let who = name(plan, person);
            say(format!("{who} verlaat de school"), format!("{who} leaves the school"))
        }
        What::TookOver { person, step } => {
            let (who, step) = (name(plan, person), of(format!("step.{step}")));
            say(format!("{who} neemt \u{201c}{step}\u{201d} over"), format!("{who} takes \u{201c}{step}\u{201d} over"))
        }
        What::Ended => say("is afgerond".into(), "is finished".into()),
        What::Stopped { reason } => say(format!("is gestopt: {reason}"), format!("was stopped: {reason}")),
        What::Broke { reason } => say(format!("kan niet verder: {reason}"), format!("can not go on: {reason}")),
    }
}

fn persons(count: usize, dutch: bool) -> String {
    match (count, dutch) {
        (0, true) => "niemand".into(),
        (0, false) => "nobody".into(),
        (1, true) => "1 persoon".into(),
        (1, false) => "1 person".into(),
        (count, true) => format!("{count} mensen"),
        (count, false) => format!("{count} people"),
    }
}

fn closed(
    plan: &Plan,
    step: &str,
    answers: &[(String, DateTime)],
    late: usize,
    silent: &[String],
    dutch: bool,
) -> String {
    let mut text = match (answers.first(), answers.last()) {
        (Some((who, at)), Some(_)) if answers.len() == 1 => {
            let (who, day) = (name(plan, who), short(at.date()));
            if dutch {
                format!("taak \u{201c}{step}\u{201d} klaar door {who} op {day}")
            } else {
                format!("task \u{201c}{step}\u{201d} done by {who} on {day}")
            }
        }
        (Some((first, from)), Some((last, to))) => {
            let (first, last) = (name(plan, first), name(plan, last));
            let (count, from, to) = (persons(answers.len(), dutch), short(from.date()), short(to.date()));
            if dutch {
                format!("taak \u{201c}{step}\u{201d} klaar: {count}, eerst {first} ({from}), laatst {last} ({to})")
            } else {
                format!("task \u{201c}{step}\u{201d} done: {count}, first {first} ({from}), last {last} ({to})")
            }
        }
        _ if dutch => format!("taak \u{201c}{step}\u{201d} sloot zonder bijdragen"),
        _ => format!("task \u{201c}{step}\u{201d} closed without contributions"),
    };
    if late > 0 {
        text.push_str(&if dutch { format!("; {late} te laat") } else { format!("; {late} late") });
    }
    if !silent.is_empty() {
        let silent = names(plan, silent);
        text.push_str(&if dutch { format!("; niet van {silent}") } else { format!("; not from {silent}") });
    }
    text
}

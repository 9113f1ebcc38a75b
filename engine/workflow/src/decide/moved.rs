//! Telling people that dates moved: one message per cycle for each, with what moved, from when and to when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::stepper;
use super::turn::Turn;
use crate::cel::school::format_date;

/// A date that is another one now.
pub(super) struct Moved {
    pub what: What,
    pub from: DateTime,
    pub to: DateTime,
}

/// What has the date.
pub(super) enum What {
    /// The due date of a step.
    Step(String),
    /// A moment of the workflow.
    Timer(String),
}

/// Whom a message is for.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Whom {
    Person(String),
    Role(String),
}

/// Most lines of one message.
const MAX_LINES: usize = 20;

/// Tells those who have the task, or lead the cycle where it is a moment of the workflow: what, from when, to when.
/// Who has several of them gets one message; it leaves within the hours for messages.
pub(super) fn tell(turn: &mut Turn<'_>, moved: &[Moved]) -> Result<(), String> {
    let mut of_whom: BTreeMap<Whom, Vec<usize>> = BTreeMap::new();
    for (at, one) in moved.iter().enumerate().filter(|(_, one)| one.from.date() != one.to.date()) {
        for whom in whom(turn, &one.what)? {
            of_whom.entry(whom).or_default().push(at);
        }
    }
    let mut messages: BTreeMap<Vec<usize>, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for (whom, lines) in of_whom {
        let (persons, roles) = messages.entry(lines).or_default();
        match whom {
            Whom::Person(person) => persons.insert(person),
            Whom::Role(role) => roles.insert(role),
        };
    }
    for (lines, (persons, roles)) in messages {
        let lines: Vec<&Moved> = lines.iter().filter_map(|at| moved.get(*at)).take(MAX_LINES).collect();
        let text = [("nl", "De kalender is veranderd. Nieuwe datum: "), ("en", "The calendar has changed. New date: ")]
            .into_iter()
            .map(|(locale, begin)| {
                let lines: Vec<String> = lines.iter().map(|one| line(turn, one, locale)).collect();
                (locale.to_owned(), format!("{begin}{}.", lines.join("; ")))
            })
            .collect();
        stepper::say(turn, roles.into_iter().collect(), persons.into_iter().collect(), "redated", text);
    }
    Ok(())
}

fn whom(turn: &Turn<'_>, what: &What) -> Result<Vec<Whom>, String> {
    let roles = |roles: &[String]| roles.iter().cloned().map(Whom::Role).collect();
    let What::Step(step) = what else { return Ok(roles(&turn.coaches())) };
    let Some(def) = turn.world.definition.step(step) else { return Ok(Vec::new()) };
    if def.assign.is_none() {
        return Ok(roles(&def.step.roles));
    }
    Ok(turn.takers(def)?.into_iter().map(Whom::Person).collect())
}

fn line(turn: &Turn<'_>, one: &Moved, locale: &str) -> String {
    let ir = &turn.world.definition.ir;
    let (key, id) = match &one.what {
        What::Step(id) => (format!("step.{id}"), id),
        What::Timer(id) => (format!("timer.{id}"), id),
    };
    let text = ir.text(locale, &key);
    let title = if text == key || text.is_empty() { id } else { text };
    let (from, to) = (format_date(one.from.date()), format_date(one.to.date()));
    match locale {
        "en" => format!("{title}: {to} instead of {from}"),
        _ => format!("{title}: {to} in plaats van {from}"),
    }
}

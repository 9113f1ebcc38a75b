//! From posted fields to data. What somebody typed is kept, also when it cannot be used.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::control::{Control, Shape};
use crate::gate::Place;
use crate::input::Fields;

/// Most rows of a list.
const MAX_ROWS: usize = 60;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reading {
    /// The data.
    pub value: Map<String, Value>,
    /// Name of a control and what is wrong with it, as a key below `problem.`.
    pub problems: Vec<(String, &'static str)>,
}

/// Reads the fields of a form; `prefix` stands before every name.
pub(crate) fn read(controls: &[Control], fields: &Fields, prefix: &str, place: &Place) -> Reading {
    let mut reading = Reading::default();
    for control in controls {
        let name = format!("{prefix}{}", control.name);
        let found = one(control, fields, &name, place);
        match found {
            Ok(Some(value)) => {
                reading.value.insert(control.name.clone(), value);
            }
            Ok(None) if control.required && matches!(control.shape, Shape::Hidden) => {
                reading.value.insert(control.name.clone(), fresh().into());
            }
            Ok(None) if control.required => reading.problems.push((control.name.clone(), "required")),
            Ok(None) => {}
            Err((typed, problem)) => {
                reading.value.insert(control.name.clone(), typed);
                reading.problems.push((control.name.clone(), problem));
            }
        }
        let too_long = |max: u64| {
            let text = reading.value.get(&control.name).and_then(Value::as_str);
            text.is_some_and(|text| text.chars().count() as u64 > max)
        };
        if control.max.is_some_and(too_long) {
            reading.problems.push((control.name.clone(), "too_long"));
        }
    }
    reading
}

/// A new id for something that needs one.
fn fresh() -> String {
    uuid::Uuid::new_v4().simple().to_string().chars().take(10).collect()
}

/// The answer to one control; the typed text with a problem when it cannot be used.
type One = Result<Option<Value>, (Value, &'static str)>;

fn one(control: &Control, fields: &Fields, name: &str, place: &Place) -> One {
    match &control.shape {
        Shape::Line | Shape::Area | Shape::Hidden => Ok(fields.text(name).map(Value::from)),
        Shape::Radio(options) | Shape::Select(options) => match fields.text(name) {
            Some(chosen) if options.iter().any(|option| option.value == chosen) => Ok(Some(chosen.into())),
            Some(_) => Ok(None),
            None => Ok(None),
        },
        Shape::Scale(options) => Ok(fields
            .text(name)
            .filter(|chosen| options.iter().any(|option| option.value == *chosen))
            .map(|chosen| chosen.parse::<i64>().map_or_else(|_| chosen.into(), Value::from))),
        Shape::Rank(options) => Ok(list(rank(options.iter().map(|option| option.value.as_str()), fields, name))),
        Shape::Each(controls) => {
            let reading = read(controls, fields, &format!("{name}."), place);
            match reading.problems.first() {
                Some((_, problem)) => Err((Value::Object(reading.value), problem)),
                None => Ok((!reading.value.is_empty()).then_some(Value::Object(reading.value))),
            }
        }
        Shape::Date => date(fields, name),
        Shape::Number => match fields.text(name) {
            None => Ok(None),
            Some(text) => text.parse::<i64>().map(|n| Some(n.into())).map_err(|_| (text.into(), "number")),
        },
        // A box that is not ticked is not posted; it says false where the answer is needed.
        Shape::Yes => Ok((fields.has(name) || control.required).then(|| fields.has(name).into())),
        Shape::Many(options) => {
            let known = |chosen: &&str| options.iter().any(|option| option.value == *chosen);
            Ok(list(fields.all(name).filter(known).map(Value::from).collect()))
        }
        Shape::Lines => {
            let lines = fields.get(name).unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty());
            Ok(list(lines.map(Value::from).collect()))
        }
        Shape::PerOption(options, _) | Shape::YesNo(options) => {
            let answers: Map<String, Value> = options
                .iter()
                .filter_map(|o| Some((o.value.clone(), fields.text(&format!("{name}.{}", o.value))?.into())))
                .collect();
            Ok((!answers.is_empty()).then_some(Value::Object(answers)))
        }
        Shape::Rows(controls) => rows(controls, fields, name, place),
        Shape::Team(_) => Ok(fields.text(name).and_then(|id| team(place, id))),
        Shape::Data => match fields.text(name) {
            None => Ok(None),
            Some(text) => serde_saphyr::from_str::<Value>(text).map(Some).map_err(|_| (text.into(), "data")),
        },
    }
}

/// Ids in the order of the numbers written beside them; those without a number are left out.
fn rank<'o>(options: impl Iterator<Item = &'o str>, fields: &Fields, name: &str) -> Vec<Value> {
    let mut placed: Vec<(u32, &str)> =
        options.filter_map(|id| Some((fields.text(&format!("{name}.{id}"))?.parse().ok()?, id))).collect();
    placed.sort_unstable();
    placed.into_iter().map(|(_, id)| id.into()).collect()
}

fn list(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then_some(Value::Array(values))
}

fn date(fields: &Fields, name: &str) -> One {
    let part = |suffix: &str| fields.text(&format!("{name}.{suffix}")).unwrap_or_default().to_owned();
    let (day, month, year) = (part("d"), part("m"), part("y"));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return match fields.text(name) {
            None => Ok(None),
            Some(text) => text.parse::<Date>().map(|d| Some(d.to_string().into())).map_err(|_| (text.into(), "date")),
        };
    }
    let made = match (year.parse(), month.parse(), day.parse()) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
        _ => None,
    };
    made.map(|date| Some(date.to_string().into())).ok_or_else(|| (format!("!{day}|{month}|{year}").into(), "date"))
}

fn rows(controls: &[Control], fields: &Fields, name: &str, place: &Place) -> One {
    let mut rows = Vec::new();
    let mut problem = None;
    for at in 0..MAX_ROWS {
        let prefix = format!("{name}.{at}.");
        if !fields.0.iter().any(|(known, value)| known.starts_with(&prefix) && !value.trim().is_empty()) {
            continue;
        }
        let reading = read(controls, fields, &prefix, place);
        problem = problem.or(reading.problems.first().map(|(_, problem)| *problem));
        rows.push(Value::Object(reading.value));
    }
    match (problem, rows.is_empty()) {
        (Some(_), _) => Err((Value::Array(rows), "row")),
        (None, true) => Ok(None),
        (None, false) => Ok(Some(Value::Array(rows))),
    }
}

/// A team as workflows want it: id, title, members, coach.
fn team(place: &Place, id: &str) -> Option<Value> {
    let team = place.school.teams.get(id)?;
    let coach = team.coach.clone().unwrap_or_default();
    Some(json!({"id": id, "title": place.team(id), "members": team.members, "coach": coach}))
}

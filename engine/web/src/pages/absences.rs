//! Absences with their substitutes, and jobs that people share: part of the page of people.

use draaiboek_runtime::{Absence, Duo, School, StaffError};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::people::page;
use crate::answer::{Failure, Outcome};
use crate::gate::{ManagePeople, Permission, Place, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// Where a change that was stored leads.
const SAVED: &str = "/people?done=saved";
/// Half days in the order of the week: `mon-am`, `mon-pm`, …
const HALVES: [(&str, &str, &str); 5] = [
    ("mon", "mon-am", "mon-pm"),
    ("tue", "tue-am", "tue-pm"),
    ("wed", "wed-am", "wed-pm"),
    ("thu", "thu-am", "thu-pm"),
    ("fri", "fri-am", "fri-pm"),
];

/// Who is away now or later, and who shares a job.
pub(super) fn data<P: Permission>(visit: &Visit<P>, place: &Place) -> Value {
    let (school, today, locale) = (&place.school, place.today(visit.now), &visit.locale);
    let away: Vec<Value> = school
        .absences
        .iter()
        .filter(|absence| absence.to >= today)
        .map(|absence| {
            json!({
                "person": absence.person, "name": place.name(&absence.person),
                "from": words::day(locale, absence.from), "to": words::day(locale, absence.to), "first": absence.from.to_string(),
                "now": absence.on(today), "substitute": absence.substitute.as_deref().map(|to| place.name(to)),
            })
        })
        .collect();
    let duos: Vec<Value> = school
        .duos
        .iter()
        .map(|duo| {
            let names: Vec<&str> = duo.people.iter().map(|person| place.name(person)).collect();
            let days: Vec<Value> = duo
                .days
                .iter()
                .map(|(person, times)| {
                    let times: Vec<String> =
                        times.iter().map(|time| visit.t(&format!("work_time.{}", String::from(*time)), &[])).collect();
                    json!({"name": place.name(person), "days": times.join(", ")})
                })
                .collect();
            json!({"first": duo.people.first(), "names": names.join(", "), "days": days})
        })
        .collect();
    let halves: Vec<Value> = HALVES
        .iter()
        .flat_map(|(day, morning, afternoon)| {
            [*day, *morning, *afternoon]
                .map(|time| json!({"value": time, "label": visit.t(&format!("work_time.{time}"), &[])}))
        })
        .collect();
    json!({"away": away, "duos": duos, "times": halves})
}

/// `absence/save`
pub(crate) async fn absence(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let person = input.form.text("person").unwrap_or_default().to_owned();
    let substitute = input.form.text("substitute").map(str::to_owned);
    let (Some(from), Some(to)) = (input.form.day("from"), input.form.day("to")) else {
        let problem = visit.t("absence.dates", &[]);
        return refused(&visit, &input, "absence", problem);
    };
    let absence = Absence { from, to, person, substitute, roles: Vec::new() };
    match visit.checked(|school| school.set_absence(absence)).await? {
        Ok(()) => Ok(redirect(SAVED)),
        Err(error) => {
            let problem = told(&visit, &error)?;
            refused(&visit, &input, "absence", problem)
        }
    }
}

/// `absence/end`: somebody is back from today on, or will not be away.
pub(crate) async fn back(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let today = visit.place()?.today(visit.now);
    let person = input.form.text("person").unwrap_or_default();
    let first = input.form.text("first").and_then(|text| text.parse::<Date>().ok());
    let from = first.map_or(today, |first| first.max(today));
    ended(&visit, |school| school.end_absence(person, from)).await
}

/// `duo/save`
pub(crate) async fn duo(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let people: Vec<String> =
        ["one", "other"].iter().filter_map(|name| input.form.text(name)).map(str::to_owned).collect();
    let mut duo = Duo { people: people.clone(), days: Default::default() };
    for (name, person) in ["one_days", "other_days"].iter().zip(&people) {
        let times: Vec<_> = input.form.all(name).filter_map(|time| time.to_owned().try_into().ok()).collect();
        if !times.is_empty() {
            duo.days.insert(person.clone(), times);
        }
    }
    match visit.checked(|school| school.set_duo(duo)).await? {
        Ok(()) => Ok(redirect(SAVED)),
        Err(error) => {
            let problem = told(&visit, &error)?;
            refused(&visit, &input, "duo", problem)
        }
    }
}

/// `duo/end`
pub(crate) async fn end_duo(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let first = input.form.text("first").unwrap_or_default();
    ended(&visit, |school| school.end_duo(first)).await
}

/// Something ends; that it is not there is told as a page that is not there.
async fn ended(visit: &Visit<ManagePeople>, end: impl FnOnce(&mut School) -> bool) -> Outcome {
    let end = |school: &mut School| if end(school) { Ok(()) } else { Err(()) };
    match visit.checked(end).await? {
        Ok(()) => Ok(redirect(SAVED)),
        Err(()) => Err(Failure::NotFound),
    }
}

/// The page again, with what is wrong and what was typed.
fn refused(visit: &Visit<ManagePeople>, input: &Input, form: &str, problem: String) -> Outcome {
    let fields = input.form.0.iter();
    let typed: serde_json::Map<String, Value> =
        fields.map(|(name, value)| (name.replace('.', "_"), Value::from(value.as_str()))).collect();
    visit.page(page(visit, json!({ form: {"problem": problem, "typed": typed} }))?.amiss())
}

/// What contradicts an absence or a shared job, in words.
fn told(visit: &Visit<ManagePeople>, error: &StaffError) -> Result<String, Failure> {
    let place = visit.place()?;
    let (mut args, day) = (Vec::new(), |on: &Date| words::day(&visit.locale, *on));
    match error {
        StaffError::Unknown { person } | StaffError::Backwards { person, .. } | StaffError::Oneself { person } => {
            args.push(("name", place.name(person).to_owned()));
        }
        StaffError::Overlap { person, on } => {
            args.extend([("name", place.name(person).to_owned()), ("day", day(on))]);
        }
        StaffError::SubstituteAbsent { substitute, on, .. } => {
            args.extend([("name", place.name(substitute).to_owned()), ("day", day(on))]);
        }
        StaffError::Chain { substitute, next, on, .. } => {
            let (name, next) = (place.name(substitute).to_owned(), place.name(next).to_owned());
            args.extend([("name", name), ("next", next), ("day", day(on))]);
        }
        StaffError::Duo(_) | StaffError::TooMany(_) => {}
    }
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(visit.t(&format!("absence.{}", error.word()), &args))
}

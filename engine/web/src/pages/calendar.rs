//! Calendar: the school's year, official holidays and the school's own days.

use draaiboek_runtime::LocalDay;
use draaiboek_workflow::calendar::PeriodKind;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{ManageCalendar, Permission, SeeCalendar, Visit};
use crate::input::Input;
use crate::route::redirect;
use crate::show::words;

/// Kinds of days a school may set itself.
const KINDS: [(&str, PeriodKind); 3] = [
    ("study_day", PeriodKind::StudyDay),
    ("half_study_day", PeriodKind::HalfStudyDay),
    ("free_day", PeriodKind::FreeDay),
];

/// `calendar/show`
pub(crate) async fn show(visit: Visit<SeeCalendar>, _: Input) -> Outcome {
    visit.page(page(&visit, json!(null))?)
}

fn page<P: Permission>(visit: &Visit<P>, typed: Value) -> Result<Page<'static>, Failure> {
    let place = visit.place()?;
    let locale = &visit.locale;
    let own: Vec<&str> = place.school.calendar.local.iter().map(|day| day.id.as_str()).collect();
    let mut periods: Vec<_> = place.calendar.data().periods.iter().collect();
    periods.sort_by_key(|period| period.from);
    let rows: Vec<Value> = periods
        .into_iter()
        .map(|period| {
            let name = period.name.get(locale).or_else(|| period.name.get("nl")).cloned().unwrap_or_default();
            let kind = serde_json::to_value(period.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
            let one = period.from == period.to;
            json!({
                "id": period.id, "name": name, "kind": visit.t(&format!("day_kind.{kind}"), &[]), "own": own.contains(&period.id.as_str()),
                "from": words::day(locale, period.from), "to": (!one).then(|| words::day(locale, period.to)), "year": period.to.year(),
            })
        })
        .collect();
    let months: Vec<Value> = place
        .calendar
        .school_days_per_month()
        .into_iter()
        .map(|((year, month), n)| {
            let name = Date::new(year, month, 1).map(|day| words::month_short(locale, day)).unwrap_or_default();
            json!({"month": format!("{name} {year}"), "n": n})
        })
        .collect();
    let manage = visit.may(Resource::Calendar, Action::Manage);
    let kinds: Vec<Value> = KINDS
        .iter()
        .map(|(word, _)| json!({"value": word, "label": visit.t(&format!("day_kind.{word}"), &[])}))
        .collect();
    let data = json!({
        "rows": rows, "months": months, "manage": manage, "kinds": kinds, "typed": typed,
        "days": place.calendar.school_days().len(), "source": place.calendar.data().source,
    });
    Ok(Page::new("calendar", visit.t("calendar.title", &[]), data))
}

/// `calendar/put`
pub(crate) async fn put(visit: Visit<ManageCalendar>, input: Input) -> Outcome {
    let day = input.form.day("day");
    let kind = KINDS.iter().find(|(word, _)| Some(*word) == input.form.text("kind")).map(|(_, kind)| *kind);
    let title = input.form.text("title").unwrap_or_default().to_owned();
    let typed = |problem: &str| json!({"problem": visit.t(problem, &[]), "title": title, "d": input.form.get("day.d"), "m": input.form.get("day.m"), "y": input.form.get("day.y")});
    let (Some(from), Some(kind), false) = (day, kind, title.is_empty()) else {
        return visit.page(page(&visit, typed("calendar.incomplete"))?.amiss());
    };
    let row = LocalDay { id: format!("eigen-{from}"), kind, from, to: None, title: title.clone() };
    match visit.put_day(row).await {
        Ok(()) => Ok(redirect("/calendar?done=saved")),
        Err(Failure::Invalid(_)) => visit.page(page(&visit, typed("calendar.outside"))?.amiss()),
        Err(other) => Err(other),
    }
}

/// `calendar/drop`
pub(crate) async fn drop(visit: Visit<ManageCalendar>, input: Input) -> Outcome {
    visit.drop_day(input.form.text("id").unwrap_or_default()).await?;
    Ok(redirect("/calendar?done=saved"))
}

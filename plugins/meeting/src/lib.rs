//! Step kind `meeting` (domain.md H1.17): dates, attendance, agenda and decisions; gives the minutes and who meets when.
//! Sends no invitations and knows no clock time but what people write.

mod fold;
mod spec;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, Json, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind,
    ToJson, entries, export, reads, say,
};

pub use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Meeting;

/// When, about what, and who must have a date.
#[derive(Debug)]
pub struct Config {
    dates: Vec<Date>,
    rule: Option<Rule>,
    agenda: Vec<Point>,
    quorum: usize,
    invited: Vec<String>,
    groups: Vec<String>,
    every_group: bool,
    first_within: Option<Within>,
    artifact: String,
}
reads!(Config {
    dates,
    rule,
    agenda,
    quorum,
    invited,
    groups,
    every_group,
    first_within,
    artifact = "minutes".to_owned(),
});

#[derive(Debug)]
struct Rule {
    first: Date,
    every_weeks: u32,
    until: Option<Date>,
    count: Option<usize>,
}
reads!(Rule { first, every_weeks, until, count });

#[derive(Debug, Clone)]
struct Point {
    id: String,
    title: Json,
    minutes: Option<u32>,
    /// In the minutes of an earlier meeting: done or parked.
    status: Option<String>,
}
reads!(Point { id, title, minutes, status });

#[derive(Debug)]
struct Within {
    from: Date,
    schooldays: u32,
}
reads!(Within { from, schooldays });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// Somebody was there, or not.
    Attendance(Attendance),
    /// An item for the agenda.
    Item(Added),
    /// What was agreed.
    Decision(Made),
    /// The item goes to the next meeting.
    Park(Park),
    /// A date, for a team or for all.
    Plan(Plan),
}
entries!(Entry { Attendance = "attendance", Item = "item", Decision = "decision", Park = "park", Plan = "plan" });

/// Somebody was there, or not.
#[derive(Debug)]
pub struct Attendance {
    person: String,
    present: bool,
    from: Option<String>,
    to: Option<String>,
}
reads!(Attendance { person, present, from, to });

/// An item for the agenda.
#[derive(Debug)]
pub struct Added {
    item_id: String,
    title: String,
    minutes: Option<u32>,
}
reads!(Added { item_id, title, minutes });

/// What was agreed.
#[derive(Debug)]
pub struct Made {
    decision_id: String,
    text: String,
    item: Option<String>,
}
reads!(Made { decision_id, text, item });

/// The item goes to the next meeting.
#[derive(Debug)]
pub struct Park {
    item: String,
}
reads!(Park { item });

/// A date, for a team or for all.
#[derive(Debug)]
pub struct Plan {
    id: String,
    date: Date,
    /// `for` in JSON; without it the sender's group.
    group: Option<String>,
    from: Option<String>,
    to: Option<String>,
    /// The day that was asked, when school is closed then; set by `check`.
    moved_from: Option<Date>,
}
reads!(Plan { id, date, group: "for", from, to, moved_from });

impl StepKind for Meeting {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        match entry {
            Entry::Attendance(attendance) => {
                check_times("/attendance", attendance.from.as_deref(), attendance.to.as_deref())?;
                Ok(Accepted::shared(&attendance.person))
            }
            Entry::Item(item) => Ok(Accepted::shared(&item.item_id)),
            Entry::Decision(made) => {
                if let Some(item) = &made.item {
                    check_item(ctx, "/decision/item", item)?;
                }
                Ok(Accepted::shared(&made.decision_id))
            }
            Entry::Park(park) => {
                check_item(ctx, "/park/item", &park.item)?;
                Ok(Accepted::shared(&park.item))
            }
            Entry::Plan(plan) => Ok(check_plan(ctx, plan)?),
        }
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        fold::fold(ctx, all)
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let dates =
            whole.only(&["dates", "next", "first", "limit", "too_late", "by_group", "groups", "groups_without"]);
        let school = whole.only(&["dates", "next"]);
        Projections::default()
            .to(&["facilitator", "contributor", "team"], whole)
            .to(&["policy"], dates)
            .to(&["school"], school)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        let expected: &[String] = if ctx.config.every_group { &ctx.config.groups } else { &[] };
        for group in expected {
            if !picture.first.has(group) {
                let text = say("spreek voor dit team een eerste datum af", "agree on a first date for this team");
                outcome.not_ready(Problem::new("NO_FIRST_DATE", text).arg(group));
            } else if picture.too_late.contains(group) {
                let text =
                    say("kies voor dit team een vroegere eerste datum", "choose an earlier first date for this team");
                outcome.not_ready(Problem::new("FIRST_DATE_TOO_LATE", text).arg(group));
            }
        }
        if picture.was_held() {
            let parts = ["present", "absent", "items", "parked", "decisions", "quorum_met", "next"];
            outcome.artifact(&ctx.config.artifact, picture.to_json().only(&parts));
        }
        outcome
    }
}

fn check_times(path: &str, from: Option<&str>, to: Option<&str>) -> Result<(), Problem> {
    for (name, time) in [("from", from), ("to", to)] {
        if time.is_some_and(|time| !is_time(time)) {
            let text = say("geef een uur als 14:00", "give a time such as 14:00");
            return Err(Problem::invalid(format!("{path}/{name}"), text));
        }
    }
    match (from, to) {
        (Some(from), Some(to)) if to < from => Err(Problem::invalid(
            format!("{path}/to"),
            say("het einde valt voor het begin", "the end is before the start"),
        )),
        _ => Ok(()),
    }
}

/// `HH:MM` of one day.
fn is_time(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let below = |part: &str, end: u32| {
        part.len() == 2
            && part.bytes().all(|digit| digit.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|n| n < end)
    };
    below(hours, 24) && below(minutes, 60)
}

fn check_item(ctx: &Context<Meeting>, path: &str, item: &str) -> Result<(), Refusal> {
    if fold::has_item(ctx, &ctx.contributions, item)? {
        return Ok(());
    }
    Err(Problem::invalid(path, say("dit agendapunt bestaat niet", "there is no such item")).into())
}

/// On a closed day the date moves by weeks, so that a fixed weekday stays that weekday.
fn check_plan(ctx: &Context<Meeting>, plan: &Plan) -> Result<Accepted, Problem> {
    check_times("/plan", plan.from.as_deref(), plan.to.as_deref())?;
    let accepted = Accepted::shared(&plan.id);
    let Some(day) = ctx.calendar.next_same_weekday(plan.date) else {
        let text = say(
            "na deze datum is er dit schooljaar geen schooldag meer op die weekdag",
            "after this date the school year has no more school day on that weekday",
        );
        return Err(Problem::invalid("/plan/date", text));
    };
    if day == plan.date {
        return Ok(accepted);
    }
    let asked = plan.date;
    let text = (
        format!("de school is dicht op {asked}: verschoven naar {day}"),
        format!("school is closed on {asked}: moved to {day}"),
    );
    Ok(accepted.with("date", day).with("moved_from", asked).warn("MOVED", text))
}

export!(Meeting);

#[cfg(test)]
mod tests;

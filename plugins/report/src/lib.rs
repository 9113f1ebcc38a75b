//! Step kind `report` (domain.md H1.18): short reports at agreed moments, answers to them, and whether they came in time.
//! Reminds nobody; the workflow's timers do that.

mod fold;
mod spec;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, Json, Object, Outcome, Problem, Projections, Refusal, Sender, Spec,
    StepKind, ToJson, entries, export, object, reads, say,
};

pub use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Report;

/// What is reported, and when.
#[derive(Debug)]
pub struct Config {
    sections: Vec<Part>,
    moments: Vec<Date>,
    year_end: Option<Date>,
    growth_phase: bool,
    require_moment: bool,
    require_submitted: usize,
    groups: Vec<String>,
    artifact: String,
}
reads!(Config {
    sections,
    moments,
    year_end,
    growth_phase,
    require_moment,
    require_submitted,
    groups,
    artifact = "report".to_owned(),
});

#[derive(Debug)]
struct Part {
    id: String,
    /// The input that fills it; nobody has to write it.
    binding: Option<String>,
    required: bool,
    process: bool,
    help: bool,
}
reads!(Part { id, binding, required, process, help });

impl Config {
    /// Whether a section is part of the report; without a list every section is. Growth asks about the process only.
    fn asks(&self, id: &str) -> bool {
        let listed = |part: &Part| part.id == id && (part.process || !self.growth_phase);
        self.sections.is_empty() || self.sections.iter().any(listed)
    }
}

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// A day on which reports are due.
    Moment(Moment),
    /// A part of a report.
    Section(Section),
    /// The report is handed in.
    Submit(Submit),
    /// An answer to a part.
    Answer(Answer),
    /// Read.
    Ack(Ack),
}
entries!(Entry { Moment = "moment", Section = "section", Submit = "submit", Answer = "answer", Ack = "ack" });

/// A day on which reports are due.
#[derive(Debug)]
pub struct Moment {
    date: Date,
}
reads!(Moment { date });

/// A part of a report.
#[derive(Debug)]
pub struct Section {
    moment: Date,
    id: String,
    text: String,
    group: Option<String>,
}
reads!(Section { moment, id, text, group });

/// The report is handed in.
#[derive(Debug)]
pub struct Submit {
    moment: Date,
    group: Option<String>,
}
reads!(Submit { moment, group });

/// An answer to a part.
#[derive(Debug)]
pub struct Answer {
    moment: Date,
    item: String,
    text: String,
    group: Option<String>,
}
reads!(Answer { moment, item, text, group });

/// Read.
#[derive(Debug)]
pub struct Ack {
    moment: Date,
}
reads!(Ack { moment });

impl StepKind for Report {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        let sender = from.group.as_deref();
        match entry {
            Entry::Moment(moment) => Ok(check_moment(ctx, moment)?),
            Entry::Section(section) => Ok(check_section(ctx, sender, section)?),
            Entry::Submit(submit) => Ok(check_submit(ctx, sender, submit)?),
            Entry::Answer(answer) => Ok(check_answer(ctx, sender, answer)?),
            Entry::Ack(ack) => {
                known(ctx, "/ack/moment", ack.moment)?;
                Ok(Accepted::slot(ack.moment.to_string()))
            }
        }
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        Ok(fold::fold(ctx, all))
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let mut whole = picture.to_json();
        let mut handed_in = whole.clone();
        handed_in.set("reports", submitted(picture));
        if picture.submitted == 0 {
            handed_in.set("bound", Json::Object(Object::default()));
        }
        let mut school = whole.only(&["moments", "next_moment", "submitted"]);
        if ctx.config.growth_phase {
            // Growing is not watched: no counts, and nobody is shown as late.
            whole = without_judgement(&whole);
            handed_in = without_judgement(&handed_in);
            school = school.only(&["moments", "next_moment"]);
        }
        Projections::default()
            .to(&["facilitator", "contributor", "team"], whole)
            .to(&["policy"], handed_in)
            .to(&["school"], school)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.require_moment && picture.moments.is_empty() {
            let text = say("spreek een verslagmoment af", "agree on a report moment");
            outcome.not_ready(Problem::new("NO_REPORT_MOMENT", text));
        }
        if picture.submitted < ctx.config.require_submitted {
            let text = say("er zijn nog niet genoeg verslagen ingediend", "not enough reports have been submitted yet");
            outcome.not_ready(Problem::new("NOT_READY", text).arg("submitted"));
        }
        if picture.submitted > 0 {
            let content = object! {"reports" => submitted(picture), "bound" => picture.bound};
            outcome.artifact(&ctx.config.artifact, content);
        }
        outcome
    }
}

fn submitted(picture: &Picture) -> Json {
    let reports: Vec<Json> =
        picture.reports.iter().filter(|report| report.submitted_on.is_some()).map(ToJson::to_json).collect();
    reports.to_json()
}

fn without_judgement(picture: &Json) -> Json {
    let mut reports = picture.get("reports").cloned().unwrap_or_default();
    reports.hide("status");
    let mut kept = picture.only(&["moments", "next_moment", "open_help", "acked", "bound"]);
    kept.set("reports", reports);
    kept
}

fn known(ctx: &Context<Report>, path: &str, moment: Date) -> Result<(), Problem> {
    if fold::moments(&ctx.config, &ctx.calendar, &ctx.contributions).contains(&moment) {
        return Ok(());
    }
    Err(Problem::invalid(path, say("dit is geen verslagmoment", "this is no report moment")))
}

fn slot(parts: &[&str], group: fold::Group<'_>) -> Accepted {
    Accepted::shared(format!("{}/{}", parts.join("/"), group.unwrap_or_default()))
}

fn check_moment(ctx: &Context<Report>, moment: &Moment) -> Result<Accepted, Problem> {
    let asked = moment.date;
    let Some(day) = ctx.calendar.next_school_day(asked) else {
        let text = say("deze dag valt na het schooljaar", "this day is after the school year");
        return Err(Problem::invalid("/moment/date", text));
    };
    let accepted = Accepted::shared(day.to_string());
    if day == asked {
        return Ok(accepted);
    }
    let text = (
        format!("de school is dicht op {asked}: verschoven naar {day}"),
        format!("school is closed on {asked}: moved to {day}"),
    );
    Ok(accepted.with("date", day).warn("MOVED", text))
}

fn check_section(ctx: &Context<Report>, sender: fold::Group<'_>, section: &Section) -> Result<Accepted, Problem> {
    known(ctx, "/section/moment", section.moment)?;
    if !ctx.config.asks(&section.id) {
        let text = say("dit deel wordt nu niet gevraagd", "this part is not asked for now");
        return Err(Problem::invalid("/section/id", text));
    }
    Ok(slot(&[&section.moment.to_string(), &section.id], fold::group_of(section.group.as_deref(), sender)))
}

/// One per day, so that the first day on which it was handed in stays known.
fn check_submit(ctx: &Context<Report>, sender: fold::Group<'_>, submit: &Submit) -> Result<Accepted, Problem> {
    known(ctx, "/submit/moment", submit.moment)?;
    let group = fold::group_of(submit.group.as_deref(), sender);
    let written = fold::sections(&ctx.config, &ctx.contributions, group, submit.moment);
    let needed = ctx.config.sections.iter().filter(|part| part.required && part.binding.is_none());
    let missing: Vec<&String> =
        needed.map(|part| &part.id).filter(|id| ctx.config.asks(id) && !written.has(id)).collect();
    if !missing.is_empty() {
        let text = say("vul eerst deze delen in", "fill in these parts first");
        return Err(Problem::new("NOT_READY", text).at("/submit").args(missing));
    }
    Ok(slot(&[&submit.moment.to_string(), &ctx.today.to_string()], group))
}

fn check_answer(ctx: &Context<Report>, sender: fold::Group<'_>, answer: &Answer) -> Result<Accepted, Problem> {
    known(ctx, "/answer/moment", answer.moment)?;
    match fold::addressed(&ctx.contributions, answer, sender) {
        Some(group) => Ok(slot(&[&answer.moment.to_string(), &answer.item], group)),
        None => Err(Problem::invalid(
            "/answer/item",
            say("kies het team en het deel waarop je antwoordt", "choose the team and the part that you answer"),
        )),
    }
}

export!(Report);

#[cfg(test)]
mod tests;

//! Which results, explanations and answers are accepted.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Say, Sender, fingerprint, names_pupil, norm, say};

use crate::fold::{Picture, fold};
use crate::{BLAME, DataRound, Dataset, Entry, Explanation, Improve, Probe, Resolve, Source};

type Ctx = Context<DataRound>;

const NO_UNIT: Say = say("deze klas of groep staat niet in de lijst", "this class or group is not in the list");
const NO_EXPLANATION: Say = say("deze verklaring bestaat niet", "there is no such explanation");
const TAKEN: Say = say("dit nummer is al gebruikt door een collega", "a colleague uses this id already");

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    let picture = fold(ctx, &ctx.contributions)?;
    Ok(match entry {
        Entry::Dataset(dataset) => check_dataset(ctx, from, dataset)?,
        Entry::Source(source) => check_source(source),
        Entry::Explanation(said) => check_explanation(ctx, from, said, &picture)?,
        Entry::Probe(probe) => check_probe(probe, &picture)?,
        Entry::Resolve(resolve) => check_resolve(ctx, from, resolve, &picture)?,
        Entry::Improve(improve) => check_improve(ctx, from, improve, &picture)?,
    })
}

/// Coordinators look at all units; without any configured only the teachers of a unit do.
fn coordinates(ctx: &Ctx, from: &Sender) -> bool {
    !ctx.config.coordinators.is_empty() && ctx.is_named(&ctx.config.coordinators, from)
}

fn check_dataset(ctx: &Ctx, from: &Sender, dataset: &Dataset) -> Result<Accepted, Problem> {
    let Some(unit) = ctx.config.unit(&dataset.unit) else {
        return Err(Problem::invalid("/dataset/unit", NO_UNIT));
    };
    if !ctx.config.periods().contains(&dataset.period.as_str()) {
        let known = ctx.config.periods().join(", ");
        let text = (format!("kies een moment: {known}"), format!("choose a period: {known}"));
        return Err(Problem::invalid("/dataset/period", text));
    }
    if dataset.num > dataset.den {
        let text = (
            format!("{} van {} kan niet: kijk de aantallen na", dataset.num, dataset.den),
            format!("{} of {} cannot be: check the numbers", dataset.num, dataset.den),
        );
        return Err(Problem::invalid("/dataset/num", text));
    }
    let teaches = unit.teacher.0.is_empty() || unit.teacher.0.contains(&from.participant);
    if !teaches && !coordinates(ctx, from) {
        let text = say(
            "alleen de eigen leraar of een coördinator vult dit in",
            "only its own teacher or a coordinator fills this in",
        );
        return Err(Problem::not_allowed(text));
    }
    Ok(Accepted::shared(format!("{}/{}", dataset.unit, dataset.period)))
}

fn check_source(source: &Source) -> Accepted {
    Accepted::slot(&source.source_id)
}

fn check_explanation(ctx: &Ctx, from: &Sender, said: &Explanation, picture: &Picture) -> Result<Accepted, Problem> {
    if picture.author(&said.id).is_some_and(|by| by != from.participant) {
        return Err(Problem::new("CONFLICT", TAKEN).at("/explanation/id").arg(&said.id));
    }
    if said.unit.as_ref().is_some_and(|unit| ctx.config.unit(unit).is_none()) {
        return Err(Problem::invalid("/explanation/unit", NO_UNIT));
    }
    category(ctx, "/explanation/category", &said.category)?;
    Ok(unnamed(Accepted::slot(&said.id), &said.text))
}

fn category(ctx: &Ctx, path: &str, category: &str) -> Result<(), Problem> {
    let known = ctx.config.categories();
    if known.contains(&category) {
        return Ok(());
    }
    let known = known.join(", ");
    Err(Problem::invalid(path, (format!("kies een soort: {known}"), format!("choose a category: {known}"))))
}

/// The talk is about teaching, not about single pupils.
fn unnamed(accepted: Accepted, text: &str) -> Accepted {
    if names_pupil(text) {
        let text = say("haal namen en nummers van leerlingen weg", "take out names and numbers of pupils");
        return accepted.warn("PUPIL_NAMED", text);
    }
    accepted
}

fn check_probe(probe: &Probe, picture: &Picture) -> Result<Accepted, Problem> {
    if picture.author(&probe.explanation_id).is_none() {
        return Err(Problem::invalid("/probe/explanation_id", NO_EXPLANATION));
    }
    Ok(Accepted::slot(&probe.explanation_id))
}

fn check_resolve(ctx: &Ctx, from: &Sender, resolve: &Resolve, picture: &Picture) -> Result<Accepted, Problem> {
    let Some(author) = picture.author(&resolve.explanation_id) else {
        return Err(Problem::invalid("/resolve/explanation_id", NO_EXPLANATION));
    };
    if author != from.participant && !coordinates(ctx, from) {
        let text = say(
            "alleen wie het zei, of een coördinator, zegt waar het op neerkomt",
            "only who said it, or a coordinator, says what it comes down to",
        );
        return Err(Problem::not_allowed(text));
    }
    category(ctx, "/resolve/new_category", &resolve.new_category)?;
    if resolve.new_category == BLAME {
        let text = say(
            "bij de leerlingen blijft het niet: wat konden wij anders doen?",
            "it does not end with the pupils: what could we do differently?",
        );
        return Err(Problem::invalid("/resolve/new_category", text));
    }
    Ok(unnamed(Accepted::shared(&resolve.explanation_id), &resolve.text))
}

fn check_improve(ctx: &Ctx, from: &Sender, improve: &Improve, picture: &Picture) -> Result<Accepted, Problem> {
    if improve.explanation.as_ref().is_some_and(|id| picture.author(id).is_none()) {
        return Err(Problem::invalid("/improve/explanation", NO_EXPLANATION));
    }
    let seed = ctx.seed().to_string();
    let made = || format!("i{}", fingerprint([seed.as_str(), &from.participant, &norm(&improve.text)]));
    let id = improve.id.clone().unwrap_or_else(made);
    let own = ctx
        .contributions
        .iter()
        .any(|one| one.slot == id && one.by() == from.participant && matches!(one.entry, Entry::Improve(_)));
    if picture.improver(&id).is_some() && !own {
        return Err(Problem::new("CONFLICT", TAKEN).at("/improve/id").arg(id));
    }
    let accepted = unnamed(Accepted::slot(id.clone()), &improve.text).with("id", id);
    let Some(due) = improve.due else { return Ok(accepted) };
    let Some(day) = ctx.calendar.next_school_day(due) else {
        let text = say("na deze dag is er geen school meer dit jaar", "there is no school day left this year");
        return Err(Problem::invalid("/improve/due", text));
    };
    if day == due {
        return Ok(accepted);
    }
    let text = (format!("verplaatst naar {day}: eerst is er geen school"), format!("moved to {day}, a school day"));
    Ok(accepted.with("due", day).warn("MOVED", text))
}

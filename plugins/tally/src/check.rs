//! Which marks are accepted.

use draaiboek_sdk::{Accepted, Context, Contribution, Named, Problem, Refusal, Sender, fingerprint, say};

use crate::fold::{key, running};
use crate::{Entry, Mark, ONLY, Tally};

type Ctx = Context<Tally>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    if !ctx.is_named(&ctx.config.observers, from) {
        return Err(Problem::not_allowed(say("jij telt hier niet", "you do not count here")).into());
    }
    match entry {
        Entry::Mark(mark) => check_mark(ctx, from, mark),
        Entry::Observed(observed) => {
            let session = session(ctx, "observed", observed.session.as_deref())?;
            Ok(Accepted::slot(&session).with("session", &session))
        }
        Entry::Example(example) => {
            known("/example/category", &ctx.config.categories, Some(&example.category))?;
            Ok(Accepted::slot(fingerprint([from.participant.as_str(), &example.category, &example.text])))
        }
    }
}

/// Whether an id is one of those listed. Where none are listed, any id will do.
fn known(path: &str, listed: &[Named], id: Option<&str>) -> Result<(), Refusal> {
    match id {
        Some(id) if !listed.is_empty() && !listed.iter().any(|one| one.id == id) => {
            Err(Problem::invalid(path, say("dit staat niet in de lijst", "this is not in the list")).into())
        }
        _ => Ok(()),
    }
}

/// The session: as given, or the only one there is.
fn session(ctx: &Ctx, entry: &str, given: Option<&str>) -> Result<String, Refusal> {
    let path = format!("/{entry}/session");
    known(&path, &ctx.config.sessions, given)?;
    match (given, &ctx.config.sessions[..]) {
        (Some(session), _) => Ok(session.to_owned()),
        (None, []) => Ok(ONLY.to_owned()),
        (None, [only]) => Ok(only.id.clone()),
        (None, _) => {
            Err(Problem::invalid(path, say("zeg bij welk moment dit hoort", "say to which moment this belongs")).into())
        }
    }
}

fn check_mark(ctx: &Ctx, from: &Sender, mark: &Mark) -> Result<Accepted, Refusal> {
    known("/mark/category", &ctx.config.categories, Some(&mark.category))?;
    known("/mark/subject", &ctx.config.subjects, mark.subject.as_deref())?;
    known("/mark/tone", &ctx.config.tones, mark.tone.as_deref())?;
    let session = session(ctx, "mark", mark.session.as_deref())?;
    let down = mark.delta.0 < 0;
    if down && !ctx.config.allow_minus {
        let text = say("trek een teken in om het te schrappen", "withdraw a mark to strike it");
        return Err(Problem::invalid("/mark/delta", text).into());
    }
    let slot = mark.mark_id.clone().unwrap_or_else(|| next(&ctx.contributions, from));
    let others: Vec<&Contribution<Entry>> =
        ctx.contributions.iter().filter(|one| one.by() == from.participant && one.slot != slot).collect();
    let count = running(others.into_iter()).get(&key(&from.participant, &session, mark)).copied().unwrap_or(0);
    if down && count < mark.times {
        let text = say("er staan niet zoveel tekens", "there are not that many marks");
        return Err(Problem::new("BELOW_ZERO", text).at("/mark/delta").into());
    }
    Ok(Accepted::slot(&slot).with("session", &session).with("delta", mark.delta.0).with("mark_id", &slot))
}

/// The next free number of this observer.
fn next(all: &[Contribution<Entry>], from: &Sender) -> String {
    let own = all.iter().filter(|one| one.by() == from.participant && matches!(one.entry, Entry::Mark(_)));
    let last = own.filter_map(|one| one.slot.strip_prefix('m').and_then(|number| number.parse::<u64>().ok())).max();
    format!("m{}", last.unwrap_or(0).saturating_add(1))
}

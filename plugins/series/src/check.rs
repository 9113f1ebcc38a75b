//! Which talks, notes and values are accepted.

use draaiboek_sdk::{Accepted, Context, Date, Problem, Refusal, Say, Sender, Table, say};

use crate::roster::{Subject, roster};
use crate::{Attempt, Done, Entry, Join, Leave, Note, Plan, Series, Skip, Value, round_at};

type Ctx = Context<Series>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    let roster = roster(ctx, &ctx.contributions)?;
    let door = Door { ctx, from, roster: &roster };
    Ok(match entry {
        Entry::Plan(plan) => door.plan(plan)?,
        Entry::Done(done) => door.done(done)?,
        Entry::Skip(skip) => door.skip(skip)?,
        Entry::Attempt(attempt) => door.attempt(attempt)?,
        Entry::Join(join) => door.join(join)?,
        Entry::Leave(leave) => door.leave(leave)?,
        Entry::PrivateNote(note) => door.note(note)?,
        Entry::Value(value) => door.value(value)?,
    })
}

const TO_COME: Say = say("deze dag moet nog komen", "this day is still to come");

/// What every check needs.
struct Door<'a> {
    ctx: &'a Ctx,
    from: &'a Sender,
    roster: &'a Table<Subject>,
}

impl Door<'_> {
    /// The subject, if it is on the roster that day and the sender holds its talks.
    fn subject(&self, path: &str, id: &str, day: Date) -> Result<&Subject, Problem> {
        let subject = self.roster.get(id).filter(|subject| subject.until.is_none_or(|until| day <= until));
        let Some(subject) = subject else {
            let text = say("staat niet (meer) op de lijst", "is not on the list (any more)");
            return Err(Problem::new("NOT_ON_ROSTER", text).at(path).arg(id));
        };
        self.conductor()?;
        if !subject.belongs_to(self.from) {
            return Err(Problem::not_allowed(say("een collega volgt deze op", "a colleague looks after this one")));
        }
        Ok(subject)
    }

    fn conductor(&self) -> Result<(), Problem> {
        if self.roster.has(&self.from.participant) || !self.ctx.is_named(&self.ctx.config.conductor.0, self.from) {
            return Err(Problem::not_allowed(say(
                "alleen wie de gesprekken voert vult dit in",
                "only who holds the talks fills this in",
            )));
        }
        Ok(())
    }

    /// The named round, or the one of that day.
    fn round(&self, path: &str, named: Option<&String>, day: Date) -> Result<String, Problem> {
        let rounds = &self.ctx.config.rounds;
        let found = match named {
            Some(id) => rounds.iter().find(|round| round.id == *id),
            None => round_at(rounds, day),
        };
        let missing = || Problem::invalid(path, say("deze ronde bestaat niet", "there is no such round"));
        found.map(|round| round.id.clone()).ok_or_else(missing)
    }

    fn past(&self, path: &str, day: Date) -> Result<Date, Problem> {
        if day > self.ctx.today { Err(Problem::invalid(path, TO_COME)) } else { Ok(day) }
    }

    fn plan(&self, plan: &Plan) -> Result<Accepted, Problem> {
        self.subject("/plan/subject", &plan.subject, self.ctx.today)?;
        let Some(date) = self.ctx.calendar.next_school_day(plan.date) else {
            let text = say("na deze dag is er geen school meer dit jaar", "there is no school day left this year");
            return Err(Problem::invalid("/plan/date", text));
        };
        let round = self.round("/plan/round", plan.round.as_ref(), date)?;
        let accepted = Accepted::shared(format!("{}/{round}", plan.subject)).with("round", round).with("date", date);
        if date == plan.date {
            return Ok(accepted);
        }
        let text =
            (format!("verplaatst naar {date}: eerst is er geen school"), format!("moved to {date}, a school day"));
        Ok(accepted.warn("MOVED", text))
    }

    /// Told twice changes nothing: day and teller stay those of the first time.
    fn done(&self, done: &Done) -> Result<Accepted, Problem> {
        let date = self.past("/done/date", done.date.unwrap_or(self.ctx.today))?;
        self.subject("/done/subject", &done.subject, date)?;
        let round = self.round("/done/round", done.round.as_ref(), date)?;
        let slot = format!("{}/{round}", done.subject);
        let earlier = self.ctx.contributions.iter().find_map(|one| match &one.entry {
            Entry::Done(earlier) if one.slot == slot => Some((one, earlier)),
            _ => None,
        });
        let accepted = Accepted::shared(slot).with("round", round);
        let Some((one, earlier)) = earlier else {
            return Ok(accepted.with("date", date).with("by", &self.from.participant));
        };
        let share = done.share.as_ref().or(earlier.share.as_ref());
        let accepted = match share {
            Some(share) => accepted.with("share", share),
            None => accepted,
        };
        let by = earlier.by.clone().unwrap_or_else(|| one.by().to_owned());
        let accepted = accepted.with("date", earlier.date.unwrap_or(one.day)).with("by", by);
        if earlier.date == Some(date) {
            return Ok(accepted);
        }
        let text =
            say("dit gesprek was al gemeld: de eerste datum blijft", "this talk was told before: the first date stays");
        Ok(accepted.warn("ALREADY_DONE", text))
    }

    fn skip(&self, skip: &Skip) -> Result<Accepted, Problem> {
        self.subject("/skip/subject", &skip.subject, self.ctx.today)?;
        let round = self.round("/skip/round", skip.round.as_ref(), self.ctx.today)?;
        Ok(Accepted::shared(format!("{}/{round}", skip.subject)).with("round", round))
    }

    fn attempt(&self, attempt: &Attempt) -> Result<Accepted, Problem> {
        let date = self.past("/attempt/date", attempt.date.unwrap_or(self.ctx.today))?;
        self.subject("/attempt/subject", &attempt.subject, date)?;
        let round = self.round("/attempt/round", attempt.round.as_ref(), date)?;
        let slot = format!("{}/{round}/{date}", attempt.subject);
        Ok(Accepted::shared(slot).with("round", round).with("date", date))
    }

    fn join(&self, join: &Join) -> Result<Accepted, Problem> {
        self.conductor()?;
        Ok(Accepted::shared(&join.subject).with("date", join.date.unwrap_or(self.ctx.today)))
    }

    fn leave(&self, leave: &Leave) -> Result<Accepted, Problem> {
        self.subject("/leave/subject", &leave.subject, self.ctx.calendar.from)?;
        Ok(Accepted::shared(&leave.subject).with("date", leave.date.unwrap_or(self.ctx.today)))
    }

    fn note(&self, note: &Note) -> Result<Accepted, Problem> {
        if !self.ctx.config.private_notes {
            let text = say("bij deze reeks horen geen notities", "there are no notes in this series");
            return Err(Problem::invalid("/private_note", text));
        }
        self.subject("/private_note/subject", &note.subject, self.ctx.calendar.from)?;
        if note.text.is_none() && note.answers.values().all(String::is_empty) {
            return Err(Problem::invalid("/private_note/text", say("schrijf iets op", "write something")));
        }
        let round = self.round("/private_note/round", note.round.as_ref(), self.ctx.today)?;
        Ok(Accepted::slot(format!("{}/{round}", note.subject)).with("round", round))
    }

    fn value(&self, value: &Value) -> Result<Accepted, Problem> {
        let Some(watch) = &self.ctx.config.watch else {
            return Err(Problem::invalid(
                "/value",
                say("hier worden geen waarden gevraagd", "no values are asked here"),
            ));
        };
        let date = self.past("/value/date", value.date.unwrap_or(self.ctx.today))?;
        if value.subject != self.from.participant || !self.roster.has(&value.subject) {
            self.subject("/value/subject", &value.subject, date)?;
        }
        if !(watch.min..=watch.max).contains(&value.value) {
            let (min, max) = (watch.min, watch.max);
            let text = (format!("kies een waarde van {min} tot {max}"), format!("choose a value from {min} to {max}"));
            return Err(Problem::invalid("/value/value", text));
        }
        Ok(Accepted::shared(format!("{}/{date}", value.subject)).with("date", date))
    }
}

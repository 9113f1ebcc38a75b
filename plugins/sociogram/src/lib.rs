//! Step kind `sociogram` (domain.md H1.9): whom pupils choose and avoid, and the structure of the class that shows.
//! For the teacher and the named care coordinator only: no other audience gets any content, ever.

mod check;
mod fold;
mod graph;
mod roster;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, ToJson, entries,
    export, reads, say, words,
};

use fold::Picture;
use roster::Pupil;

/// The kind.
#[derive(Debug)]
pub struct Sociogram;

/// Whom to ask what, and who may look.
#[derive(Debug)]
pub struct Config {
    roster: Vec<Pupil>,
    questions: Vec<Question>,
    ask: Vec<String>,
    max_positive: Option<usize>,
    max_negative: Option<usize>,
    statement_confirmed: bool,
    viewers: Vec<String>,
    combine: Vec<String>,
    retention_days: i64,
}
reads!(Config {
    roster, questions, ask, max_positive, max_negative, statement_confirmed, viewers, combine, retention_days = 60,
});

impl Config {
    /// The questions that are asked: those chosen, or all.
    fn asked(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| self.ask.is_empty() || self.ask.contains(&question.id))
    }

    fn question(&self, id: &str) -> Option<&Question> {
        self.asked().find(|question| question.id == id)
    }

    /// How many may be named: what this class agreed, else what the question says, else the usual.
    fn max(&self, question: &Question) -> usize {
        let (agreed, usual) = match question.polarity {
            Polarity::Positive => (self.max_positive, 3),
            Polarity::Negative => (self.max_negative, 2),
        };
        agreed.or(question.max).unwrap_or(usual)
    }
}

/// A question, such as "with whom do you like to work?".
#[derive(Debug)]
struct Question {
    id: String,
    theme: String,
    polarity: Polarity,
    max: Option<usize>,
}
reads!(Question { id, theme = "all".to_owned(), polarity, max });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Polarity {
    Positive,
    Negative,
}
words!(Polarity { Positive = "+", Negative = "-" });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// The pupils were told that nothing is shared with the class.
    Statement(Statement),
    /// Whom a pupil names.
    Answer(Answer),
    /// A pupil who left the class.
    Leave(Leave),
}
entries!(Entry { Statement = "statement", Answer = "answer", Leave = "leave" });

/// The pupils were told that nothing is shared with the class.
#[derive(Debug)]
pub struct Statement {
    confirmed: bool,
}
reads!(Statement { confirmed });

/// Whom a pupil names on a question. An empty list is an answer too.
#[derive(Debug)]
pub struct Answer {
    pupil: Option<String>,
    question: String,
    nominated: Vec<String>,
}
reads!(Answer { pupil, question, nominated });

/// A pupil who left the class.
#[derive(Debug)]
pub struct Leave {
    pupil: String,
}
reads!(Leave { pupil });

impl StepKind for Sociogram {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        fold::fold(ctx, all)
    }

    fn count(picture: &Picture, _: usize) -> usize {
        picture.answered
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        if ctx.actor.as_ref().is_some_and(|reader| !may_look(ctx, picture, reader)) {
            return Projections::default();
        }
        Projections::default().to(&["facilitator"], picture.to_json())
    }

    fn conclude(_: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if picture.erased {
            return outcome;
        }
        if !picture.statement_confirmed {
            outcome.not_ready(unconfirmed());
        } else if picture.answered == 0 {
            let text = say("nog geen leerling heeft geantwoord", "no pupil has answered yet");
            outcome.not_ready(Problem::new("NOT_READY", text).arg("answers"));
        }
        outcome
    }
}

/// Who must never see the map by their role alone, whatever audience a workflow gives that role.
const NEVER: [&str; 3] = ["dir", "pup", "par"];

/// The named viewers; without any, who is given this picture. Never a pupil of the class, and those of [`NEVER`] only when
/// they are named in person, such as a head who teaches the class.
fn may_look(ctx: &Context<Sociogram>, picture: &Picture, reader: &Sender) -> bool {
    let in_person = ctx.config.viewers.contains(&reader.participant);
    let barred = reader.roles.iter().any(|role| NEVER.contains(&role.as_str()));
    !picture.is_member(&reader.participant) && (in_person || !barred && ctx.is_named(&ctx.config.viewers, reader))
}

fn unconfirmed() -> Problem {
    let text = say(
        "zeg eerst aan de klas dat niemand de antwoorden te zien krijgt, en bevestig dat hier",
        "first tell the class that nobody gets to see the answers, and confirm that here",
    );
    Problem::new("STATEMENT_NOT_CONFIRMED", text)
}

export!(Sociogram);

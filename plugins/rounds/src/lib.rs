//! Step kind `rounds` (domain.md H1.5): talk in ordered rounds, free or in turn, with kinds of contributions that must come first
//! or must all be there. Keeps who spoke and what; readers outside the talk see only that it was held.

mod check;
mod fold;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    Accepted, Context, Contribution, FromJson, Json, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind,
    Table, ToJson, entries, export, object, reads, say, words,
};

pub use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Rounds;

/// The rounds and the people.
#[derive(Debug)]
pub struct Config {
    rounds: Vec<Round>,
    people: Vec<String>,
    owner: Option<String>,
    facilitator: Option<String>,
    strict: TurnMode,
    order: Vec<String>,
    ordered: bool,
    artifact: Option<String>,
}
reads!(Config { rounds, people, owner, facilitator, strict: "turn_mode", order, ordered = true, artifact });

/// Whether people speak in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TurnMode {
    Free,
    Strict,
}
words!(TurnMode { Free = "free", Strict = "strict" });

/// One round.
#[derive(Debug)]
pub(crate) struct Round {
    id: String,
    kinds: Vec<Kind>,
    required_kinds: Vec<String>,
    first_kind: Option<String>,
    first_error: FirstError,
    who: Who,
    people: Vec<String>,
    min_entries: usize,
    pass: bool,
    about_required: bool,
    cover: Vec<String>,
    cover_error: CoverError,
}
reads!(Round {
    id, kinds, required_kinds, first_kind, first_error, who, people, min_entries = 1, pass, about_required, cover, cover_error,
});

/// Who must speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    All,
    AllButOwner,
    Owner,
    Listed,
    Nobody,
}
words!(Who { All = "all", AllButOwner = "all_but_owner", Owner = "owner", Listed = "listed", Nobody = "nobody" });

/// The word when something else comes before the first kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FirstError {
    PositiveFirst,
    Invalid,
}
words!(FirstError { PositiveFirst = "POSITIVE_FIRST", Invalid = "INVALID" });

/// The word when a kind of the round is lacking.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CoverError {
    BkcIncomplete,
    NotReady,
}
words!(CoverError { BkcIncomplete = "BKC_INCOMPLETE", NotReady = "NOT_READY" });

/// A kind of contribution in a round.
#[derive(Debug)]
pub(crate) struct Kind {
    id: String,
    by: By,
}

impl FromJson for Kind {
    fn from_json(json: Json) -> Self {
        let by = By::from_json(json.get("by").cloned().unwrap_or_default());
        Self { id: draaiboek_sdk::Named::from_json(json).id, by }
    }
}

/// Who may give a kind of contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    All,
    Owner,
    Facilitator,
}
words!(By { All = "all", Owner = "owner", Facilitator = "facilitator" });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// Something said.
    Said(Box<Said>),
    /// Nothing to say in this round.
    Pass(InRound),
    /// Who is there.
    Attendance(Attendance),
    /// The round is over.
    CloseRound(InRound),
}
entries!(Entry { Said = "entry", Pass = "pass", Attendance = "attendance", CloseRound = "close_round" });

/// Something said.
#[derive(Debug)]
pub struct Said {
    round: String,
    kind: Option<String>,
    text: String,
    about: Option<String>,
    entry_id: Option<String>,
}
reads!(Said { round, kind, text, about, entry_id });

/// A round.
#[derive(Debug)]
pub struct InRound {
    round: String,
}
reads!(InRound { round });

/// Whether somebody is there.
#[derive(Debug)]
pub struct Attendance {
    person: String,
    present: bool,
}
reads!(Attendance { person, present });

/// The kind of a contribution where a round names none.
pub(crate) const PLAIN: &str = "entry";

impl StepKind for Rounds {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        Ok(fold::fold(ctx, all))
    }

    fn count(picture: &Picture, _: usize) -> usize {
        picture.entries() + picture.passes()
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let held =
            object! {"held" => picture.entries() > 0, "entries" => picture.entries(), "current" => picture.current()};
        Projections::default()
            .to(&["facilitator", "contributor", "team"], picture.to_json())
            .to(&["policy", "school"], held)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        for state in &picture.rounds {
            if !state.missing.is_empty() {
                outcome.not_ready(round_open(&state.missing));
            }
            let round = ctx.config.rounds.iter().find(|round| round.id == state.id);
            if let Some(round) = round.filter(|_| !state.lacking.is_empty()) {
                let text = say("deze soorten inbreng ontbreken nog", "these kinds of contributions are still lacking");
                outcome.not_ready(Problem::new(round.cover_error.word(), text).args(&state.lacking));
            }
        }
        if let Some(name) = &ctx.config.artifact {
            outcome.artifact(name, picture.to_json().only(&["rounds", "counts", "present"]));
        }
        outcome
    }
}

pub(crate) fn round_open(missing: &[String]) -> Problem {
    let text = say("deze personen kwamen nog niet aan bod", "these people have not spoken yet");
    Problem::new("ROUND_OPEN", text).args(missing)
}

/// What was said, by kind.
pub(crate) type ByKind = Table<Vec<Json>>;

export!(Rounds);

//! Where every round stands.

use draaiboek_sdk::{Context, Contribution, Date, Json, Object, Refusal, Sender, Table, ToJson, object, words, writes};

use crate::roster::{Subject, roster};
use crate::watch::{Days, Watched, watched};
use crate::{Entry, Round, Series, round_at};

/// The picture. Notes and shared texts are kept out of the result; projections add them for those who may read them.
#[derive(Debug)]
pub struct Picture {
    rounds: Vec<Standing>,
    open: Table<Vec<String>>,
    skipped: Vec<Skipped>,
    planned: Vec<Planned>,
    talks: Vec<Talk>,
    held: u64,
    current: Option<String>,
    next_due: Option<Date>,
    attempts: Table<Table<u64>>,
    tried: Table<()>,
    subjects: Table<Subject>,
    present: Vec<String>,
    /// Who has not had a turn in a round that has begun.
    to_do: Vec<String>,
    watched: Watched,
    shared: Vec<Shared>,
    notes: Vec<Private>,
}

impl ToJson for Picture {
    fn to_json(&self) -> Json {
        let mut by_round = Object::default();
        self.rounds.iter().for_each(|round| by_round.set(&round.id, round.to_json()));
        object! {
            "rounds" => self.rounds, "by_round" => Json::Object(by_round), "open" => self.open,
            "skipped" => self.skipped,
            "planned" => self.planned, "talks" => self.talks, "held" => self.held,
            "open_count" => self.open.values().map(Vec::len).sum::<usize>(), "current" => self.current,
            "next_due" => self.next_due, "roster" => self.present, "subjects" => self.named(&self.present),
            "to_do" => self.named(&self.to_do), "attempts" => self.attempts, "tried" => names(&self.tried),
            "low" => self.watched.low(), "low_today" => self.watched.low_today,
            "low_often" => self.watched.low_often, "days" => self.watched.days,
        }
    }
}

/// A round and its counts.
#[derive(Debug)]
struct Standing {
    id: String,
    label: Option<Json>,
    from: Date,
    to: Date,
    /// Last day on which a talk of this round counts as carried over.
    limit: Date,
    state: State,
    roster: u64,
    done: u64,
    carried: u64,
    late_done: u64,
    open: u64,
    skipped: u64,
    reached: u64,
}
writes!(Standing { id, label, from, to, limit, state, roster, done, carried, late_done, open, skipped, reached });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    ToCome,
    Running,
    Carry,
    Over,
}
words!(State { ToCome = "to_come", Running = "running", Carry = "carry", Over = "over" });

/// A talk that was held.
#[derive(Debug, Clone)]
struct Talk {
    subject: String,
    round: String,
    date: Date,
    status: Status,
    by: String,
}
writes!(Talk { subject, round, date, status, by });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Done,
    Carried,
    LateDone,
}
words!(Status { Done = "done", Carried = "carried", LateDone = "late_done" });

#[derive(Debug, Clone)]
struct Skipped {
    subject: String,
    round: String,
    reason: String,
}
writes!(Skipped { subject, round, reason });

#[derive(Debug, Clone)]
struct Planned {
    subject: String,
    round: String,
    date: Date,
}
writes!(Planned { subject, round, date });

/// What may be passed on about a talk.
#[derive(Debug, Clone)]
struct Shared {
    subject: String,
    round: String,
    date: Date,
    text: String,
}
writes!(Shared { subject, round, date, text });

/// A note, for its author.
#[derive(Debug, Clone)]
struct Private {
    by: String,
    subject: String,
    round: Option<String>,
    text: Option<String>,
    answers: Table<String>,
}
writes!(Private { subject, round, text, answers });

impl Standing {
    /// Counts a talk: in time, within the days after the round, or later.
    fn held(&mut self, date: Date) -> Status {
        let (status, count) = if date <= self.to {
            (Status::Done, &mut self.done)
        } else if date <= self.limit {
            (Status::Carried, &mut self.carried)
        } else {
            (Status::LateDone, &mut self.late_done)
        };
        *count += 1;
        status
    }
}

impl Picture {
    /// Whether this is somebody on the roster, such as a pupil who looks.
    pub(crate) fn is_subject(&self, id: &str) -> bool {
        self.subjects.has(id)
    }

    /// These subjects with their labels, for the choices of forms.
    fn named(&self, ids: &[String]) -> Vec<Json> {
        let label = |id: &String| self.subjects.get(id).and_then(|subject| subject.label.clone());
        ids.iter().map(|id| object! {"id" => id, "label" => label(id)}).collect()
    }

    /// What everybody may see.
    pub(crate) fn counts(&self) -> Json {
        self.to_json().only(&["rounds", "by_round", "held", "open_count", "current", "next_due"])
    }

    /// The days with enough values.
    pub(crate) fn days_to_show(&self) -> Days {
        self.watched.days.iter().filter(|(_, day)| !day.held).cloned().collect()
    }

    /// Everything but texts and the watch.
    pub(crate) fn without_texts(&self) -> Json {
        let mut shown = self.to_json();
        for field in ["low", "low_today", "low_often"] {
            shown.set(field, Json::List(Vec::new()));
        }
        shown.set("skipped", Json::List(Vec::new()));
        shown
    }

    /// For who leads the series: all, with the shared texts and the reader's own notes.
    pub(crate) fn whole(&self, reader: Option<&Sender>) -> Json {
        let mut shown = self.to_json();
        shown.set("shared", &self.shared);
        shown.set("notes", self.notes_of(reader));
        shown
    }

    /// For who holds the talks: only own subjects, where subjects are divided.
    pub(crate) fn for_conductor(&self, reader: &Sender) -> Json {
        let own = |one: &Json| {
            let field = |name: &str| one.get(name).and_then(Json::as_text);
            let id = one.as_text().or_else(|| field("subject")).or_else(|| field("id"));
            id.and_then(|id| self.subjects.get(id)).is_some_and(|subject| subject.belongs_to(reader))
        };
        let whole = self.whole(None);
        let mut shown = self.counts();
        for field in ["talks", "planned", "skipped", "shared", "roster", "subjects", "to_do"] {
            shown.set(field, kept(whole.get(field), &own));
        }
        let mut open = Object::default();
        if let Some(Json::Object(rounds)) = whole.get("open") {
            rounds.iter().for_each(|(round, ids)| open.set(round, kept(Some(ids), &own)));
        }
        shown.set("open", Json::Object(open));
        shown.set("notes", self.notes_of(Some(reader)));
        shown.set("days", self.days_to_show());
        shown
    }

    fn notes_of(&self, reader: Option<&Sender>) -> Vec<&Private> {
        self.notes.iter().filter(|note| reader.is_some_and(|reader| reader.participant == note.by)).collect()
    }

    /// Rounds in which somebody has not had a turn.
    pub(crate) fn unfinished(&self) -> Vec<&str> {
        self.rounds.iter().filter(|round| round.open > 0).map(|round| round.id.as_str()).collect()
    }
}

/// The names of a table, as a list.
pub(crate) fn names(table: &Table<()>) -> Vec<String> {
    table.names().map(str::to_owned).collect()
}

/// The elements of a list that pass.
fn kept(list: Option<&Json>, pass: &dyn Fn(&Json) -> bool) -> Json {
    let mut kept = Vec::new();
    if let Some(Json::List(items)) = list {
        kept.extend(items.iter().filter(|item| pass(item)).cloned());
    }
    Json::List(kept)
}

/// What was told of one subject in one round.
#[derive(Debug, Default)]
struct Turn {
    done: Option<Held>,
    skipped: Option<String>,
    planned: Option<Date>,
    attempts: u64,
}

/// A talk as it was told.
#[derive(Debug)]
struct Held {
    date: Date,
    by: String,
    share: Option<String>,
}

/// What was told, by round and subject.
type Told = Table<Table<Turn>>;

pub(crate) fn fold(ctx: &Context<Series>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let subjects = roster(ctx, all)?;
    let mut picture = Picture {
        rounds: Vec::new(),
        open: Table::default(),
        skipped: Vec::new(),
        planned: Vec::new(),
        talks: Vec::new(),
        held: 0,
        current: None,
        next_due: None,
        attempts: Table::default(),
        tried: Table::default(),
        present: subjects.values().filter(|subject| !subject.gone(ctx.today)).map(|s| s.id.clone()).collect(),
        to_do: Vec::new(),
        watched: watched(ctx, all, &subjects),
        shared: Vec::new(),
        notes: notes(all),
        subjects: Table::default(),
    };
    let told = told(ctx, all);
    for round in &ctx.config.rounds {
        picture.stand(ctx, round, &subjects, told.get(&round.id));
    }
    picture.subjects = subjects;
    picture.close(ctx);
    Ok(picture)
}

impl Picture {
    /// Adds a round: one status per subject; done beats skip; who left before a turn is not in it.
    fn stand(&mut self, ctx: &Context<Series>, round: &Round, subjects: &Table<Subject>, told: Option<&Table<Turn>>) {
        let carry = ctx.calendar.plus_school_days(round.to, ctx.config.carry_over_days);
        let mut standing = blank(ctx.today, round, carry.unwrap_or(ctx.calendar.to.max(round.to)));
        let mut open = Vec::new();
        let nothing = Turn::default();
        for subject in subjects.values() {
            let turn = told.and_then(|told| told.get(&subject.id)).unwrap_or(&nothing);
            if let Some(held) = &turn.done {
                let status = standing.held(held.date);
                self.talk(status, &round.id, &subject.id, held);
            } else if let Some(reason) = &turn.skipped {
                standing.skipped += 1;
                let (subject, round) = (subject.id.clone(), round.id.clone());
                self.skipped.push(Skipped { subject, round, reason: reason.clone() });
            } else if subject.from.is_none_or(|from| from <= round.to)
                && !subject.gone(ctx.today)
                && !subject.gone(round.from)
            {
                standing.open += 1;
                open.push(subject.id.clone());
                self.wait(ctx, &round.id, &subject.id, turn);
            }
        }
        standing.reached = standing.done + standing.carried + standing.late_done;
        standing.roster = standing.reached + standing.open + standing.skipped;
        self.held += standing.reached;
        self.open.set(&round.id, open);
        self.rounds.push(standing);
    }

    fn talk(&mut self, status: Status, round: &str, subject: &str, held: &Held) {
        let (subject, round, date) = (subject.to_owned(), round.to_owned(), held.date);
        if let Some(text) = &held.share {
            self.shared.push(Shared { subject: subject.clone(), round: round.clone(), date, text: text.clone() });
        }
        self.talks.push(Talk { subject, round, date, status, by: held.by.clone() });
    }

    /// What is known of a turn that is still to come.
    fn wait(&mut self, ctx: &Context<Series>, round: &str, subject: &str, turn: &Turn) {
        if let Some(date) = turn.planned {
            self.planned.push(Planned { subject: subject.to_owned(), round: round.to_owned(), date });
        }
        if turn.attempts > 0 {
            self.attempts.at(round).set(subject, turn.attempts);
        }
        if turn.attempts >= ctx.config.max_attempts {
            self.tried.set(subject, ());
        }
    }

    /// What follows from the rounds together.
    fn close(&mut self, ctx: &Context<Series>) {
        let today = ctx.today;
        let running = self.rounds.iter().filter(|round| round.state == State::Running);
        self.current = running.max_by_key(|round| round.from).map(|round| round.id.clone());
        let unfinished = self.rounds.iter().filter(|round| round.open > 0);
        let mut to_do: Table<()> = Table::default();
        for round in self.rounds.iter().filter(|round| round.state != State::ToCome) {
            self.open.get(&round.id).into_iter().flatten().for_each(|id| to_do.set(id, ()));
        }
        self.to_do = names(&to_do);
        let due = |round: &Standing| if today <= round.to { round.to } else { round.limit };
        self.next_due = unfinished.map(due).filter(|due| *due >= today).min();
    }
}

fn blank(today: Date, round: &Round, limit: Date) -> Standing {
    let state = if today < round.from {
        State::ToCome
    } else if today <= round.to {
        State::Running
    } else if today <= limit {
        State::Carry
    } else {
        State::Over
    };
    Standing {
        id: round.id.clone(),
        label: round.label.clone(),
        from: round.from,
        to: round.to,
        limit,
        state,
        roster: 0,
        done: 0,
        carried: 0,
        late_done: 0,
        open: 0,
        skipped: 0,
        reached: 0,
    }
}

/// Sorts what was told by round and subject. Slots leave one of each; the round was fixed by `check`.
fn told(ctx: &Context<Series>, all: &[Contribution<Entry>]) -> Told {
    let mut told = Told::default();
    for one in all {
        let (round, subject, day) = match &one.entry {
            Entry::Done(done) => (&done.round, &done.subject, done.date.unwrap_or(one.day)),
            Entry::Skip(skip) => (&skip.round, &skip.subject, one.day),
            Entry::Plan(plan) => (&plan.round, &plan.subject, plan.date),
            Entry::Attempt(attempt) => (&attempt.round, &attempt.subject, attempt.date.unwrap_or(one.day)),
            Entry::Join(_) | Entry::Leave(_) | Entry::PrivateNote(_) | Entry::Value(_) => continue,
        };
        let begun = || round_at(&ctx.config.rounds, day).map(|round| round.id.as_str());
        let Some(round) = round.as_deref().or_else(begun) else { continue };
        let turn = told.at(round).at(subject);
        match &one.entry {
            Entry::Done(done) => {
                let by = done.by.clone().unwrap_or_else(|| one.by().to_owned());
                turn.done = Some(Held { date: day, by, share: done.share.clone() });
            }
            Entry::Skip(skip) => turn.skipped = Some(skip.reason.clone()),
            Entry::Plan(_) => turn.planned = Some(day),
            _ => turn.attempts += 1,
        }
    }
    told
}

/// The notes, in an order that does not tell when they were written.
fn notes(all: &[Contribution<Entry>]) -> Vec<Private> {
    let mut notes: Table<Private> = Table::default();
    for one in all {
        if let Entry::PrivateNote(note) = &one.entry {
            let private = Private {
                by: one.by().to_owned(),
                subject: note.subject.clone(),
                round: note.round.clone(),
                text: note.text.clone(),
                answers: note.answers.clone(),
            };
            notes.set(&format!("{}/{}", one.by(), one.slot), private);
        }
    }
    notes.into_iter().map(|(_, note)| note).collect()
}

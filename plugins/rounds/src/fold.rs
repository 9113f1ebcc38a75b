//! Who spoke, who must still, whose turn it is. The one place that looks at the order of contributions.

use draaiboek_sdk::{Context, Contribution, Json, Table, ToJson, object, writes};

use crate::{By, ByKind, Entry, PLAIN, Round, Rounds, Said, TurnMode, Who};

type Ctx = Context<Rounds>;

/// The result.
#[derive(Debug)]
pub struct Picture {
    pub(crate) rounds: Vec<State>,
    present: Vec<String>,
    absent: Vec<String>,
}

/// How one round stands.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub id: String,
    pub kinds: ByKind,
    counts: Table<u64>,
    pub spoke: Vec<String>,
    pub passed: Vec<String>,
    /// Who must speak and did not, in the order of speaking.
    pub missing: Vec<String>,
    pub lacking: Vec<String>,
    pub turn: Option<String>,
    pub closed: bool,
    complete: bool,
    /// Kinds that each person has given, in order.
    pub given: Table<Vec<String>>,
}
writes!(State { kinds, counts, spoke, passed, missing, lacking, turn, closed, complete });

pub(crate) fn fold(ctx: &Ctx, all: &[Contribution<Entry>]) -> Picture {
    let mut attendance: Table<bool> = Table::default();
    for one in all {
        if let Entry::Attendance(entry) = &one.entry {
            attendance.set(&entry.person, entry.present);
        }
    }
    let here = |wanted: bool| {
        attendance.iter().filter(move |(_, present)| *present == wanted).map(|(person, _)| person.clone())
    };
    let (present, absent): (Vec<String>, Vec<String>) = (here(true).collect(), here(false).collect());
    let people = people(ctx, &present, &absent);
    let rounds = ctx.config.rounds.iter().map(|round| state(ctx, round, &people, all)).collect();
    Picture { rounds, present, absent }
}

/// Who takes part, in the order of speaking: the configured people (without those who left), else everybody invited, else
/// whoever was marked present. Somebody who is absent or has left is asked for nothing more (L14).
fn people(ctx: &Ctx, present: &[String], absent: &[String]) -> Vec<String> {
    let invited = ctx.invited.as_deref();
    let listed: Vec<String> = match invited {
        _ if !ctx.config.people.is_empty() => {
            let stayed = |person: &&String| invited.is_none_or(|invited| invited.contains(person));
            ctx.config.people.iter().filter(stayed).cloned().collect()
        }
        Some(invited) => invited.to_vec(),
        None => present.to_vec(),
    };
    let mut people: Vec<String> = Vec::new();
    let first = ctx.config.order.iter().filter(|person| listed.contains(person));
    for person in first.chain(&listed) {
        if !absent.contains(person) && !people.contains(person) {
            people.push(person.clone());
        }
    }
    people
}

/// Who must speak in a round.
fn required(ctx: &Ctx, round: &Round, people: &[String]) -> Vec<String> {
    let owner = ctx.config.owner.as_deref();
    let must = |person: &&String| match round.who {
        Who::All => true,
        Who::AllButOwner => Some(person.as_str()) != owner,
        Who::Owner => Some(person.as_str()) == owner,
        Who::Listed => round.people.contains(person),
        Who::Nobody => false,
    };
    let mut required: Vec<String> = people.iter().filter(must).cloned().collect();
    // The owner is asked even where only the others were invited.
    if let (Who::Owner, Some(owner)) = (round.who, owner)
        && required.is_empty()
    {
        required.push(owner.to_owned());
    }
    required
}

fn state(ctx: &Ctx, round: &Round, people: &[String], all: &[Contribution<Entry>]) -> State {
    let mut state = State { id: round.id.clone(), ..State::default() };
    for kind in &round.kinds {
        state.kinds.at(&kind.id);
        state.counts.at(&kind.id);
    }
    for one in all {
        match &one.entry {
            Entry::Said(said) if said.round == round.id => state.hear(one, said),
            Entry::Pass(pass) if pass.round == round.id => state.passed.push(one.by().to_owned()),
            Entry::CloseRound(close) if close.round == round.id => state.closed = true,
            _ => {}
        }
    }
    state.passed.sort();
    let spoke = |given: &Vec<String>| {
        given.len() >= round.min_entries && round.required_kinds.iter().all(|kind| given.contains(kind))
    };
    state.spoke = state.given.iter().filter(|(_, given)| spoke(given)).map(|(person, _)| person.clone()).collect();
    let done = |person: &String| state.spoke.contains(person) || state.passed.contains(person);
    state.missing = required(ctx, round, people).into_iter().filter(|person| !done(person)).collect();
    state.lacking = round.cover.iter().filter(|kind| state.counts.get(kind).is_none_or(|n| *n == 0)).cloned().collect();
    state.turn = state.missing.first().filter(|_| ctx.config.strict == TurnMode::Strict).cloned();
    state.complete = state.missing.is_empty() && state.lacking.is_empty();
    state
}

impl State {
    fn hear(&mut self, one: &Contribution<Entry>, said: &Said) {
        let kind = said.kind.as_deref().unwrap_or(PLAIN);
        let row = object! {"id" => one.slot, "by" => one.by(), "text" => said.text, "about" => said.about};
        self.kinds.at(kind).push(row);
        *self.counts.at(kind) += 1;
        self.given.at(one.by()).push(kind.to_owned());
    }
}

impl Round {
    /// The kind of a contribution, if the round knows it; the only kind where none is named.
    pub(crate) fn kind<'a>(&'a self, named: Option<&'a str>) -> Option<(&'a str, By)> {
        match named {
            None if self.kinds.is_empty() => Some((PLAIN, By::All)),
            None => self.kinds.first().filter(|_| self.kinds.len() == 1).map(|kind| (kind.id.as_str(), kind.by)),
            Some(PLAIN) if self.kinds.is_empty() => Some((PLAIN, By::All)),
            Some(named) => self.kinds.iter().find(|kind| kind.id == named).map(|kind| (kind.id.as_str(), kind.by)),
        }
    }
}

impl Picture {
    pub(crate) fn state(&self, round: &str) -> Option<&State> {
        self.rounds.iter().find(|state| state.id == round)
    }

    pub(crate) fn entries(&self) -> usize {
        self.rounds.iter().flat_map(|state| state.kinds.values()).map(Vec::len).sum()
    }

    pub(crate) fn passes(&self) -> usize {
        self.rounds.iter().map(|state| state.passed.len()).sum()
    }

    /// The first round that is not over.
    pub(crate) fn current(&self) -> Option<&str> {
        self.rounds.iter().find(|state| !state.over()).map(|state| state.id.as_str())
    }
}

impl State {
    /// Everybody spoke and somebody closed it; or everybody spoke and a later round may begin.
    fn over(&self) -> bool {
        self.complete && (self.closed || !self.given.is_empty() || !self.passed.is_empty())
    }
}

impl ToJson for Picture {
    fn to_json(&self) -> Json {
        let rounds: Table<Json> = self.rounds.iter().map(|state| (state.id.clone(), state.to_json())).collect();
        let mut counts: Table<u64> = Table::default();
        let mut missing: Vec<&String> = Vec::new();
        for state in &self.rounds {
            state.counts.iter().for_each(|(kind, n)| *counts.at(kind) += n);
            missing.extend(&state.missing);
        }
        missing.sort();
        missing.dedup();
        let turn = self.rounds.iter().find(|state| !state.over()).and_then(|state| state.turn.as_ref());
        object! {
            "rounds" => rounds, "current" => self.current(), "turn" => turn, "missing" => missing, "counts" => counts,
            "entries" => self.entries(), "passes" => self.passes(), "present" => self.present, "absent" => self.absent,
        }
    }
}

//! What the host tells a plugin with every call: typed configuration, inputs, calendar, people, contributions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::calendar::{Calendar, Date};
use crate::kind::StepKind;
use crate::order::Chance;
use crate::problem::Problem;
use crate::text::say;

/// The world of one call. The same context and contributions give the same answer (L1).
#[derive(Debug)]
pub struct Context<K: StepKind + ?Sized> {
    /// The step's configuration.
    pub config: K::Config,
    /// Earlier results, artifacts and checks, by the names the workflow gives them.
    pub inputs: Map<String, Value>,
    /// Who asks; in `check` the sender, in `summarise` the reader if there is one.
    pub actor: Option<Sender>,
    /// Language of the reader, `nl` or `en`.
    pub locale: String,
    /// Local civil time of the call, `2026-10-02T12:20:00`.
    pub now: String,
    /// The day of `now`.
    pub today: Date,
    /// The school year.
    pub calendar: Calendar,
    /// Who the task is for, without those who left or are absent (L14); `None` when that is not known.
    pub invited: Option<Vec<String>>,
    /// The contributions in force; filled in `check` only for entries that ask for them.
    pub contributions: Vec<Contribution<K::Entry>>,
    counts: BTreeMap<String, Tally>,
    seed: u64,
}

impl<K: StepKind + ?Sized> Context<K> {
    /// What the host counted of one entry kind over everything received.
    #[must_use]
    pub fn tally(&self, entry: &str) -> Option<Tally> {
        self.counts.get(entry).copied()
    }

    /// Chance from the host's seed.
    #[must_use]
    pub fn chance(&self) -> Chance {
        Chance::new(self.seed)
    }

    /// The seed as text, to mix into fingerprints that must not be guessable from outside the step.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// An input read as `T`; `None` when it is absent.
    ///
    /// # Errors
    /// `INVALID` at `/inputs/NAME` when it is there but not of that form.
    pub fn input<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(value) = self.inputs.get(name).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        serde_json::from_value(value.clone()).map(Some).map_err(|error| {
            let text = (format!("de invoer past niet: {error}"), format!("the input does not fit: {error}"));
            Problem::invalid(format!("/inputs/{name}"), text)
        })
    }

    /// Whether the person may act: is named, or has one of the named roles. An empty list names everybody.
    #[must_use]
    pub fn is_named(&self, names: &[String], from: &Sender) -> bool {
        names.is_empty() || names.iter().any(|name| *name == from.participant || from.roles.contains(name))
    }
}

/// Who sent a contribution.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sender {
    /// Person, or pseudonym in an anonymous step.
    pub participant: String,
    /// Roles in this instance.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The group or team for which the person speaks.
    #[serde(default)]
    pub group: Option<String>,
    /// Local time of sending; the day only in an anonymous step.
    #[serde(default)]
    pub at: String,
}

/// The host's count of one entry kind over everything received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Tally {
    /// Received in all.
    pub submitted: u64,
    /// Taken back while the step was open.
    #[serde(default)]
    pub withdrawn: u64,
    /// After the close and not admitted.
    #[serde(default)]
    pub late: u64,
}

/// A contribution in force: latest revision, not withdrawn, on time or admitted.
#[derive(Debug, Clone)]
pub struct Contribution<E> {
    /// Its id.
    pub id: String,
    /// Host sequence number.
    pub seq: u64,
    /// The typed content.
    pub entry: E,
    /// The slot `check` gave it.
    pub slot: String,
    /// Who sent it.
    pub from: Sender,
    /// The day on which it was sent; the first day of the calendar when the host does not say.
    pub day: Date,
    /// Late, but admitted by a facilitator (L5).
    pub admitted_late: bool,
}

impl<E> Contribution<E> {
    /// The sender's person or pseudonym.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.from.participant
    }

    /// The sender's group.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.from.group.as_deref()
    }
}

/// The context as it travels.
#[derive(Debug, Deserialize)]
pub(crate) struct Wire {
    pub kind: String,
    #[serde(default)]
    pub config: Value,
    #[serde(default)]
    inputs: Map<String, Value>,
    #[serde(default)]
    actor: Option<Sender>,
    #[serde(default)]
    locale: String,
    #[serde(default)]
    now: String,
    today: Date,
    calendar: Calendar,
    #[serde(default)]
    seed: String,
    #[serde(default)]
    counts: BTreeMap<String, Tally>,
    #[serde(default)]
    invited: Option<Vec<String>>,
    #[serde(default)]
    contributions: Vec<WireContribution>,
}

/// A contribution as it travels to `summarise` and `conclude`.
#[derive(Debug, Deserialize)]
pub(crate) struct WireContribution {
    id: String,
    seq: u64,
    entry: String,
    #[serde(default)]
    slot: String,
    value: Value,
    participant: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    at: String,
    #[serde(default)]
    admitted_late: bool,
}

impl Wire {
    /// Stands in for days that the host does not tell.
    pub(crate) fn first_day(&self) -> Date {
        self.calendar.from
    }

    /// Types configuration and contributions for a kind.
    pub(crate) fn typed<K: StepKind + ?Sized>(self) -> Result<Context<K>, Problem> {
        let config = serde_json::from_value(self.config).map_err(|error| unfit("/config", &error))?;
        let contributions = typed(self.contributions, self.calendar.from)?;
        Ok(Context {
            config,
            inputs: self.inputs,
            actor: self.actor,
            locale: self.locale,
            now: self.now,
            today: self.today,
            calendar: self.calendar,
            invited: self.invited,
            contributions,
            counts: self.counts,
            seed: self.seed.parse().unwrap_or(0),
        })
    }
}

/// Types the contributions, in order of sequence number whatever order they came in (L7).
pub(crate) fn typed<E: DeserializeOwned>(
    wire: Vec<WireContribution>,
    first_day: Date,
) -> Result<Vec<Contribution<E>>, Problem> {
    let mut all = Vec::with_capacity(wire.len());
    for one in wire {
        let entry = entry(&one.entry, one.value).map_err(|error| unfit(&format!("/{}", one.id), &error))?;
        let day = Date::parse(&one.at).unwrap_or(first_day);
        let from = Sender { participant: one.participant, roles: one.roles, group: one.group, at: one.at };
        let (id, seq, slot, admitted_late) = (one.id, one.seq, one.slot, one.admitted_late);
        all.push(Contribution { id, seq, entry, slot, from, day, admitted_late });
    }
    all.sort_by_key(|contribution| contribution.seq);
    Ok(all)
}

/// Types one payload.
pub(crate) fn entry<E: DeserializeOwned>(name: &str, value: Value) -> Result<E, serde_json::Error> {
    let mut payload = Map::new();
    payload.insert(name.to_owned(), value);
    serde_json::from_value(Value::Object(payload))
}

/// A document of the host or of an earlier version that cannot be read.
pub(crate) fn unfit(path: &str, error: &serde_json::Error) -> Problem {
    let known = say("dit kan niet gelezen worden", "this cannot be read");
    Problem::invalid(path, (format!("{}: {error}", known.nl), format!("{}: {error}", known.en)))
}

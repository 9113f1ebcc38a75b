//! What the host tells a plugin with every call: typed configuration, inputs, calendar, people, contributions.

use crate::calendar::{Calendar, Date};
use crate::doc::{Doc, date_of, items, not_readable};
use crate::json::{Entry, FromJson, Json, Object};
use crate::kind::StepKind;
use crate::order::Chance;
use crate::problem::{Problem, Refusal};
use crate::shape::{Shape, fit};
use crate::table::Table;

/// The world of one call. The same context and contributions give the same answer (L1).
#[derive(Debug)]
pub struct Context<K: StepKind + ?Sized> {
    /// The step's configuration.
    pub config: K::Config,
    /// Earlier results, artifacts and checks, by the names the workflow gives them.
    pub inputs: Object,
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
    /// Whether the step was concluded.
    pub closed: bool,
    /// Who stands behind a contribution, as the workflow says of the step: `named`, `pseudonymous` or `anonymous`.
    pub identity: Option<String>,
    /// The anonymity threshold that the workflow gives the step.
    pub k: Option<u64>,
    counts: Table<Tally>,
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

    /// The anonymity threshold (L6): what the configuration says, else the workflow, else 5; never below 3.
    #[must_use]
    pub fn threshold(&self, configured: Option<u64>) -> u64 {
        configured.or(self.k).unwrap_or(crate::privacy::K).max(crate::privacy::K_FLOOR)
    }

    /// The seed as text, to mix into fingerprints that must not be guessable from outside the step.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// An input read as `T`; `None` when it is absent. Fields that the shape does not name are left aside: inputs are
    /// results of other steps, which may grow.
    ///
    /// # Errors
    /// `INVALID` with the path (`/ctx/inputs/NAME/...`) where it does not fit the shape.
    pub fn input<T: FromJson>(&self, name: &str, shape: &'static Shape) -> Result<Option<T>, Refusal> {
        let Some(value) = self.inputs.get(name).filter(|value| **value != Json::Null) else {
            return Ok(None);
        };
        let value = fit(shape, &format!("/ctx/inputs/{name}"), value.clone())?;
        Ok(Some(T::from_json(value)))
    }

    /// Whether the person may act: is named, or has one of the named roles. An empty list names everybody.
    #[must_use]
    pub fn is_named(&self, names: &[String], from: &Sender) -> bool {
        names.is_empty() || names.iter().any(|name| *name == from.participant || from.roles.contains(name))
    }
}

/// Who sent a contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Person, or pseudonym in an anonymous step.
    pub participant: String,
    /// Roles in this instance.
    pub roles: Vec<String>,
    /// The group or team for which the person speaks.
    pub group: Option<String>,
    /// Local time of sending; the day only in an anonymous step.
    pub at: String,
}

/// The host's count of one entry kind over everything received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Received in all.
    pub submitted: u64,
    /// Taken back while the step was open.
    pub withdrawn: u64,
    /// After the close and not admitted.
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

/// The context as it travels, configuration and contributions not yet typed.
#[derive(Debug)]
pub(crate) struct Wire {
    pub kind: String,
    pub config: Json,
    pub calendar: Calendar,
    inputs: Object,
    actor: Option<Sender>,
    locale: String,
    now: String,
    today: Date,
    seed: u64,
    counts: Table<Tally>,
    invited: Option<Vec<String>>,
    contributions: Vec<WireContribution>,
    closed: bool,
    identity: Option<String>,
    k: Option<u64>,
}

/// A contribution as it travels to `summarise` and `conclude`.
#[derive(Debug)]
pub(crate) struct WireContribution {
    id: String,
    seq: u64,
    entry: String,
    slot: String,
    value: Json,
    from: Sender,
    admitted_late: bool,
}

impl Wire {
    /// Reads the first argument of the contract's functions.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        let mut ctx = Doc::parse("/ctx", text)?;
        let calendar_path = ctx.place("calendar");
        Ok(Self {
            kind: ctx.text("kind")?,
            config: ctx.take("config").unwrap_or_else(|| Json::Object(Object::default())),
            calendar: calendar(Doc::of(&calendar_path, ctx.required("calendar")?)?)?,
            inputs: ctx.object("inputs")?,
            actor: ctx.take("actor").map(|actor| Sender::read(&mut Doc::of("/ctx/actor", actor)?)).transpose()?,
            locale: ctx.text_or_empty("locale")?,
            now: ctx.text_or_empty("now")?,
            today: ctx.date("today")?,
            // The seed is a text: not every JSON reader keeps 64 bits of a number.
            seed: ctx.text_or_empty("seed")?.parse().unwrap_or(0),
            counts: tallies(ctx.object("counts")?)?,
            invited: if ctx.has("invited") { Some(ctx.texts("invited")?) } else { None },
            contributions: WireContribution::all(ctx.items("contributions")?)?,
            closed: ctx.flag("closed"),
            identity: Some(ctx.text_or_empty("identity")?).filter(|identity| !identity.is_empty()),
            k: Some(ctx.count("k")?).filter(|k| *k > 0),
        })
    }

    /// Types configuration and contributions for a kind.
    pub(crate) fn typed<K: StepKind + ?Sized>(self) -> Result<Context<K>, Problem> {
        let config = K::Config::from_json(self.config);
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
            closed: self.closed,
            identity: self.identity,
            k: self.k,
            counts: self.counts,
            seed: self.seed,
        })
    }
}

impl Sender {
    pub(crate) fn read(doc: &mut Doc) -> Result<Self, Problem> {
        Ok(Self {
            participant: doc.text("participant")?,
            roles: doc.texts("roles")?,
            group: Some(doc.text_or_empty("group")?).filter(|group| !group.is_empty()),
            at: doc.text_or_empty("at")?,
        })
    }
}

impl WireContribution {
    /// Reads the elements of an array of contributions.
    pub(crate) fn all(items: Vec<(String, Json)>) -> Result<Vec<Self>, Problem> {
        items.into_iter().map(|(path, item)| Self::read(Doc::of(&path, item)?)).collect()
    }

    fn read(mut doc: Doc) -> Result<Self, Problem> {
        Ok(Self {
            id: doc.text("id")?,
            seq: doc.count("seq")?,
            entry: doc.text("entry")?,
            slot: doc.text_or_empty("slot")?,
            value: doc.required("value")?,
            from: Sender::read(&mut doc)?,
            admitted_late: doc.flag("admitted_late"),
        })
    }
}

fn calendar(mut doc: Doc) -> Result<Calendar, Problem> {
    let mut closed = Vec::new();
    for (path, period) in doc.items("closed")? {
        let mut days = Vec::new();
        for (path, day) in items(&path, period)? {
            days.push(date_of(&path, day)?);
        }
        let [first, last] = days[..] else { return Err(not_readable(&path)) };
        closed.push((first, last));
    }
    Ok(Calendar { from: doc.date("from")?, to: doc.date("to")?, closed })
}

fn tallies(counts: Object) -> Result<Table<Tally>, Problem> {
    let mut tallies = Table::default();
    for (entry, value) in counts {
        let mut doc = Doc::of(&format!("/ctx/counts/{entry}"), value)?;
        let (submitted, withdrawn, late) = (doc.count("submitted")?, doc.count("withdrawn")?, doc.count("late")?);
        tallies.set(&entry, Tally { submitted, withdrawn, late });
    }
    Ok(tallies)
}

/// Types the contributions, in order of sequence number whatever order they came in (L7).
pub(crate) fn typed<E: Entry>(wire: Vec<WireContribution>, first_day: Date) -> Result<Vec<Contribution<E>>, Problem> {
    let mut all = Vec::with_capacity(wire.len());
    for one in wire {
        let WireContribution { id, seq, entry, slot, value, from, admitted_late } = one;
        let entry = E::read(&entry, value).ok_or_else(|| not_readable(&format!("/{id}")))?;
        let day = Date::parse(&from.at).unwrap_or(first_day);
        all.push(Contribution { id, seq, entry, slot, from, day, admitted_late });
    }
    all.sort_by_key(|contribution| contribution.seq);
    Ok(all)
}

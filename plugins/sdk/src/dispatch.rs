//! From the four functions of the contract to the kinds of a plugin: JSON in, JSON out, no panic on any input.

use crate::context::{Sender, Wire, WireContribution, typed};
use crate::doc::{Doc, items, not_readable, parse};
use crate::json::{Entry, Json, ToJson};
use crate::kind::{Accepted, StepKind};
use crate::object;
use crate::problem::{Problem, Refusal};
use crate::schema::{API, COMMON_CONFIG, Spec};
use crate::shape::accept;
use crate::text::say;
use crate::wire::{Out, write};

/// A plugin: its name and its kinds. Made by [`crate::export!`].
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    id: &'static str,
    version: &'static str,
    kinds: &'static [Kind],
}

/// One kind, with the types erased.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    spec: &'static Spec,
    check: fn(Wire, Sender, &str, Json) -> Result<Json, Refusal>,
    summarise: fn(Wire, Vec<WireContribution>) -> Result<Json, Refusal>,
    conclude: fn(Wire, Vec<WireContribution>) -> Result<Json, Refusal>,
}

impl Kind {
    /// The table entry of a kind.
    #[must_use]
    pub const fn of<K: StepKind>() -> Self {
        Self { spec: K::SPEC, check: check::<K>, summarise: summarise::<K>, conclude: conclude::<K> }
    }
}

impl Plugin {
    /// Names the plugin. Called by [`crate::export!`].
    #[must_use]
    pub const fn new(id: &'static str, version: &'static str, kinds: &'static [Kind]) -> Self {
        Self { id, version, kinds }
    }

    /// Whether the texts of an entry are meant for the whole school.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn is_public(&self, kind: &str, entry: &str) -> bool {
        let mut entries =
            self.kinds.iter().filter(|known| known.spec.kind == kind).flat_map(|known| known.spec.entries);
        entries.any(|known| known.name == entry && known.public)
    }

    /// `manifest` of the contract.
    #[must_use]
    pub fn manifest(&self) -> String {
        let mut out = Out::default();
        out.open('{');
        for (key, text) in [("id", self.id), ("version", self.version), ("api", API)] {
            out.key(key);
            out.text(text);
        }
        out.key("kinds");
        out.open('[');
        self.kinds.iter().for_each(|kind| kind.spec.manifest(&mut out));
        out.close(']');
        out.close('}');
        out.finish()
    }

    /// `check` of the contract.
    ///
    /// # Errors
    /// `{"problems":[...]}` as JSON text.
    pub fn check(&self, ctx: &str, contribution: &str) -> Result<String, String> {
        answer(self.checked(ctx, contribution))
    }

    /// `summarise` of the contract.
    ///
    /// # Errors
    /// `{"problems":[...]}` as JSON text.
    pub fn summarise(&self, ctx: &str, contributions: &str) -> Result<String, String> {
        answer(self.opened(ctx).and_then(|(kind, wire)| (kind.summarise)(wire, read(contributions)?)))
    }

    /// `conclude` of the contract.
    ///
    /// # Errors
    /// `{"problems":[...]}` as JSON text.
    pub fn conclude(&self, ctx: &str, contributions: &str) -> Result<String, String> {
        answer(self.opened(ctx).and_then(|(kind, wire)| (kind.conclude)(wire, read(contributions)?)))
    }

    fn checked(&self, ctx: &str, contribution: &str) -> Result<Json, Refusal> {
        let (kind, wire) = self.opened(ctx)?;
        let mut incoming = Doc::parse("", contribution)?;
        let from = Sender::read(&mut incoming)?;
        let mut payload = incoming.object("payload")?.into_iter();
        let (Some((name, body)), None) = (payload.next(), payload.next()) else {
            return Err(Problem::invalid("", ONE_ENTRY).into());
        };
        let Some(spec) = kind.spec.entries.iter().find(|spec| spec.name == name) else {
            let known: Vec<&str> = kind.spec.entries.iter().map(|spec| spec.name).collect();
            let known = known.join(", ");
            let text = (format!("onbekende bijdrage (wel: {known})"), format!("unknown contribution (known: {known})"));
            return Err(Problem::invalid(format!("/{name}"), text).into());
        };
        let value = accept(&[spec.fields], &format!("/{name}"), body)?;
        (kind.check)(wire, from, spec.name, value)
    }

    fn opened(&self, ctx: &str) -> Result<(&'static Kind, Wire), Refusal> {
        let mut wire = Wire::read(ctx)?;
        let Some(kind) = self.kinds.iter().find(|kind| kind.spec.kind == wire.kind) else {
            let text = (format!("deze plugin kent de stap {} niet", wire.kind), format!("no such kind: {}", wire.kind));
            return Err(Problem::invalid("/ctx/kind", text).into());
        };
        wire.config = accept(&[kind.spec.config, COMMON_CONFIG], "/ctx/config", wire.config)?;
        Ok((kind, wire))
    }
}

const ONE_ENTRY: crate::Say = say("stuur precies één bijdrage tegelijk", "send exactly one contribution at a time");

fn answer(result: Result<Json, Refusal>) -> Result<String, String> {
    match result {
        Ok(value) => Ok(write(&value)),
        Err(refusal) => Err(write(&refusal.to_json())),
    }
}

fn read(contributions: &str) -> Result<Vec<WireContribution>, Refusal> {
    Ok(WireContribution::all(items("", parse("", contributions)?)?)?)
}

fn check<K: StepKind>(wire: Wire, from: Sender, name: &str, mut value: Json) -> Result<Json, Refusal> {
    let ctx = wire.typed::<K>()?;
    let typed = K::Entry::read(name, value.clone()).ok_or_else(|| not_readable(&format!("/{name}")))?;
    Ok(stored(name, &mut value, K::check(&ctx, &from, &typed)?))
}

fn stored(name: &str, value: &mut Json, accepted: Accepted) -> Json {
    for (field, change) in accepted.changes {
        value.set(field, change);
    }
    let mut out =
        object! {"entry" => name, "slot" => accepted.slot, "value" => &*value, "warnings" => accepted.warnings};
    if accepted.shared {
        out.set("shared", true);
    }
    out
}

fn summarise<K: StepKind>(wire: Wire, all: Vec<WireContribution>) -> Result<Json, Refusal> {
    let first_day = wire.calendar.from;
    let ctx = wire.typed::<K>()?;
    let result = K::fold(&ctx, &typed(all, first_day)?)?;
    Ok(object! {"projections" => Json::Object(K::show(&ctx, &result).0)})
}

fn conclude<K: StepKind>(wire: Wire, all: Vec<WireContribution>) -> Result<Json, Refusal> {
    let first_day = wire.calendar.from;
    let min = wire.config.get("min_contributions").and_then(Json::as_int).unwrap_or(1);
    let received = all.len();
    let ctx = wire.typed::<K>()?;
    let picture = K::fold(&ctx, &typed(all, first_day)?)?;
    let n = i64::try_from(K::count(&picture, received)).unwrap_or(i64::MAX);
    let outcome = K::conclude(&ctx, &picture);
    let mut result = picture.to_json();
    // L10: too few contributions are told to the workflow's guards, which decide.
    result.set("n", n);
    result.set("insufficient", n < min);
    Ok(object! {
        "ready" => outcome.problems.is_empty(),
        "result" => result,
        "artifacts" => outcome.artifacts,
        "event" => outcome.event,
        "problems" => outcome.problems,
    })
}

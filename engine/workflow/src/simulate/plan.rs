//! What is rehearsed: workflows with their rehearsal files, made ready for one school. Built once, shared by all runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};

use super::rehearsal::{Rehearsal, Settled};
use super::route::Route;
use super::sample::{Sampler, last_day};
use super::school::School;
use crate::calendar::Week;
use crate::cel::{Program, suggest};
use crate::definition::{Definition, Tree};
use crate::language::Kinds;

/// A workflow to be rehearsed.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its definition.
    pub definition: Arc<Definition>,
    /// What is assumed about it.
    pub rehearsal: Rehearsal,
}

/// A workflow made ready.
#[derive(Debug)]
pub(super) struct Script {
    pub definition: Arc<Definition>,
    pub route: Route,
    pub habits: Settled,
    pub results: BTreeMap<String, Tree>,
    pub outcomes: BTreeMap<String, Vec<(String, u32)>>,
    pub events: BTreeMap<String, Tree>,
    pub not_before: BTreeMap<String, Program>,
    pub also: BTreeMap<String, Program>,
    pub live: BTreeSet<String>,
    /// First entry kind of each step.
    pub entries: BTreeMap<String, String>,
}

/// A cycle that begins by itself.
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub workflow: String,
    pub config: Map<String, Value>,
    pub start: DateTime,
}

/// All that is rehearsed, made ready for one school.
#[derive(Debug)]
pub struct Plan {
    pub(super) school: School,
    pub(super) scripts: BTreeMap<String, Script>,
    pub(super) roots: Vec<Root>,
    pub(super) until: Date,
    pub(super) first: Date,
    pub(super) habits: Settled,
    pub(super) weeks: Vec<Week>,
    pub(super) people: Vec<String>,
    /// Everybody works on the agreed day: what runs is looked at, not people.
    pub(super) on_time: bool,
    remarks: Vec<String>,
}

impl Plan {
    /// Makes `sources` ready for a school; those in `roots` begin by themselves, the others when one of them runs them.
    ///
    /// # Errors
    /// Everything in the rehearsal files that fits neither workflow nor school.
    pub fn new(school: School, sources: &[Source], roots: &[String], kinds: &Kinds) -> Result<Self, Vec<String>> {
        let mut maker = Maker { school: &school, kinds, problems: Vec::new(), remarks: BTreeSet::new() };
        if school.people.is_empty() {
            maker.problems.push(format!("school `{}` has no people; a rehearsal needs some", school.id));
        }
        let first = sources.iter().filter_map(|source| source.rehearsal.start()).map(|at| at.date()).min();
        let first = year_start(&school, first);
        let scripts: BTreeMap<String, Script> =
            sources.iter().map(|source| (source.definition.ir.id.clone(), maker.script(source, first))).collect();
        let roots = maker.roots(sources, roots, first);
        let until = sources
            .iter()
            .filter(|source| roots.iter().any(|root| root.workflow == source.definition.ir.id))
            .filter_map(|source| source.rehearsal.until)
            .max()
            .unwrap_or_else(|| last_day(&school.calendar, first));
        let habits =
            sources.iter().fold(super::Habits::default(), |all, source| all.or(source.rehearsal.habits)).settled();
        let Maker { problems, remarks, .. } = maker;
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut weeks = school.calendar.school_weeks(first, until);
        weeks.sort();
        let people = school.people.keys().cloned().collect();
        let remarks = remarks.into_iter().collect();
        Ok(Self { scripts, roots, until, first, habits, weeks, people, on_time: false, remarks, school })
    }

    /// What runs, from a day on, made ready for a school in which everybody works on the agreed day. Workflows that others
    /// run go by their id, each running one by the hash of its definition.
    pub(super) fn of_running(
        school: School,
        others: &[Arc<Definition>],
        running: &[Arc<Definition>],
        rehearsals: &BTreeMap<String, Rehearsal>,
        kinds: &Kinds,
        first: Date,
    ) -> Self {
        let habits = super::Habits::punctual();
        let source = |definition: &Arc<Definition>| {
            let known = rehearsals.get(&definition.ir.id).cloned().unwrap_or_default();
            Source { definition: Arc::clone(definition), rehearsal: Rehearsal { habits, ..known } }
        };
        let mut maker = Maker { school: &school, kinds, problems: Vec::new(), remarks: BTreeSet::new() };
        let mut scripts = BTreeMap::new();
        for definition in others {
            scripts.insert(definition.ir.id.clone(), maker.script(&source(definition), first));
        }
        for definition in running {
            scripts.entry(definition.hash.clone()).or_insert_with(|| maker.script(&source(definition), first));
        }
        let until = last_day(&school.calendar, first);
        let mut weeks = school.calendar.school_weeks(first, until);
        weeks.sort();
        Self {
            scripts,
            roots: Vec::new(),
            until,
            first,
            habits: habits.settled(),
            weeks,
            people: school.people.keys().cloned().collect(),
            on_time: true,
            remarks: Vec::new(),
            school,
        }
    }

    /// What was made up, and what may be amiss, in English.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The school.
    pub fn school(&self) -> &School {
        &self.school
    }

    /// First and last day that are looked at.
    pub fn span(&self) -> (Date, Date) {
        (self.first, self.until)
    }

    /// Ids of the workflows that begin by themselves, with their first moment.
    pub fn roots(&self) -> impl Iterator<Item = (&str, DateTime)> {
        self.roots.iter().map(|root| (root.workflow.as_str(), root.start))
    }

    /// The definition of a workflow.
    pub fn definition(&self, workflow: &str) -> Option<&Definition> {
        self.scripts.get(workflow).map(|script| script.definition.as_ref())
    }
}

/// First day of the school year in which the first cycle starts.
fn year_start(school: &School, first: Option<Date>) -> Date {
    let years = &school.calendar.data().years;
    let around = first.and_then(|day| years.iter().find(|year| year.to >= day));
    around.or(years.first()).map_or_else(|| school.calendar.first_day(), |year| year.from)
}

struct Maker<'s> {
    school: &'s School,
    kinds: &'s Kinds,
    problems: Vec<String>,
    remarks: BTreeSet<String>,
}

impl Maker<'_> {
    fn script(&mut self, source: &Source, first: Date) -> Script {
        let (definition, rehearsal) = (&source.definition, &source.rehearsal);
        let id = &definition.ir.id;
        self.names(definition, rehearsal);
        self.people(definition);
        let sampler = Sampler { school: self.school, today: first, ahead: 20, turn: 0, whole: true };
        let mut results = BTreeMap::new();
        let spoken = definition.ir.canonical();
        for (step, def) in &definition.steps {
            let schema = self.kinds.0.get(&def.step.kind).map(|kind| &kind.result);
            let mut result = schema.map_or(Value::Null, |schema| sampler.value(schema, step));
            // What the workflow never speaks of would only be carried along.
            if let Value::Object(fields) = &mut result {
                fields.retain(|field, _| spoken.contains(field.as_str()));
            }
            if let Some(given) = rehearsal.results.get(step) {
                let given = self.filled(id, &format!("results.{step}"), given);
                match (&mut result, given) {
                    (Value::Object(made), Value::Object(given)) => made.extend(given),
                    (made, given) => *made = given,
                }
            }
            results.insert(step.clone(), self.tree(id, &format!("results.{step}"), &result));
        }
        let events = rehearsal
            .events
            .iter()
            .map(|(event, data)| {
                let place = format!("events.{event}");
                let data = self.filled(id, &place, data);
                (event.clone(), self.tree(id, &place, &data))
            })
            .collect();
        let not_before = rehearsal
            .not_before
            .iter()
            .filter_map(|(name, text)| {
                Some((name.clone(), self.program(id, &format!("not_before.{name}"), &dated(text))?))
            })
            .collect();
        let also = rehearsal
            .also
            .iter()
            .filter_map(|(event, text)| Some((event.clone(), self.program(id, &format!("also.{event}"), text)?)))
            .collect();
        let weights = |weights: &BTreeMap<String, u32>| weights.iter().map(|(o, w)| (o.clone(), *w)).collect();
        let route = Route::of(definition);
        let mut outcomes = route.outcomes.clone();
        outcomes.extend(rehearsal.outcomes.iter().map(|(step, given)| (step.clone(), weights(given))));
        Script {
            route,
            habits: rehearsal.habits.settled(),
            results,
            outcomes,
            events,
            not_before,
            also,
            live: rehearsal.live.iter().cloned().collect(),
            entries: self.entries(definition),
            definition: Arc::clone(definition),
        }
    }

    fn entries(&self, definition: &Definition) -> BTreeMap<String, String> {
        let first = |step: &crate::ir::Step| {
            let known = || self.kinds.0.get(&step.kind).and_then(|kind| kind.entries.first());
            step.accepts.first().or_else(known).cloned().unwrap_or_else(|| "entry".to_owned())
        };
        definition.steps.iter().map(|(id, def)| (id.clone(), first(&def.step))).collect()
    }

    /// Every name in the file is one of the workflow.
    fn names(&mut self, definition: &Definition, rehearsal: &Rehearsal) {
        let steps: Vec<&str> = definition.steps.keys().map(String::as_str).collect();
        let states: Vec<&str> = definition.chart.states().map(|state| definition.chart.id(state)).collect();
        let events: BTreeSet<&str> = definition
            .ir
            .all_states()
            .into_iter()
            .flat_map(|state| state.on.iter().flat_map(|transition| transition.events.iter().map(String::as_str)))
            .collect();
        let events: Vec<&str> = events.into_iter().collect();
        let both: Vec<&str> = steps.iter().chain(&events).copied().collect();
        let id = &definition.ir.id;
        self.known(id, "results", "step", rehearsal.results.keys(), &steps);
        self.known(id, "outcomes", "step", rehearsal.outcomes.keys(), &steps);
        self.known(id, "events", "event", rehearsal.events.keys(), &events);
        self.known(id, "also", "event", rehearsal.also.keys(), &events);
        self.known(id, "not_before", "step or event", rehearsal.not_before.keys(), &both);
        self.known(id, "live", "state", rehearsal.live.iter(), &states);
    }

    fn known<'n>(
        &mut self,
        workflow: &str,
        list: &str,
        what: &str,
        names: impl Iterator<Item = &'n String>,
        known: &[&str],
    ) {
        for name in names.filter(|name| !known.contains(&name.as_str())) {
            let near = suggest::closest(name, known.iter().copied());
            let mend = near
                .map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.problems
                .push(format!("rehearsal of `{workflow}`, {list}: the workflow has no {what} `{name}`; {mend}"));
        }
    }

    /// Roles of the school that nobody holds.
    fn people(&mut self, definition: &Definition) {
        let moves =
            definition.ir.all_states().into_iter().flat_map(|state| state.on.iter().flat_map(|t| t.roles.iter()));
        let steps = definition.steps.values().flat_map(|def| def.step.roles.iter());
        for role in moves.chain(steps).collect::<BTreeSet<_>>() {
            if !definition.roles.contains_key(role) && !self.school.has_role(role) {
                self.remarks.insert(format!(
                    "`{}`: nobody at school `{}` has the role `{role}`; what only they may do waits",
                    definition.ir.id, self.school.id
                ));
            }
        }
    }

    fn roots(&mut self, sources: &[Source], roots: &[String], first: Date) -> Vec<Root> {
        let mut made = Vec::new();
        for (position, id) in roots.iter().enumerate() {
            let Some(source) = sources.iter().find(|source| source.definition.ir.id == *id) else { continue };
            let rehearsal = &source.rehearsal;
            let start = rehearsal.start().unwrap_or_else(|| spread(self.school, first, position, roots.len()));
            let schema = &source.definition.ir.config;
            let given = Value::Object(rehearsal.config.clone());
            let given = match self.filled(id, "config", &given) {
                Value::Object(given) => given,
                _ => Map::new(),
            };
            let sampler = Sampler { school: self.school, today: start.date(), ahead: 20, turn: position, whole: false };
            let config = sampler.config(schema, &given);
            self.fits(id, schema, &config, !given.is_empty());
            made.push(Root { workflow: id.clone(), config, start });
        }
        made
    }

    fn fits(&mut self, id: &str, schema: &Value, config: &Map<String, Value>, given: bool) {
        let Ok(validator) = jsonschema::validator_for(schema) else { return };
        let config = Value::Object(config.clone());
        for error in validator.iter_errors(&config).take(5) {
            let text = format!("rehearsal of `{id}`: config{}: {error}", error.instance_path());
            if given {
                self.problems.push(text);
            } else {
                self.remarks.insert(format!("{text}; write a rehearsal.yaml beside the workflow"));
            }
        }
    }

    fn filled(&mut self, workflow: &str, place: &str, value: &Value) -> Value {
        self.school.filled(value).unwrap_or_else(|problem| {
            self.problems.push(format!("rehearsal of `{workflow}`, {place}: {problem}"));
            Value::Null
        })
    }

    fn program(&mut self, workflow: &str, place: &str, source: &str) -> Option<Program> {
        match Program::compile_unchecked(source) {
            Ok(program) => Some(program),
            Err(errors) => {
                let text = errors.first().map(ToString::to_string).unwrap_or_default();
                self.problems.push(format!("rehearsal of `{workflow}`, {place}: `{source}`: {text}"));
                None
            }
        }
    }

    fn tree(&mut self, workflow: &str, place: &str, value: &Value) -> Tree {
        match value {
            Value::String(text) => match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
                Some(source) => {
                    self.program(workflow, place, source.trim()).map_or(Tree::Plain(Value::Null), Tree::Value)
                }
                None => Tree::Plain(value.clone()),
            },
            Value::Array(items) if has_expression(value) => {
                Tree::List(items.iter().map(|item| self.tree(workflow, place, item)).collect())
            }
            Value::Object(fields) if has_expression(value) => {
                Tree::Object(fields.iter().map(|(key, item)| (key.clone(), self.tree(workflow, place, item))).collect())
            }
            _ => Tree::Plain(value.clone()),
        }
    }
}

/// A day stands for itself, anything else is an expression.
fn dated(text: &str) -> String {
    if text.parse::<Date>().is_ok() { format!("'{text}'") } else { text.to_owned() }
}

fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with("${") && text.ends_with('}'),
        Value::Array(items) => items.iter().any(has_expression),
        Value::Object(fields) => fields.values().any(has_expression),
        _ => false,
    }
}

/// Cycles without a day of their own begin one after the other in the first months of the year.
fn spread(school: &School, first: Date, position: usize, of: usize) -> DateTime {
    const MONTHS: usize = 60;
    let days = 5 + position * MONTHS / of.max(1);
    super::sample::later(&school.calendar, first, i32::try_from(days).unwrap_or(5)).at(8, 30, 0, 0)
}

impl Script {
    /// Whether people sit together in one of these states.
    pub fn is_live(&self, states: &[String]) -> bool {
        states.iter().any(|state| self.live.contains(state))
    }
}

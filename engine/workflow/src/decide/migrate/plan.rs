//! Where everything of an instance goes in another version of its workflow, and what has no place there.
//!
//! Finds all that is wrong instead of stopping at the first. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use draaiboek_chart::{Configuration, Snapshot as ChartSnapshot};

use super::super::assume::holders;
use super::super::decision::Rejection;
use super::super::model::{Object, Origin, Snapshot, StepStatus};
use super::super::turn::World;
use super::model::{Kept, Mapping, Target};
use super::values;
use crate::definition::{Definition, StepDef};
use crate::ir::{Identity, Privacy, StateKind};

/// What becomes of a step that is or was open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// Open: it stays open, under this name.
    Stays(String),
    /// Open: it ends.
    Ends,
    /// Over: it is called this.
    Called(String),
    /// Over, and the new version has no such step: it stays to be read.
    Past,
}

/// Where everything goes.
#[derive(Debug)]
pub(super) struct Plan {
    pub chart: ChartSnapshot,
    /// States active in the new version, outermost first in document order.
    pub active: Vec<String>,
    /// Active state of the new version -> the one it takes the place of.
    pub came: BTreeMap<String, String>,
    pub steps: BTreeMap<String, Fate>,
    pub kept: BTreeMap<String, Kept>,
    /// State -> its name now, of those that run or ran children.
    pub children: BTreeMap<String, String>,
    pub data: Object,
    pub origin: Origin,
}

/// What is wrong: reasons in order, and how to mend them.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub reasons: Vec<String>,
    pub help: Vec<String>,
}

impl Problems {
    pub fn add(&mut self, word: &str, about: &str, help: impl Into<String>) {
        let reason = format!("{word}:{about}");
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
            self.help.push(help.into());
        }
    }

    /// A rejection, when anything is wrong.
    pub fn rejection(self) -> Result<(), Rejection> {
        if self.reasons.is_empty() {
            return Ok(());
        }
        Err(Rejection::new("CANNOT_MIGRATE", self.help.join("; ")).because(self.reasons))
    }
}

/// The two versions and the instance between them.
pub(super) struct Crossing<'c> {
    pub world: World<'c>,
    pub old: &'c Definition,
    pub new: &'c Definition,
    pub snapshot: &'c Snapshot,
    pub target: &'c Target,
    pub map: &'c Mapping,
}

impl Crossing<'_> {
    /// Where everything goes.
    pub fn plan(&self) -> Result<Plan, Rejection> {
        let mut problems = Problems::default();
        let (chart, active) = self.chart(&mut problems);
        let came = self.came(&active);
        let steps = self.steps(&active, &mut problems);
        self.fits(&steps, &mut problems);
        self.roles(&steps, &mut problems);
        let children = self.children(&mut problems);
        let data = values::data(self, &mut problems);
        let config = values::config(self, &mut problems);
        problems.rejection()?;
        let kept = self.kept(&steps);
        let origin = Origin {
            version: self.target.version.clone(),
            definition: self.target.definition.clone(),
            config,
            plugins: self.target.plugins.clone(),
            ..self.world.origin.clone()
        };
        Ok(Plan { chart, active, came, steps, kept, children, data, origin })
    }

    /// The states that take the place of one.
    fn states_of(&self, id: &str) -> Option<Vec<String>> {
        let same = || self.new.chart.state(id).map(|_| vec![id.to_owned()]);
        self.map.states.get(id).cloned().or_else(same)
    }

    /// The chart's states and history by their new names, and all that is active then.
    fn chart(&self, problems: &mut Problems) -> (ChartSnapshot, Vec<String>) {
        let mut chart = ChartSnapshot { running: self.snapshot.chart.running, ..ChartSnapshot::default() };
        for id in &self.snapshot.chart.active {
            for state in self.states_of(id).unwrap_or_default() {
                if self.can_stand_in(id, &state, problems) && !chart.active.contains(&state) {
                    chart.active.push(state);
                }
            }
            self.must_have_a_place(id, problems);
        }
        for (history, remembered) in &self.snapshot.chart.history {
            let called = self.states_of(history).and_then(|states| states.into_iter().next());
            let known =
                called.filter(|id| self.new.chart.state(id).is_some_and(|state| self.new.chart.is_history(state)));
            let Some(called) = known else { continue };
            let mut states = Vec::new();
            for id in remembered {
                self.must_have_a_place(id, problems);
                states.extend(self.states_of(id).unwrap_or_default());
            }
            chart.history.insert(called, states);
        }
        if !problems.reasons.is_empty() {
            return (chart, Vec::new());
        }
        match Configuration::restore(&self.new.chart, &chart) {
            Ok(configuration) => {
                let active = configuration.active().map(|state| self.new.chart.id(state).to_owned()).collect();
                (configuration.snapshot(&self.new.chart), active)
            }
            Err(error) => {
                let help = format!("{error}; map each state to all states that are active in its place, `old: [a, b]`");
                problems.add("STATES_APART", &chart.active.join(","), help);
                (chart, Vec::new())
            }
        }
    }

    fn must_have_a_place(&self, id: &str, problems: &mut Problems) {
        if self.states_of(id).is_none() {
            let version = &self.target.version;
            problems.add("NO_STATE", id, format!("say in the map which state of {version} takes the place of `{id}`"));
        }
    }

    /// Whether an instance can stand in a state of the new version: one without states inside, that is no end of all.
    fn can_stand_in(&self, from: &str, id: &str, problems: &mut Problems) -> bool {
        let chart = &self.new.chart;
        let Some(state) = chart.state(id) else {
            problems.add("NO_STATE", from, format!("there is no state `{id}` in {}", self.target.version));
            return false;
        };
        if !chart.is_atomic(state) || chart.is_history(state) {
            let inside: Vec<&str> = chart.children(state).iter().map(|child| chart.id(*child)).collect();
            let help = format!("`{id}` has states inside; map `{from}` to one of them: {}", inside.join(", "));
            problems.add("STATE_NOT_PLAIN", id, help);
            return false;
        }
        if self.new.ir.states.iter().any(|top| top.id == id && top.kind == StateKind::Final) {
            problems.add("STATE_IS_END", id, format!("`{id}` ends the cycle; map `{from}` to a state before it"));
            return false;
        }
        true
    }

    /// Which active state each active state of the new version takes the place of.
    fn came(&self, active: &[String]) -> BTreeMap<String, String> {
        let mut came = BTreeMap::new();
        let old = &self.old.chart;
        let mut before: Vec<&str> = Vec::new();
        for id in &self.snapshot.chart.active {
            let Some(state) = old.state(id) else { continue };
            before.extend(old.ancestors(state).map(|above| old.id(above)));
            before.push(id);
        }
        for id in before {
            for state in self.states_of(id).unwrap_or_default() {
                if active.contains(&state) {
                    came.entry(state).or_insert_with(|| id.to_owned());
                }
            }
        }
        came
    }

    /// The name of a step in the new version, whether or not it was ever open.
    pub fn step_name(&self, id: &str) -> String {
        self.map.steps.get(id).cloned().flatten().unwrap_or_else(|| id.to_owned())
    }

    /// What becomes of each step that is or was open.
    fn steps(&self, active: &[String], problems: &mut Problems) -> BTreeMap<String, Fate> {
        let mut fates = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (id, state) in &self.snapshot.steps {
            let open = state.status == StepStatus::Open;
            let to = match self.map.steps.get(id) {
                Some(to) => to.clone(),
                None => self.new.steps.contains_key(id).then(|| id.clone()),
            };
            if let Some(to) = &to
                && !taken.insert(to.clone())
            {
                problems.add("TWICE", to, format!("two steps would be `{to}`; give each a step of its own in the map"));
            }
            let fate = match (open, to) {
                (true, Some(to)) => self.stays(id, to, active, problems),
                (true, None) if self.map.ends(id) => Fate::Ends,
                (true, None) => {
                    let version = &self.target.version;
                    let help = format!(
                        "step `{id}` is open and {version} has none: name the one that goes on, or `{id}: ~` to let it end"
                    );
                    problems.add("NO_STEP", id, help);
                    Fate::Ends
                }
                (false, Some(to)) => Fate::Called(to),
                (false, None) => Fate::Past,
            };
            fates.insert(id.clone(), fate);
        }
        fates
    }

    fn stays(&self, id: &str, to: String, active: &[String], problems: &mut Problems) -> Fate {
        let place = self.new.step(&to).map(|def| def.state.as_str());
        if !active.is_empty() && !place.is_some_and(|state| active.iter().any(|known| known == state)) {
            let place = place.unwrap_or("nowhere");
            let help = format!(
                "step `{id}` is open, but `{to}` belongs to `{place}`, where the cycle does not stand; map its state there, or `{id}: ~` to let it end"
            );
            problems.add("STEP_ELSEWHERE", id, help);
        }
        Fate::Stays(to)
    }

    /// A step that was opened and goes on must be able to read what it has, and protect it as it promised.
    fn fits(&self, steps: &BTreeMap<String, Fate>, problems: &mut Problems) {
        for (id, fate) in steps {
            let to = match fate {
                Fate::Stays(to) | Fate::Called(to) => to,
                Fate::Ends if self.new.steps.contains_key(id) => id,
                Fate::Ends | Fate::Past => continue,
            };
            let (Some(old), Some(new)) = (self.old.step(id), self.new.step(to)) else { continue };
            if old.step.kind != new.step.kind {
                let help = format!(
                    "`{id}` is a `{}`, `{to}` a `{}`: what was handed in would not be understood; give the new step another id",
                    old.step.kind, new.step.kind
                );
                problems.add("KIND_CHANGED", id, help);
            } else if self.step_name(&old.pool) != new.pool {
                let help = format!(
                    "`{id}` writes to the contributions of `{}`, `{to}` to those of `{}`; give the new step another id",
                    old.pool, new.pool
                );
                problems.add("POOL_CHANGED", id, help);
            } else if self.has_contributions(&old.pool) && self.less_private(old, new) {
                let help = format!(
                    "people handed in for `{id}` under another promise; keep privacy, identity and k at least as strict, or give the new step another id"
                );
                problems.add("PRIVACY_LOWERED", id, help);
            }
        }
    }

    fn has_contributions(&self, pool: &str) -> bool {
        self.snapshot.pools.get(pool).is_some_and(|pool| {
            !pool.contributed.is_empty() || pool.counts.values().any(|tally| tally.submitted > 0 || tally.late > 0)
        })
    }

    fn less_private(&self, old: &StepDef, new: &StepDef) -> bool {
        let class =
            |definition: &Definition, def: &StepDef| -> Privacy { def.step.privacy.unwrap_or(definition.ir.privacy) };
        let strictness = |identity: Identity| match identity {
            Identity::Named => 0,
            Identity::Pseudonymous => 1,
            Identity::Anonymous => 2,
        };
        class(self.new, new) < class(self.old, old)
            || strictness(new.step.identity) < strictness(old.step.identity)
            || (old.step.identity == Identity::Anonymous && new.step.k < old.step.k)
    }

    /// Roles that people hold, and those of steps that stay open, must be there.
    fn roles(&self, steps: &BTreeMap<String, Fate>, problems: &mut Problems) {
        let version = &self.target.version;
        for role in self.old.ir.roles.keys().filter(|role| !self.new.ir.roles.contains_key(*role)) {
            let held = holders(self.world, self.snapshot, role).ok().flatten().unwrap_or_default();
            if !held.is_empty() {
                let help = format!("{} hold `{role}`, which {version} does not know; keep the role", held.join(", "));
                problems.add("ROLE_GONE", role, help);
            }
        }
        for (id, _) in steps.iter().filter(|(_, fate)| matches!(fate, Fate::Stays(_))) {
            for role in self.old.step(id).into_iter().flat_map(|def| &def.step.roles) {
                if !self.new.ir.roles.contains_key(role) {
                    let help =
                        format!("step `{id}` is open for `{role}`, which {version} does not know; keep the role");
                    problems.add("ROLE_GONE", role, help);
                }
            }
        }
    }

    /// Children stay with a state that runs children.
    fn children(&self, problems: &mut Problems) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for (id, children) in &self.snapshot.children {
            let runs = |state: &String| {
                let number = self.new.chart.state(state)?;
                self.new.states.get(number.index())?.run.as_ref()
            };
            let called = self.states_of(id).unwrap_or_default().into_iter().find(|state| runs(state).is_some());
            let running = children.entries.values().any(|child| child.status == super::super::ChildStatus::Running);
            if called.is_none() && running {
                let help = format!(
                    "children of `{id}` are running and no state of {} takes them over; map it to one that runs children, or wait for them",
                    self.target.version
                );
                problems.add("CHILDREN", id, help);
            }
            names.insert(id.clone(), called.unwrap_or_else(|| id.clone()));
        }
        names
    }

    /// The forms that steps keep: open ones until they close, those without a place for good.
    fn kept(&self, steps: &BTreeMap<String, Fate>) -> BTreeMap<String, Kept> {
        let carried = self.snapshot.migrated.as_ref().map(|migrated| &migrated.kept);
        let mut kept = BTreeMap::new();
        for (id, fate) in steps {
            let Some(old) = self.old.step(id) else { continue };
            let (called, state) = match fate {
                Fate::Stays(to) => (to, self.new.step(to).map_or(&old.state, |def| &def.state)),
                Fate::Ends | Fate::Past if !self.new.steps.contains_key(id) => (id, &old.state),
                _ => continue,
            };
            let known = carried.and_then(|kept| kept.get(id));
            let plugin = match known {
                Some(known) => known.plugin.clone(),
                None => self.world.origin.plugins.get(&old.step.kind).cloned(),
            };
            let next = self.target.plugins.get(&old.step.kind);
            if matches!(fate, Fate::Stays(_)) && next == plugin.as_ref() && self.same_form(id, called) {
                continue;
            }
            let form = Kept {
                definition: known.map_or(&self.world.origin.definition, |known| &known.definition).clone(),
                step: known.map_or(id, |known| &known.step).clone(),
                state: state.clone(),
                pool: self.step_name(&old.pool),
                plugin,
            };
            kept.insert(called.clone(), form);
        }
        kept
    }

    /// Whether a step is the same in both versions, with the one whose contributions it continues.
    fn same_form(&self, id: &str, called: &str) -> bool {
        let same = |one: &str, other: &str| match (self.old.step(one), self.new.step(other)) {
            (Some(old), Some(new)) => old.step == new.step && old.pool == new.pool,
            _ => false,
        };
        let pool = self.old.step(id).map_or(id, |def| def.pool.as_str());
        same(id, called) && same(pool, pool)
    }
}

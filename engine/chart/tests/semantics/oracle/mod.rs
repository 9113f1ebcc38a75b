//! A second implementation to compare with: the pseudo-code of W3C SCXML Appendix D, line by line, on lists and names,
//! with the two readings of statecharts.md section 2 that change the outcome (done upwards, bounded failing conditions).

mod tree;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use draaiboek_chart::{Block, MAX_MICROSTEPS, StateKind, StateSource};

use crate::notation::{Written, holds};

type Id = String;

/// One instance.
pub struct Oracle<'a> {
    words: &'a [String],
    states: Vec<&'a StateSource>,
    parents: BTreeMap<Id, Id>,
    /// Targets and content of the chart's own initial.
    initial: (Vec<Id>, &'a [draaiboek_chart::ActionId]),
    top: Vec<Id>,
    pub configuration: BTreeSet<usize>,
    pub history: BTreeMap<Id, Vec<Id>>,
    pub log: Vec<String>,
    pub running: bool,
    stopped: Option<BTreeSet<usize>>,
    set: BTreeSet<String>,
    queue: VecDeque<(String, String)>,
    event: Option<String>,
    failed: BTreeSet<(usize, usize)>,
    microsteps: u32,
}

/// A macrostep that does not end.
#[derive(Debug)]
pub struct Endless;

/// Source and index.
type T = (usize, usize);

impl<'a> Oracle<'a> {
    pub fn new(written: &'a Written) -> Self {
        let mut states = Vec::new();
        let mut parents = BTreeMap::new();
        fn walk<'a>(
            list: &'a [StateSource],
            parent: &str,
            states: &mut Vec<&'a StateSource>,
            parents: &mut BTreeMap<Id, Id>,
        ) {
            for state in list {
                states.push(state);
                parents.insert(state.id.clone(), parent.to_owned());
                walk(&state.children, &state.id, states, parents);
            }
        }
        walk(&written.source.states, "", &mut states, &mut parents);
        let first = vec![written.source.states[0].id.clone()];
        let initial = match &written.source.initial {
            Some(initial) => (initial.targets.clone(), initial.actions.as_slice()),
            None => (first, &[][..]),
        };
        Self {
            words: &written.words,
            top: written.source.states.iter().map(|state| state.id.clone()).collect(),
            states,
            parents,
            initial,
            configuration: BTreeSet::new(),
            history: BTreeMap::new(),
            log: Vec::new(),
            running: false,
            stopped: None,
            set: BTreeSet::new(),
            queue: VecDeque::new(),
            event: None,
            failed: BTreeSet::new(),
            microsteps: 0,
        }
    }

    /// Active atomic ids.
    pub fn active(&self) -> Vec<Id> {
        let active = self.stopped.as_ref().unwrap_or(&self.configuration);
        active.iter().filter(|s| self.real_children(**s).is_empty()).map(|s| self.states[*s].id.clone()).collect()
    }

    pub fn start(&mut self) -> Result<(), Endless> {
        self.running = true;
        self.microsteps = 0;
        let (targets, content) = self.initial.clone();
        self.execute(content);
        let (mut enter, mut default, mut content) = Default::default();
        for target in &targets {
            self.add_descendant_states_to_enter(self.at(target), &mut enter, &mut default, &mut content);
        }
        for target in &targets {
            self.add_ancestor_states_to_enter(self.at(target), None, &mut enter, &mut default, &mut content);
        }
        self.enter_states(&enter, &default, &content);
        self.main_event_loop()
    }

    pub fn send(&mut self, name: &str) -> Result<(), Endless> {
        self.failed.clear();
        self.microsteps = 0;
        if !self.running {
            return Ok(());
        }
        self.event = Some(name.to_owned());
        let enabled = self.select_transitions(Some(name));
        if !enabled.is_empty() {
            self.microstep(&enabled)?;
        }
        self.main_event_loop()
    }

    fn main_event_loop(&mut self) -> Result<(), Endless> {
        let mut done = false;
        while self.running && !done {
            let mut enabled = self.select_transitions(None);
            if enabled.is_empty() {
                if let Some((name, payload)) = self.queue.pop_front() {
                    self.event = Some(payload);
                    enabled = self.select_transitions(Some(&name));
                } else {
                    done = true;
                }
            }
            if !enabled.is_empty() {
                self.microstep(&enabled)?;
            }
        }
        if !self.running {
            self.queue.clear();
            if self.stopped.is_none() {
                self.stopped = Some(self.configuration.clone());
                for s in self.configuration.clone().into_iter().rev() {
                    self.states[s].on_exit.iter().for_each(|block| self.execute(block));
                    self.configuration.remove(&s);
                }
            }
        }
        self.event = None;
        Ok(())
    }

    fn select_transitions(&mut self, event: Option<&str>) -> Vec<T> {
        let mut enabled: Vec<T> = Vec::new();
        let atomic: Vec<usize> =
            self.configuration.iter().copied().filter(|s| self.real_children(*s).is_empty()).collect();
        for state in atomic {
            let mut path = vec![state];
            path.extend(self.proper_ancestors(state, None));
            'walk: for s in path {
                for index in 0..self.states[s].transitions.len() {
                    let t = &self.states[s].transitions[index];
                    let named = match event {
                        None => t.events.is_empty(),
                        Some(name) => Self::name_match(&t.events, name),
                    };
                    if named && self.condition_match((s, index), event) {
                        if !enabled.contains(&(s, index)) {
                            enabled.push((s, index));
                        }
                        break 'walk;
                    }
                }
            }
        }
        self.remove_conflicting(&enabled)
    }

    fn condition_match(&mut self, t: T, event: Option<&str>) -> bool {
        let Some(cond) = self.t(t).cond else {
            return true;
        };
        let word = &self.words[cond.0 as usize];
        let result = holds(word, &self.set, |id| self.configuration.contains(&self.at(id)));
        result.unwrap_or_else(|| {
            let repeats = event.is_none_or(|name| name == "error" || name.starts_with("error."));
            if !repeats || self.failed.insert(t) {
                self.raise("error.execution");
            }
            false
        })
    }

    fn remove_conflicting(&self, enabled: &[T]) -> Vec<T> {
        let mut filtered: Vec<T> = Vec::new();
        for t1 in enabled {
            let mut preempted = false;
            let mut remove = Vec::new();
            for t2 in &filtered {
                if !self.exit_set(&[*t1]).is_disjoint(&self.exit_set(&[*t2])) {
                    if t1.0 != t2.0 && self.is_descendant(t1.0, Some(t2.0)) {
                        remove.push(*t2);
                    } else {
                        preempted = true;
                        break;
                    }
                }
            }
            if !preempted {
                filtered.retain(|t| !remove.contains(t));
                filtered.push(*t1);
            }
        }
        filtered
    }

    fn effective_targets(&self, targets: &[Id]) -> Vec<usize> {
        let mut found = Vec::new();
        for id in targets {
            let s = self.at(id);
            if !self.is_history(s) {
                found.push(s);
            } else if let Some(stored) = self.history.get(id) {
                found.extend(stored.iter().map(|id| self.at(id)));
            } else {
                found.extend(self.effective_targets(&self.states[s].transitions[0].targets));
            }
        }
        found
    }

    /// None: no targets; `Some(None)`: the root.
    fn domain(&self, t: T) -> Option<Option<usize>> {
        let targets = self.effective_targets(&self.t(t).targets);
        if targets.is_empty() {
            return None;
        }
        let all_in = |s: Option<usize>| targets.iter().all(|target| self.is_descendant(*target, s));
        if self.t(t).internal && self.is_compound(t.0) && all_in(Some(t.0)) {
            return Some(Some(t.0));
        }
        let ancestors = self.proper_ancestors(t.0, None);
        Some(ancestors.into_iter().find(|s| self.is_compound(*s) && all_in(Some(*s))))
    }

    fn exit_set(&self, transitions: &[T]) -> BTreeSet<usize> {
        let domains: Vec<_> = transitions.iter().filter_map(|t| self.domain(*t)).collect();
        let exits = |s: &usize| domains.iter().any(|domain| self.is_descendant(*s, *domain));
        self.configuration.iter().copied().filter(exits).collect()
    }

    fn microstep(&mut self, enabled: &[T]) -> Result<(), Endless> {
        if self.microsteps == MAX_MICROSTEPS {
            self.queue.clear();
            return Err(Endless);
        }
        self.microsteps += 1;
        // Before the exits: what they store in a history could shrink the domain, and then a parallel that was left is not
        // entered again. The pseudo-code asks twice.
        let domains: Vec<_> = enabled.iter().map(|t| self.domain(*t)).collect();
        self.exit_states(enabled);
        for t in enabled {
            self.execute(&self.t(*t).actions);
        }
        let (mut enter, mut default, mut content) = Default::default();
        for (t, domain) in enabled.iter().zip(domains) {
            for target in &self.t(*t).targets {
                self.add_descendant_states_to_enter(self.at(target), &mut enter, &mut default, &mut content);
            }
            if let Some(ancestor) = domain {
                for s in self.effective_targets(&self.t(*t).targets) {
                    self.add_ancestor_states_to_enter(s, ancestor, &mut enter, &mut default, &mut content);
                }
            }
        }
        self.enter_states(&enter, &default, &content);
        Ok(())
    }

    fn exit_states(&mut self, enabled: &[T]) {
        let exit = self.exit_set(enabled);
        for s in exit.iter().rev() {
            for child in &self.states[*s].children {
                let StateKind::History { deep } = child.kind else {
                    continue;
                };
                let stored = self.configuration.iter().filter(|s0| match deep {
                    true => self.real_children(**s0).is_empty() && self.is_descendant(**s0, Some(*s)),
                    false => self.parent(**s0) == Some(*s),
                });
                let stored = stored.map(|s0| self.states[*s0].id.clone()).collect();
                self.history.insert(child.id.clone(), stored);
            }
        }
        for s in exit.into_iter().rev() {
            self.states[s].on_exit.iter().for_each(|block| self.execute(block));
            self.configuration.remove(&s);
            self.failed.retain(|t| t.0 != s);
        }
    }

    fn add_descendant_states_to_enter(
        &self,
        state: usize,
        enter: &mut BTreeSet<usize>,
        default: &mut BTreeSet<usize>,
        content: &mut BTreeMap<usize, &'a Block>,
    ) {
        if self.is_history(state) {
            let parent = self.parent(state);
            let targets: Vec<usize> = match self.history.get(&self.states[state].id) {
                Some(stored) => stored.iter().map(|id| self.at(id)).collect(),
                None => {
                    let transition = &self.states[state].transitions[0];
                    content.insert(parent.unwrap(), &transition.actions);
                    transition.targets.iter().map(|id| self.at(id)).collect()
                }
            };
            targets.iter().for_each(|s| self.add_descendant_states_to_enter(*s, enter, default, content));
            targets.iter().for_each(|s| self.add_ancestor_states_to_enter(*s, parent, enter, default, content));
            return;
        }
        enter.insert(state);
        if self.is_compound(state) {
            default.insert(state);
            let targets: Vec<usize> = match &self.states[state].initial {
                Some(initial) => initial.targets.iter().map(|id| self.at(id)).collect(),
                None => vec![self.real_children(state)[0]],
            };
            targets.iter().for_each(|s| self.add_descendant_states_to_enter(*s, enter, default, content));
            targets.iter().for_each(|s| self.add_ancestor_states_to_enter(*s, Some(state), enter, default, content));
        } else if self.is_parallel(state) {
            self.add_regions(state, enter, default, content);
        }
    }

    fn add_ancestor_states_to_enter(
        &self,
        state: usize,
        ancestor: Option<usize>,
        enter: &mut BTreeSet<usize>,
        default: &mut BTreeSet<usize>,
        content: &mut BTreeMap<usize, &'a Block>,
    ) {
        for anc in self.proper_ancestors(state, ancestor) {
            enter.insert(anc);
            if self.is_parallel(anc) {
                self.add_regions(anc, enter, default, content);
            }
        }
    }

    fn add_regions(
        &self,
        parallel: usize,
        enter: &mut BTreeSet<usize>,
        default: &mut BTreeSet<usize>,
        content: &mut BTreeMap<usize, &'a Block>,
    ) {
        for child in self.real_children(parallel) {
            if !enter.iter().any(|s| self.is_descendant(*s, Some(child))) {
                self.add_descendant_states_to_enter(child, enter, default, content);
            }
        }
    }

    fn enter_states(
        &mut self,
        enter: &BTreeSet<usize>,
        default: &BTreeSet<usize>,
        content: &BTreeMap<usize, &'a Block>,
    ) {
        for s in enter {
            self.configuration.insert(*s);
            let state = self.states[*s];
            state.on_entry.iter().for_each(|block| self.execute(block));
            if let Some(initial) = state.initial.as_ref().filter(|_| default.contains(s)) {
                self.execute(&initial.actions);
            }
            if let Some(block) = content.get(s) {
                self.execute(block);
            }
            if state.kind == StateKind::Final {
                if self.top.contains(&state.id) {
                    self.running = false;
                    continue;
                }
                let parent = self.parent(*s).unwrap();
                self.raise_done(parent);
                let mut above = self.parent(parent);
                while let Some(grandparent) = above.filter(|above| self.is_parallel(*above)) {
                    if !self.is_in_final_state(grandparent) {
                        break;
                    }
                    self.raise_done(grandparent);
                    above = self.parent(grandparent);
                }
            }
        }
    }

    fn raise_done(&mut self, s: usize) {
        let name = format!("done.state.{}", self.states[s].id);
        self.queue.push_back((name.clone(), format!("{name}()")));
    }

    fn raise(&mut self, name: &str) {
        self.queue.push_back((name.to_owned(), name.to_owned()));
    }

    fn execute(&mut self, block: &[draaiboek_chart::ActionId]) {
        for action in block {
            let word = &self.words[action.0 as usize];
            match word.split_once([':', '?']) {
                Some(("raise", name)) => self.raise(name),
                Some(("set", name)) => {
                    self.set.insert(name.to_owned());
                }
                Some(("unset", name)) => {
                    self.set.remove(name);
                }
                Some(("in", id)) => {
                    let inside = self.configuration.contains(&self.at(id));
                    self.log.push(format!("{}{id}", if inside { "" } else { "!" }));
                }
                Some(("event", _)) => self.log.push(self.event.clone().unwrap_or_else(|| "none".to_owned())),
                _ => match word.as_str() {
                    "broken" => return self.raise("error.execution"),
                    "lost" => return self.raise("error.communication"),
                    _ => self.log.push(word.clone()),
                },
            }
        }
    }
}

//! Steps.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use super::{Lowering, count, flag, privacy, string};
use crate::ir;
use crate::language::node::{Node, Value};
use crate::language::span::{Path, Span};

/// Anonymity threshold when none is given (domain.md L6).
const DEFAULT_K: u32 = 5;
/// Contributions below which a result is insufficient when nothing is given (domain.md L10).
const DEFAULT_MINIMUM: u32 = 1;

/// What a step says itself, and does not take over from the step it shares.
pub(super) struct Given {
    with: bool,
    identity: bool,
    k: bool,
    privacy: bool,
    audience: bool,
}

impl Given {
    fn by(node: &Node) -> Self {
        let has = |key| node.get(key).is_some();
        Self {
            with: has("with"),
            identity: has("identity"),
            k: has("k"),
            privacy: has("privacy"),
            audience: has("audience"),
        }
    }
}

/// A step that shares takes over what it does not say itself.
pub(super) fn inherit(states: &mut [ir::State], given: &HashMap<String, Given>) {
    let mut steps = BTreeMap::new();
    visit(states, &mut |step| {
        steps.insert(step.id.clone(), step.clone());
    });
    visit(states, &mut |step| {
        let mut owner = &*step;
        for _ in 0..steps.len() {
            match owner.shares.as_ref().and_then(|id| steps.get(id)) {
                Some(next) => owner = next,
                None => break,
            }
        }
        let (Some(own), Some(base)) = (given.get(&step.id), steps.get(&owner.id)) else {
            return;
        };
        if base.id != step.id && base.shares.is_none() {
            take_over(step, own, base);
        }
    });
}

fn take_over(step: &mut ir::Step, own: &Given, base: &ir::Step) {
    if !own.with {
        step.with = base.with.clone();
    }
    if !own.identity {
        step.identity = base.identity;
    }
    if !own.k {
        step.k = base.k;
    }
    if !own.privacy {
        step.privacy = base.privacy;
    }
    if !own.audience {
        step.audience.clone_from(&base.audience);
    }
}

fn visit(states: &mut [ir::State], each: &mut impl FnMut(&mut ir::Step)) {
    for state in states {
        state.steps.iter_mut().for_each(&mut *each);
        visit(&mut state.states, each);
    }
}

impl Lowering<'_> {
    /// A step of the given id, named at `span`.
    pub(super) fn step(&mut self, id: &str, span: Span, node: &Node) -> ir::Step {
        let path = Path::of("step").at(id);
        self.declare_step(id, span);
        self.given.insert(id.to_owned(), Given::by(node));
        for (key, suffix) in [("title", ""), ("hint", ".hint"), ("purpose", ".purpose")] {
            self.text(format_args!("step.{id}{suffix}"), node.get(key));
        }
        for (key, element) in [("uses", "kind"), ("shares", "shares"), ("k", "k")] {
            if let Some(value) = node.get(key) {
                self.map.put(path.at(element), value.span);
            }
        }
        ir::Step {
            id: id.to_owned(),
            kind: string(node.get("uses")),
            instrument: node.get("instrument").map(|name| string(Some(name))),
            with: self.with(node.get("with"), path.at("with")),
            inputs: self.exprs(node.get("inputs"), path.at("inputs")),
            checks: self.requirements(node.get("checks"), path.at("checks")),
            shares: node.get("shares").map(|shares| string(Some(shares))),
            accepts: self.names(node.get("accepts"), path.at("accepts")),
            roles: self.names(node.get("roles"), path.at("roles")),
            assign: self.expr(node.get("assign"), path.at("assign")),
            minutes: count(node.get("minutes")),
            due: node.get("due").map(|rule| self.rule(rule, path.at("due"))),
            remind: self.reminders(node.get("remind"), path),
            escalate: self.escalations(node.get("escalate"), path),
            identity: match node.get("identity").and_then(Node::text) {
                Some("anonymous") => ir::Identity::Anonymous,
                Some("pseudonymous") => ir::Identity::Pseudonymous,
                _ => ir::Identity::Named,
            },
            k: count(node.get("k")).unwrap_or(DEFAULT_K),
            privacy: node.get("privacy").and_then(privacy),
            min_contributions: count(node.get("min_contributions")).unwrap_or(DEFAULT_MINIMUM),
            audience: self.words_by_name(node.get("audience"), path.at("audience")),
            artifacts: self.words_by_name(node.get("artifacts"), path.at("artifacts")),
            conclude: match node.get("conclude").and_then(Node::text) {
                Some("when_ready") => ir::Concluding::WhenReady,
                _ => ir::Concluding::Manual,
            },
            retain: node.get("retain").map(|rule| self.rule(rule, path.at("retain"))),
            fresh: flag(node.get("fresh")),
            mandatory: flag(node.get("mandatory")),
        }
    }

    fn declare_step(&mut self, id: &str, span: Span) {
        self.map.put(Path::of("step").at(id), span);
        if let Some(first) = self.steps.insert(id.to_owned(), span) {
            self.sink
                .add("DB062", span, format!("There are two steps `{id}`."))
                .label(format!("first on line {}", first.line))
                .help("ids of steps are unique in the whole workflow; a `step:` bears the id of its state");
        }
    }

    /// The configuration of a kind, with the place of every value in it.
    fn with(&mut self, node: Option<&Node>, path: Path) -> Json {
        let Some(node) = node else {
            return Json::Object(serde_json::Map::new());
        };
        self.places(node, path);
        node.json()
    }

    fn places(&mut self, node: &Node, path: Path) {
        self.map.put(path, node.span);
        match &node.value {
            Value::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.places(item, path.nth(n));
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    self.places(&entry.value, path.at(&entry.key));
                }
            }
            _ => {}
        }
    }

    fn reminders(&mut self, node: Option<&Node>, path: Path) -> Vec<ir::TimeRuleText> {
        node.map_or(&[][..], Node::items)
            .iter()
            .enumerate()
            .map(|(n, rule)| self.rule(rule, path.at("remind").nth(n)))
            .collect()
    }

    fn escalations(&mut self, node: Option<&Node>, path: Path) -> Vec<ir::Escalation> {
        let mut found = Vec::new();
        for (n, item) in node.map_or(&[][..], Node::items).iter().enumerate() {
            let path = path.at("escalate").nth(n);
            if let Some(after) = item.get("after") {
                found.push(ir::Escalation {
                    after: self.rule(after, path.at("after")),
                    roles: self.names(item.get("roles"), path.at("roles")),
                });
            }
        }
        found
    }

    fn words_by_name(&mut self, node: Option<&Node>, path: Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for entry in node.map_or(&[][..], Node::entries) {
            self.map.put(path.at(&entry.key), entry.span);
            found.insert(entry.key.clone(), string(Some(&entry.value)));
        }
        found
    }
}

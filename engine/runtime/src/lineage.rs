//! What rests on what in a family of cycles: from a product back to the remarks behind it, and forward again.
//!
//! Knows no step kind: whatever bears an id in the results of steps and in artifacts is a thing, and a field that
//! names another thing joins the two. Data in, trees out: reads no database, decides nothing.

mod scan;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use scan::Scan;

/// Things in one tree at the most; what comes after them is cut off and said so.
pub const MAX_BRANCHES: usize = 2_000;
/// Steps from the root of a tree at the most.
pub const MAX_DEPTH: usize = 40;
/// Fields that name what comes of a thing, where all others name what it rests on.
const LEADS_TO: [&str; 3] = ["cluster", "duplicate_of", "of"];

/// One cycle of the family.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Instance id.
    pub instance: String,
    /// The instance that runs it.
    pub parent: Option<String>,
    /// What it made, in the order in which it was made.
    pub parts: Vec<Part>,
}

/// Something a cycle made or was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it is.
    pub origin: Origin,
    /// Its content.
    pub content: Value,
}

/// Where things stand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The configuration given at the start.
    Config,
    /// The result of a step.
    Step(String),
    /// An artifact and its version.
    Artifact(String, i64),
}

/// A thing in a tree, with what it rests on below it, or, forward, what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// Instance id.
    pub instance: String,
    /// What it is: `card`, `principle`, `goal`; `artifact` or `step` for a whole.
    pub what: String,
    /// Its id; the name of an artifact or a step.
    pub id: String,
    /// Its words, when it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it stands first.
    pub origin: Origin,
    /// Field that joins it to the thing above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// It stands elsewhere in the tree already, with what is below it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// More is below it than the tree shows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// What is below it.
    pub below: Vec<Branch>,
}

/// Which way a tree grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To what a thing rests on.
    Back,
    /// To what came of it.
    Forward,
}

/// The things of a family and what joins them.
#[derive(Debug)]
pub struct Lineage {
    nodes: Vec<Node>,
    /// By member and id; the same thing may stand under several members.
    known: BTreeMap<(usize, String), usize>,
    wholes: BTreeMap<(usize, Origin), usize>,
    members: Vec<String>,
    /// What a node rests on, with the field.
    grounds: BTreeMap<usize, BTreeMap<usize, String>>,
    /// What came of a node, with the field.
    fruits: BTreeMap<usize, BTreeMap<usize, String>>,
    held: BTreeMap<usize, BTreeSet<usize>>,
}

#[derive(Debug)]
struct Node {
    member: usize,
    what: String,
    id: String,
    text: Option<String>,
    origin: Origin,
}

impl Lineage {
    /// Reads a family. Members whose parent is not among them stand on their own.
    pub fn of(family: &[Member]) -> Self {
        let scans: Vec<Scan> = family.iter().map(Scan::of).collect();
        let mut lineage = Self {
            nodes: Vec::new(),
            known: BTreeMap::new(),
            wholes: BTreeMap::new(),
            members: family.iter().map(|member| member.instance.clone()).collect(),
            grounds: BTreeMap::new(),
            fruits: BTreeMap::new(),
            held: BTreeMap::new(),
        };
        let ancestors: Vec<Vec<usize>> = (0..family.len()).map(|index| ancestors(family, index)).collect();
        let mut order: Vec<usize> = (0..family.len()).collect();
        order.sort_by_key(|index| (ancestors[*index].len(), *index));
        for index in &order {
            lineage.name(&family[*index], *index, &scans[*index], &ancestors[*index]);
        }
        for index in order {
            lineage.join(&family[index], index, &scans[index], &ancestors[index]);
        }
        lineage
    }

    /// Gives the things of a member their node: that of the cycle above it when they are the same.
    fn name(&mut self, member: &Member, index: usize, scan: &Scan, ancestors: &[usize]) {
        for part in member.parts.iter().filter(|part| part.origin != Origin::Config) {
            let (what, id) = match &part.origin {
                Origin::Artifact(name, _) => ("artifact", name),
                Origin::Step(step) => ("step", step),
                Origin::Config => continue,
            };
            let node =
                Node { member: index, what: what.into(), id: id.clone(), text: None, origin: part.origin.clone() };
            self.nodes.push(node);
            self.wholes.insert((index, part.origin.clone()), self.nodes.len() - 1);
        }
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        // A product says what a thing is called in the end: a cluster that became a principle.
        let mut called: BTreeMap<&str, &str> = BTreeMap::new();
        for fact in &scan.facts {
            if let Some(text) = &fact.text {
                texts.entry(&fact.id).or_insert(text);
            }
            if matches!(member.parts[fact.part].origin, Origin::Artifact(..)) {
                called.entry(&fact.id).or_insert(&fact.what);
            }
        }
        for fact in &scan.facts {
            let key = (index, fact.id.clone());
            if self.known.contains_key(&key) {
                continue;
            }
            let text = texts.get(fact.id.as_str()).map(|text| (*text).to_owned());
            let above = ancestors.iter().find_map(|above| self.known.get(&(*above, fact.id.clone())).copied());
            let same = above.filter(|above| text.is_none() || self.nodes[*above].text == text);
            let node = same.unwrap_or(self.nodes.len());
            if node == self.nodes.len() {
                let origin = member.parts[fact.part].origin.clone();
                let what = called.get(fact.id.as_str()).map_or_else(|| fact.what.clone(), |what| (*what).to_owned());
                self.nodes.push(Node { member: index, what, id: fact.id.clone(), text, origin });
            }
            self.known.insert(key, node);
        }
    }

    fn join(&mut self, member: &Member, index: usize, scan: &Scan, ancestors: &[usize]) {
        let node = |lineage: &Self, fact: usize| lineage.known.get(&(index, scan.facts[fact].id.clone())).copied();
        for (at, fact) in scan.facts.iter().enumerate() {
            let Some(own) = node(self, at) else { continue };
            let whole = self.wholes.get(&(index, member.parts[fact.part].origin.clone())).copied();
            if let Some(whole) = whole {
                self.held.entry(whole).or_default().insert(own);
            }
            match &fact.around {
                Some((around, field)) => {
                    if let Some(around) = node(self, *around) {
                        self.edge(around, own, field);
                    }
                }
                None => {
                    if let (Some(whole), Origin::Artifact(..)) = (whole, &member.parts[fact.part].origin) {
                        self.edge(whole, own, &fact.what);
                    }
                }
            }
        }
        for mention in &scan.mentions {
            let Some(named) = self.resolve(index, ancestors, &mention.word) else { continue };
            let whole = self.wholes.get(&(index, member.parts[mention.part].origin.clone())).copied();
            match mention.fact.and_then(|fact| node(self, fact)) {
                Some(own) if LEADS_TO.contains(&mention.field.as_str()) => self.edge(named, own, &mention.field),
                Some(own) => self.edge(own, named, &mention.field),
                None => {
                    if let Some(whole) = whole
                        && !self.held.get(&whole).is_some_and(|held| held.contains(&named))
                    {
                        self.edge(whole, named, &mention.field);
                    }
                }
            }
        }
    }

    /// What a word names: something of the cycle itself, of those above it, or the only one of that id in the family.
    fn resolve(&self, member: usize, ancestors: &[usize], word: &str) -> Option<usize> {
        let near = std::iter::once(&member).chain(ancestors);
        let mut near = near.filter_map(|member| self.known.get(&(*member, word.to_owned())));
        if let Some(found) = near.next() {
            return Some(*found);
        }
        let mut all = (0..self.members.len()).filter_map(|member| self.known.get(&(member, word.to_owned())));
        let first = *all.next()?;
        all.all(|other| *other == first).then_some(first)
    }

    fn edge(&mut self, from: usize, to: usize, field: &str) {
        if from != to {
            self.grounds.entry(from).or_default().entry(to).or_insert_with(|| field.to_owned());
            self.fruits.entry(to).or_default().entry(from).or_insert_with(|| field.to_owned());
        }
    }

    /// The tree of an artifact, a step, or a thing of an instance; with `id` that of a thing in the artifact or step.
    /// `None` when there is nothing of that name.
    pub fn tree(&self, instance: &str, name: &str, id: Option<&str>, way: Way) -> Option<Branch> {
        let member = self.members.iter().position(|known| known == instance)?;
        let whole = self.whole(member, name);
        let root = match (whole, id) {
            (Some(whole), Some(id)) => {
                let node = *self.known.get(&(member, id.to_owned()))?;
                self.held.get(&whole).filter(|held| held.contains(&node)).map(|_| node)?
            }
            (None, Some(_)) => return None,
            (Some(whole), None) => whole,
            (None, None) => *self.known.get(&(member, name.to_owned()))?,
        };
        let mut growth = Growth { lineage: self, way, seen: BTreeSet::new() };
        Some(growth.branch(root, None, 0))
    }

    fn whole(&self, member: usize, name: &str) -> Option<usize> {
        let of = |artifact: bool| {
            self.wholes.iter().find(|((owner, origin), _)| {
                *owner == member
                    && match origin {
                        Origin::Artifact(known, _) => artifact && known == name,
                        Origin::Step(known) => !artifact && known == name,
                        Origin::Config => false,
                    }
            })
        };
        of(true).or_else(|| of(false)).map(|(_, node)| *node)
    }

    /// Names that [`Lineage::tree`] knows of an instance: artifacts and steps first, then ids, each once.
    pub fn names(&self, instance: &str) -> Vec<String> {
        let Some(member) = self.members.iter().position(|known| known == instance) else { return Vec::new() };
        let wholes =
            self.wholes.iter().filter(|((owner, _), _)| *owner == member).map(|(_, node)| &self.nodes[*node].id);
        let things = self.known.keys().filter(|(owner, _)| *owner == member).map(|(_, id)| id);
        let mut seen = BTreeSet::new();
        wholes.chain(things).filter(|name| seen.insert(name.as_str())).cloned().collect()
    }
}

/// Grows one tree.
struct Growth<'l> {
    lineage: &'l Lineage,
    way: Way,
    seen: BTreeSet<usize>,
}

impl Growth<'_> {
    fn branch(&mut self, node: usize, through: Option<&str>, depth: usize) -> Branch {
        let of = &self.lineage.nodes[node];
        let mut branch = Branch {
            instance: self.lineage.members[of.member].clone(),
            what: of.what.clone(),
            id: of.id.clone(),
            text: of.text.clone(),
            origin: of.origin.clone(),
            through: through.map(str::to_owned),
            again: false,
            cut: false,
            below: Vec::new(),
        };
        let next = self.next(node);
        if !self.seen.insert(node) {
            branch.again = !next.is_empty();
            return branch;
        }
        for (below, field) in next {
            if depth >= MAX_DEPTH || self.seen.len() >= MAX_BRANCHES {
                branch.cut = true;
                break;
            }
            branch.below.push(self.branch(below, Some(&field), depth + 1));
        }
        branch
    }

    /// The nodes one step on, in order of what they are and their id. A step gives what it holds.
    fn next(&self, node: usize) -> Vec<(usize, String)> {
        let edges = match self.way {
            Way::Back => &self.lineage.grounds,
            Way::Forward => &self.lineage.fruits,
        };
        let mut next = edges.get(&node).cloned().unwrap_or_default();
        if self.way == Way::Back
            && matches!(self.lineage.nodes[node].origin, Origin::Step(_))
            && self.lineage.held.contains_key(&node)
        {
            for held in self.lineage.held.get(&node).into_iter().flatten() {
                next.entry(*held).or_insert_with(|| self.lineage.nodes[*held].what.clone());
            }
        }
        let mut next: Vec<(usize, String)> = next.into_iter().collect();
        next.sort_by_key(|(node, _)| {
            let of = &self.lineage.nodes[*node];
            (of.what.clone(), self.lineage.members[of.member].clone(), of.id.clone())
        });
        next
    }
}

/// The cycles above one, nearest first; a circle ends where it closes.
fn ancestors(family: &[Member], index: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = index;
    while let Some(above) =
        family[at].parent.as_ref().and_then(|id| family.iter().position(|other| other.instance == *id))
    {
        if above == index || found.contains(&above) {
            break;
        }
        found.push(above);
        at = above;
    }
    found
}

#[cfg(test)]
mod tests;

//! Step kind `cluster-count` (domain.md H1.3): people write cards, a core team groups them, the groups are counted.
//! Mentions, supporters and examples per cluster in L9 order. Lateness and withdrawal are the host's.

mod check;
mod fold;
mod spec;

use std::collections::BTreeMap;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, export, json, say,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use fold::{Cluster, Picture};

/// The kind.
#[derive(Debug)]
pub struct ClusterCount;

/// What people write about, and how it counts.
#[derive(Debug, Deserialize)]
pub struct Config {
    questions: Vec<Question>,
    #[serde(default)]
    by: By,
    #[serde(default = "yes")]
    dedupe: bool,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    kinds: Vec<ClusterKind>,
    #[serde(default)]
    presets: Vec<Preset>,
    #[serde(default)]
    clusterers: Vec<String>,
    #[serde(default)]
    require_assigned: bool,
    #[serde(default)]
    min_clusters: BTreeMap<ClusterKind, u64>,
    artifact: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
struct Question {
    id: String,
    maps_to: Role,
}

/// What a card of a question does for its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    /// Counts as a mention of a principle, need or theme.
    Mention,
    /// Illustrates one.
    Example,
    /// Counts for a point of attention.
    Attention,
    /// Only kept with it.
    Note,
}

/// Who supports a card: the group, or the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    Group,
    Person,
}

/// What a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClusterKind {
    Principle,
    Attention,
    Need,
    Theme,
    Rest,
}

impl ClusterKind {
    /// Mention and example cards go to principles, needs and themes, attention cards to attention; notes and the rest take all.
    fn takes(self, role: Role) -> bool {
        match (self, role) {
            (Self::Rest, _) | (_, Role::Note) => true,
            (Self::Attention, role) => role == Role::Attention,
            (_, role) => role != Role::Attention,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Principle => "principle",
            Self::Attention => "attention",
            Self::Need => "need",
            Self::Theme => "theme",
            Self::Rest => "rest",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Preset {
    id: String,
    #[serde(alias = "text")]
    label: Value,
    kind: Option<ClusterKind>,
}

/// What people contribute.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// One idea.
    Card(Card),
    /// Puts a card in a cluster, or in the rest.
    Assign(Assign),
    /// Makes or relabels a cluster.
    Cluster(NewCluster),
    /// Joins one cluster with another.
    Merge(Merge),
}

/// One idea.
#[derive(Debug, Deserialize)]
pub struct Card {
    card_id: Option<String>,
    question: String,
    text: String,
    group: Option<String>,
}

/// Where a card belongs.
#[derive(Debug, Deserialize)]
pub struct Assign {
    card_id: String,
    cluster_id: Option<String>,
    #[serde(default)]
    rest: bool,
    reason: Option<String>,
}

/// A cluster by name.
#[derive(Debug, Deserialize)]
pub struct NewCluster {
    cluster_id: String,
    label: String,
    kind: ClusterKind,
}

/// `from` becomes part of `into`.
#[derive(Debug, Deserialize)]
pub struct Merge {
    from: String,
    into: String,
}

impl StepKind for ClusterCount {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Problem> {
        fold::fold(ctx, all)
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = json(picture);
        let mut team = whole.clone();
        for card in team["cards"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            card.remove("person");
        }
        let outside = json!({"clusters": whole["clusters"], "totals": whole["totals"]});
        Projections::default()
            .to(&["facilitator"], whole)
            .to(&["contributor", "team"], team)
            .to(&["policy", "school"], outside)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.require_assigned && !picture.unassigned.is_empty() {
            let text = say("geef elk kaartje een plaats, of zet het met een reden bij de rest", "give every card a place, or put it with the rest and say why");
            outcome.not_ready(Problem::new("UNASSIGNED_CARDS", text).args(&picture.unassigned));
        }
        for (kind, least) in &ctx.config.min_clusters {
            if (picture.of_kind(*kind).count() as u64) < *least {
                let text = say("er zijn nog te weinig groepen van deze soort", "there are not enough clusters of this kind yet");
                outcome.not_ready(Problem::new("NOT_READY", text).arg(kind.word()));
            }
        }
        if let Some(content) = artifact(picture) {
            outcome.artifact(ctx.config.artifact.as_deref().unwrap_or("principles"), content);
        }
        outcome
    }
}

/// The durable product: principles and attention points, and needs and themes where there are any.
fn artifact(picture: &Picture) -> Option<Value> {
    let mut content = Map::new();
    let lists = [
        ("principles", ClusterKind::Principle),
        ("attention", ClusterKind::Attention),
        ("needs", ClusterKind::Need),
        ("themes", ClusterKind::Theme),
    ];
    for (name, kind) in lists {
        let list: Vec<Value> = picture.of_kind(kind).map(Cluster::product).collect();
        if !list.is_empty() || matches!(kind, ClusterKind::Principle | ClusterKind::Attention) {
            content.insert(name.to_owned(), list.into());
        }
    }
    let any = content.values().any(|list| list.as_array().is_some_and(|list| !list.is_empty()));
    any.then_some(Value::Object(content))
}

export!(ClusterCount);

#[cfg(test)]
mod tests;

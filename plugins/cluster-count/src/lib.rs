//! Step kind `cluster-count` (domain.md H1.3): people write cards, a core team groups them, the groups are counted.
//! Mentions, supporters and examples per cluster in L9 order. Lateness and withdrawal are the host's.

mod check;
mod fold;
mod spec;

use draaiboek_sdk::{
    AUDIENCES, Accepted, Context, Contribution, Json, Object, Outcome, Problem, Projections, Refusal, Sender, Spec,
    StepKind, Table, ToJson, entries, export, object, reads, say, words,
};

use fold::{Cluster, Picture};

/// The kind.
#[derive(Debug)]
pub struct ClusterCount;

/// What people write about, and how it counts.
#[derive(Debug)]
pub struct Config {
    questions: Vec<Question>,
    by: By,
    dedupe: bool,
    groups: Vec<String>,
    kinds: Vec<ClusterKind>,
    presets: Vec<Preset>,
    clusterers: Vec<String>,
    require_assigned: bool,
    min_clusters: Table<usize>,
    artifact: String,
}
reads!(Config {
    questions, by, dedupe = true, groups, kinds, presets, clusterers, require_assigned, min_clusters,
    artifact = "principles".to_owned(),
});

#[derive(Debug)]
struct Question {
    id: String,
    maps_to: Role,
}
reads!(Question { id, maps_to });

/// What a card of a question does for its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
words!(Role { Mention = "mention", Example = "example", Attention = "attention", Note = "note" });

/// Who supports a card: the group, or the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Group,
    Person,
}
words!(By { Group = "group", Person = "person" });

/// What a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ClusterKind {
    Principle,
    Attention,
    Need,
    Theme,
    Rest,
}
words!(ClusterKind { Principle = "principle", Attention = "attention", Need = "need", Theme = "theme", Rest = "rest" });

impl ClusterKind {
    /// Mention and example cards go to principles, needs and themes, attention cards to attention; notes and the rest take all.
    fn takes(self, role: Role) -> bool {
        match (self, role) {
            (Self::Rest, _) | (_, Role::Note) => true,
            (Self::Attention, role) => role == Role::Attention,
            (_, role) => role != Role::Attention,
        }
    }
}

/// A cluster that stands before anybody groups. In an artifact its label is called `text`.
#[derive(Debug, Clone)]
struct Preset {
    id: String,
    label: Json,
    text: Json,
    kind: Option<ClusterKind>,
}
reads!(Preset { id, label, text, kind });

/// What people contribute.
#[derive(Debug)]
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
entries!(Entry { Card = "card", Assign = "assign", Cluster = "cluster", Merge = "merge" });

/// One idea.
#[derive(Debug)]
pub struct Card {
    card_id: Option<String>,
    question: String,
    text: String,
    group: Option<String>,
}
reads!(Card { card_id, question, text, group });

/// Where a card belongs.
#[derive(Debug)]
pub struct Assign {
    card_id: String,
    cluster_id: Option<String>,
    rest: bool,
    reason: Option<String>,
}
reads!(Assign { card_id, cluster_id, rest, reason });

/// A cluster by name.
#[derive(Debug)]
pub struct NewCluster {
    cluster_id: String,
    label: String,
    kind: ClusterKind,
}
reads!(NewCluster { cluster_id, label, kind });

/// `from` becomes part of `into`.
#[derive(Debug)]
pub struct Merge {
    from: String,
    into: String,
}
reads!(Merge { from, into });

impl StepKind for ClusterCount {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        fold::fold(ctx, all)
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let cards_shown = picture.cards.len() as u64;
        let anonymous = fold::anonymous(ctx);
        if anonymous && ctx.config.by == By::Person && cards_shown < ctx.threshold(None) {
            return Projections::default().to(AUDIENCES, object! {"under_threshold" => true, "n" => cards_shown});
        }
        let mut whole = picture.to_json();
        let mut team = whole.clone();
        let mut cards = picture.cards.to_json();
        cards.hide("person");
        if anonymous {
            whole.set("cards", &cards);
        }
        team.set("cards", cards);
        let outside = whole.only(&["clusters", "totals"]);
        Projections::default()
            .to(&["facilitator"], whole)
            .to(&["contributor", "team"], team)
            .to(&["policy", "school"], outside)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.require_assigned && !picture.unassigned.is_empty() {
            let text = say(
                "geef elk kaartje een plaats, of zet het met een reden bij de rest",
                "give every card a place, or put it with the rest and say why",
            );
            outcome.not_ready(Problem::new("UNASSIGNED_CARDS", text).args(&picture.unassigned));
        }
        for (kind, least) in &ctx.config.min_clusters {
            if picture.clusters.iter().filter(|cluster| cluster.kind.word() == kind).count() < *least {
                let text = say(
                    "er zijn nog te weinig groepen van deze soort",
                    "there are not enough clusters of this kind yet",
                );
                outcome.not_ready(Problem::new("NOT_READY", text).arg(kind));
            }
        }
        if let Some(content) = artifact(picture) {
            outcome.artifact(&ctx.config.artifact, content);
        }
        outcome
    }
}

/// The durable product: principles and attention points, and needs and themes where there are any.
fn artifact(picture: &Picture) -> Option<Json> {
    let mut content = Object::default();
    let mut any = false;
    let lists = [
        ("principles", ClusterKind::Principle),
        ("attention", ClusterKind::Attention),
        ("needs", ClusterKind::Need),
        ("themes", ClusterKind::Theme),
    ];
    for (name, kind) in lists {
        let list: Vec<Json> = picture.of_kind(kind).map(Cluster::product).collect();
        any |= !list.is_empty();
        if !list.is_empty() || matches!(kind, ClusterKind::Principle | ClusterKind::Attention) {
            content.set(name, Json::List(list));
        }
    }
    any.then_some(Json::Object(content))
}

export!(ClusterCount);

#[cfg(test)]
mod tests;

//! From cards, places and clusters to counts.

use draaiboek_sdk::{
    COUNT, Context, Contribution, Json, Refusal, Shape, Table, by_score, fields, list, norm, object, opt, reads, req,
    writes,
};

use crate::{By, ClusterCount, ClusterKind, Entry, Preset, Role};

/// The result.
#[derive(Debug)]
pub struct Picture {
    pub(crate) cards: Vec<Counted>,
    pub(crate) clusters: Vec<Cluster>,
    rest: Vec<Rest>,
    duplicates: Vec<Duplicate>,
    pub(crate) unassigned: Vec<String>,
    totals: Totals,
    by_question: Table<u64>,
    by_group: Table<Table<u64>>,
    groups_without: Table<Vec<String>>,
    /// Clusters that became part of another.
    pub(crate) merged: Table<String>,
}
writes!(Picture { cards, clusters, rest, duplicates, unassigned, totals, by_question, by_group, groups_without });

/// A card in force. Cards of an earlier step's result are read in this form too.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(crate) id: String,
    pub(crate) question: String,
    text: String,
    group: Option<String>,
    pub(crate) person: Option<String>,
    admitted_late: bool,
    duplicate_of: Option<String>,
    pub(crate) cluster: Option<String>,
}
fields!(Counted { id, question, text, group, person, admitted_late, duplicate_of, cluster });

/// A cluster with its counts.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) id: String,
    label: Json,
    pub(crate) kind: ClusterKind,
    mentions: u64,
    groups: u64,
    cards: Vec<String>,
    examples: Vec<String>,
    example_texts: Vec<String>,
    notes: Vec<String>,
    supporters: Table<()>,
}
writes!(Cluster { id, label, kind, mentions, groups, cards, examples, example_texts, notes });

#[derive(Debug)]
struct Rest {
    card: String,
    reason: String,
}
writes!(Rest { card, reason });

#[derive(Debug)]
struct Duplicate {
    card: String,
    of: String,
}
writes!(Duplicate { card, of });

#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    submitted: u64,
    withdrawn: u64,
    late: u64,
    duplicate: u64,
    counted: u64,
}
fields!(Totals { submitted, withdrawn, late, duplicate, counted });

impl Picture {
    /// The clusters of a kind, in L9 order.
    pub(crate) fn of_kind(&self, kind: ClusterKind) -> impl Iterator<Item = &Cluster> {
        self.clusters.iter().filter(move |cluster| cluster.kind == kind)
    }

    pub(crate) fn cluster(&self, id: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.id == id)
    }
}

impl Cluster {
    fn new(id: &str, label: Json, kind: ClusterKind) -> Self {
        let (cards, examples, example_texts, notes) = Default::default();
        let supporters = Table::default();
        Self {
            id: id.to_owned(),
            label,
            kind,
            mentions: 0,
            groups: 0,
            cards,
            examples,
            example_texts,
            notes,
            supporters,
        }
    }

    /// As it stands in the artifact.
    pub(crate) fn product(&self) -> Json {
        object! {
            "id" => self.id, "text" => self.label, "mentions" => self.mentions, "groups" => self.groups,
            "examples" => self.examples, "example_texts" => self.example_texts,
        }
    }

    fn take(&mut self, card: &Counted, role: Role, by: By) {
        self.cards.push(card.id.clone());
        match role {
            Role::Example => {
                self.examples.push(card.id.clone());
                self.example_texts.push(card.text.clone());
            }
            Role::Note => self.notes.push(card.id.clone()),
            Role::Mention | Role::Attention => {
                self.mentions += 1;
                if let Some(supporter) = card.supporter(by) {
                    self.supporters.set(supporter, ());
                }
                self.groups = self.supporters.len() as u64;
            }
        }
    }
}

impl Counted {
    fn supporter(&self, by: By) -> Option<&str> {
        match by {
            By::Group => self.group.as_deref(),
            By::Person => self.person.as_deref(),
        }
    }
}

const CARDS: Shape = list(&Shape::Object(&[
    req("id", Shape::Id),
    req("question", Shape::Id),
    req("text", Shape::Text { max: 280 }),
    opt("group", Shape::OrNull(&Shape::Id)),
    opt("person", Shape::OrNull(&Shape::Id)),
    opt("admitted_late", Shape::Bool),
]));
const TOTALS: Shape = Shape::Object(&[req("submitted", COUNT), req("withdrawn", COUNT), req("late", COUNT)]);
const EARLIER: Shape = Shape::Object(&[req("cards", CARDS), opt("totals", Shape::OrNull(&TOTALS))]);
const PRESET: Shape = Shape::Object(&[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("text", Shape::Label),
    opt("kind", crate::spec::KINDS),
]);
const PRESETS: Shape = list(&PRESET);
const PRODUCTS: Shape = Shape::Object(&[
    opt("principles", PRESETS),
    opt("attention", PRESETS),
    opt("needs", PRESETS),
    opt("themes", PRESETS),
]);

/// Places by card: cluster, or the rest with a reason.
enum Place<'a> {
    Cluster(&'a str),
    Rest(&'a str),
}

pub(crate) fn fold(ctx: &Context<ClusterCount>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let (mut cards, base) = earlier(ctx)?;
    cards.extend(all.iter().filter_map(|one| own(ctx, one)));
    let duplicates = if ctx.config.dedupe { mark_duplicates(&mut cards, ctx.config.by) } else { Vec::new() };
    if anonymous(ctx) {
        // Neither the order nor a pseudonym tells who wrote what (L6).
        cards.sort_by(|a, b| a.id.cmp(&b.id));
        ctx.chance().shuffle(&mut cards);
    }
    let (mut clusters, mut places, mut merged) = (presets(ctx)?, Table::default(), Table::default());
    for one in all {
        match &one.entry {
            Entry::Cluster(new) => {
                let cluster = Cluster::new(&new.cluster_id, Json::Text(new.label.clone()), new.kind);
                clusters.set(&new.cluster_id, cluster);
            }
            Entry::Merge(merge) => {
                merged.set(&merge.from, merge.into.clone());
            }
            Entry::Assign(assign) => {
                let rest = Place::Rest(assign.reason.as_deref().unwrap_or_default());
                places.set(&assign.card_id, assign.cluster_id.as_deref().map_or(rest, Place::Cluster));
            }
            Entry::Card(_) => {}
        }
    }
    let (mut rest, mut unassigned) = (Vec::new(), Vec::new());
    for card in cards.iter_mut().filter(|card| card.duplicate_of.is_none()) {
        let Some(role) = role(ctx, &card.question) else { continue };
        let cluster = match places.get(&card.id) {
            Some(Place::Cluster(id)) => clusters.get_mut(end(&merged, id)).filter(|cluster| cluster.kind.takes(role)),
            Some(Place::Rest(reason)) => {
                rest.push(Rest { card: card.id.clone(), reason: (*reason).to_owned() });
                continue;
            }
            None => None,
        };
        match cluster {
            Some(cluster) => {
                card.cluster = Some(cluster.id.clone());
                cluster.take(card, role, ctx.config.by);
            }
            None => unassigned.push(card.id.clone()),
        }
    }
    unassigned.sort();
    rest.sort_by(|a, b| a.card.cmp(&b.card));
    let totals = totals(ctx, base, &cards, duplicates.len());
    let (by_question, by_group, groups_without) = counts(ctx, &cards);
    let clusters = ranked(clusters, &merged);
    Ok(Picture { cards, clusters, rest, duplicates, unassigned, totals, by_question, by_group, groups_without, merged })
}

/// The cards of an earlier step, and its totals, when the workflow passes them as input `cards`.
fn earlier(ctx: &Context<ClusterCount>) -> Result<(Vec<Counted>, Option<Totals>), Refusal> {
    struct Earlier {
        cards: Vec<Counted>,
        totals: Option<Totals>,
    }
    reads!(Earlier { cards, totals });
    if let Some(Json::List(_)) = ctx.inputs.get("cards") {
        return Ok((fresh(ctx.input("cards", &CARDS)?.unwrap_or_default()), None));
    }
    let earlier: Option<Earlier> = ctx.input("cards", &EARLIER)?;
    Ok(earlier.map_or_else(Default::default, |earlier| (fresh(earlier.cards), earlier.totals)))
}

/// Duplicates and places are found again here.
fn fresh(cards: Vec<Counted>) -> Vec<Counted> {
    cards.into_iter().map(|card| Counted { duplicate_of: None, cluster: None, ..card }).collect()
}

fn own(ctx: &Context<ClusterCount>, one: &Contribution<Entry>) -> Option<Counted> {
    let Entry::Card(card) = &one.entry else { return None };
    Some(Counted {
        id: card.card_id.clone().unwrap_or_else(|| one.slot.clone()),
        question: card.question.clone(),
        text: card.text.clone(),
        group: card.group.clone().or_else(|| one.from.group.clone()),
        person: (ctx.config.by == By::Person).then(|| one.by().to_owned()),
        admitted_late: one.admitted_late,
        duplicate_of: None,
        cluster: None,
    })
}

/// Same supporter, same question, same normalised text: the first by sequence counts.
fn mark_duplicates(cards: &mut [Counted], by: By) -> Vec<Duplicate> {
    let mut first: Table<String> = Table::default();
    let mut duplicates = Vec::new();
    for card in cards {
        // No id and no cleaned text holds a control character: the parts cannot run into each other.
        let key = format!("{}\u{1}{}\u{1}{}", card.supporter(by).unwrap_or_default(), card.question, norm(&card.text));
        if let Some(of) = first.get(&key) {
            card.duplicate_of = Some(of.clone());
            duplicates.push(Duplicate { card: card.id.clone(), of: of.clone() });
        } else {
            first.set(&key, card.id.clone());
        }
    }
    duplicates
}

/// Clusters that stand before anybody groups: from the configuration, and earlier products as input `presets`.
fn presets(ctx: &Context<ClusterCount>) -> Result<Table<Cluster>, Refusal> {
    struct Products {
        principles: Vec<Preset>,
        attention: Vec<Preset>,
        needs: Vec<Preset>,
        themes: Vec<Preset>,
    }
    reads!(Products { principles, attention, needs, themes });
    let mut presets: Vec<Preset> = ctx.config.presets.clone();
    if let Some(Json::List(_)) = ctx.inputs.get("presets") {
        presets.extend(ctx.input::<Vec<Preset>>("presets", &PRESETS)?.unwrap_or_default());
    } else if let Some(products) = ctx.input::<Products>("presets", &PRODUCTS)? {
        for (list, kind) in [
            (products.principles, ClusterKind::Principle),
            (products.attention, ClusterKind::Attention),
            (products.needs, ClusterKind::Need),
            (products.themes, ClusterKind::Theme),
        ] {
            presets.extend(list.into_iter().map(|preset| Preset { kind: Some(kind), ..preset }));
        }
    }
    let cluster = |preset: Preset| {
        let kind = preset.kind.unwrap_or(ClusterKind::Theme);
        let label = if preset.label == Json::Null { preset.text } else { preset.label };
        (preset.id.clone(), Cluster::new(&preset.id, label, kind))
    };
    Ok(presets.into_iter().map(cluster).collect())
}

/// Whether nobody may find out who wrote a card.
pub(crate) fn anonymous(ctx: &Context<ClusterCount>) -> bool {
    ctx.identity.as_deref() == Some("anonymous")
}

pub(crate) fn role(ctx: &Context<ClusterCount>, question: &str) -> Option<Role> {
    ctx.config.questions.iter().find(|known| known.id == question).map(|known| known.maps_to)
}

/// Where a chain of merges ends. A chain that bites its tail ends where it started.
fn end<'a>(merged: &'a Table<String>, id: &'a str) -> &'a str {
    let mut at = id;
    for _ in 0..=merged.len() {
        match merged.get(at) {
            Some(next) => at = next,
            None => return at,
        }
    }
    id
}

fn ranked(clusters: Table<Cluster>, merged: &Table<String>) -> Vec<Cluster> {
    let mut live: Vec<Cluster> =
        clusters.into_iter().map(|entry| entry.1).filter(|cluster| end(merged, &cluster.id) == cluster.id).collect();
    live.sort_by(|a, b| by_score((a.mentions, a.groups, &a.id), (b.mentions, b.groups, &b.id)));
    live
}

/// Submitted, withdrawn and late as the host counted them; what counts is what is in force without duplicates.
fn totals(ctx: &Context<ClusterCount>, base: Option<Totals>, cards: &[Counted], duplicates: usize) -> Totals {
    let mut totals = base.unwrap_or_default();
    match (ctx.tally("card"), base) {
        (Some(tally), _) => {
            totals.submitted += tally.submitted;
            totals.withdrawn += tally.withdrawn;
            totals.late += tally.late;
        }
        (None, None) => totals.submitted = cards.len() as u64,
        (None, Some(_)) => {}
    }
    totals.duplicate = duplicates as u64;
    totals.counted = (cards.len() - duplicates) as u64;
    totals
}

type Counts = (Table<u64>, Table<Table<u64>>, Table<Vec<String>>);

/// Counted cards per question, and per group and question; every question and every expected group is named, with 0 too.
fn counts(ctx: &Context<ClusterCount>, cards: &[Counted]) -> Counts {
    let zero: Table<u64> = ctx.config.questions.iter().map(|question| (question.id.clone(), 0)).collect();
    let mut by_question = zero.clone();
    let mut by_group: Table<Table<u64>> = ctx.config.groups.iter().map(|group| (group.clone(), zero.clone())).collect();
    for card in cards.iter().filter(|card| card.duplicate_of.is_none()) {
        *by_question.at(&card.question) += 1;
        let Some(group) = &card.group else { continue };
        if !by_group.has(group) {
            by_group.set(group, zero.clone());
        }
        *by_group.at(group).at(&card.question) += 1;
    }
    let has =
        |group: &String, question: &str| by_group.get(group).and_then(|row| row.get(question)).is_some_and(|n| *n > 0);
    let without = |question: &str| ctx.config.groups.iter().filter(|group| !has(group, question)).cloned().collect();
    let groups_without = zero.names().map(|question| (question.to_owned(), without(question))).collect();
    (by_question, by_group, groups_without)
}

//! From marks to counts, shares and differences between observers. Marks are added in the order in which they were made, so
//! that a minus never takes a count below zero.

use draaiboek_sdk::{Context, Contribution, Fraction, Json, Named, Table, ToJson, object, writes};

use crate::{Combine, Entry, Mark, ONLY, Tally};

type Ctx = Context<Tally>;

/// The result.
#[derive(Debug)]
pub struct Picture {
    total: Json,
    sessions: Table<Session>,
    subjects: Table<Json>,
    tones: Table<u64>,
    subjects_without: Table<Vec<String>>,
    observers: Vec<String>,
    per_observer: Table<Table<Table<u64>>>,
    max_observer_difference: Table<Table<u64>>,
    single_observer: Vec<String>,
    sessions_without: Vec<String>,
    examples: Table<Vec<String>>,
}
writes!(Picture {
    total,
    sessions,
    subjects,
    tones,
    subjects_without,
    observers,
    per_observer,
    max_observer_difference,
    single_observer,
    sessions_without,
    examples,
});

impl Picture {
    pub(crate) fn observers(&self) -> &[String] {
        &self.observers
    }

    /// Sessions that somebody watched.
    pub(crate) fn sessions_counted(&self) -> usize {
        self.sessions.values().filter(|session| session.observers > 0).count()
    }

    pub(crate) fn sessions_without(&self) -> &[String] {
        &self.sessions_without
    }
}

/// Counts of all categories, combined.
#[derive(Debug, Default)]
struct Sum {
    counts: Table<u64>,
    values: Table<Fraction>,
}

#[derive(Debug)]
struct Session {
    sum: Sum,
    shown: Json,
    observers: usize,
}

impl ToJson for Session {
    fn to_json(&self) -> Json {
        let mut json = self.shown.clone();
        json.set("observers", self.observers);
        json.set("single_observer", self.observers == 1);
        json
    }
}

/// What a mark counts for: observer, session, category, subject, tone.
pub(crate) fn key(observer: &str, session: &str, mark: &Mark) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    [observer, session, &mark.category, &part(&mark.subject), &part(&mark.tone)].join("\n")
}

/// The count of every key, marks added in order, never below zero.
pub(crate) fn running<'a>(all: impl Iterator<Item = &'a Contribution<Entry>>) -> Table<i64> {
    let mut counts: Table<i64> = Table::default();
    for one in all {
        if let Entry::Mark(mark) = &one.entry {
            let count = counts.at(&key(one.by(), mark.session.as_deref().unwrap_or(ONLY), mark));
            *count = count.saturating_add(mark.delta.0 * mark.times).max(0);
        }
    }
    counts
}

pub(crate) fn fold(ctx: &Ctx, all: &[Contribution<Entry>]) -> Picture {
    let config = &ctx.config;
    let mut per_observer: Table<Table<Table<u64>>> = Table::default();
    let mut subjects: Table<Subject> = config.subjects.iter().map(|one| (one.id.clone(), Subject::default())).collect();
    let mut tones: Table<u64> = config.tones.iter().map(|tone| (tone.id.clone(), 0)).collect();
    for (key, count) in &running(all.iter()) {
        let count = u64::try_from(*count).unwrap_or(0);
        let mut parts = key.split('\n');
        let mut part = || parts.next().unwrap_or_default();
        let (observer, session, category, subject, tone) = (part(), part(), part(), part(), part());
        *per_observer.at(observer).at(session).at(category) += count;
        if !subject.is_empty() {
            subjects.at(subject).add(category, tone, count);
        }
        if !tone.is_empty() {
            *tones.at(tone) += count;
        }
    }
    for one in all {
        if let Entry::Observed(observed) = &one.entry {
            per_observer.at(one.by()).at(observed.session.as_deref().unwrap_or(ONLY));
        }
    }
    let sessions = sessions(ctx, &per_observer);
    let without = |tone: &str| {
        subjects
            .iter()
            .filter(|(_, one)| one.tones.get(tone).is_none_or(|n| *n == 0))
            .map(|(id, _)| id.clone())
            .collect()
    };
    let subjects_without = config.tones.iter().map(|tone| (tone.id.clone(), without(&tone.id))).collect();
    let mut total = Sum::blank(&config.categories);
    sessions.values().for_each(|session| total.add(&session.sum));
    let named = |wanted: &dyn Fn(&Session) -> bool| -> Vec<String> {
        sessions.iter().filter(|(_, session)| wanted(session)).map(|(id, _)| id.clone()).collect()
    };
    Picture {
        subjects: shown_subjects(&config.categories, &subjects),
        tones,
        subjects_without,
        observers: per_observer.names().map(str::to_owned).collect(),
        max_observer_difference: differences(&config.categories, sessions.names(), &per_observer),
        single_observer: named(&|session| session.observers == 1),
        sessions_without: named(&|session| session.observers == 0),
        per_observer,
        sessions,
        total: total.shown(&config.categories),
        examples: examples(ctx, all),
    }
}

fn sessions(ctx: &Ctx, per_observer: &Table<Table<Table<u64>>>) -> Table<Session> {
    let mut names: Table<()> = ctx.config.sessions.iter().map(|session| (session.id.clone(), ())).collect();
    per_observer.values().flat_map(Table::names).for_each(|session| names.set(session, ()));
    let one = |session: &str| {
        let of_session: Vec<&Table<u64>> = per_observer.values().filter_map(|sessions| sessions.get(session)).collect();
        let mut sum = Sum::blank(&ctx.config.categories);
        for (category, count) in of_session.iter().copied().flatten() {
            *sum.counts.at(category) += count;
        }
        let among = if ctx.config.combine == Combine::MeanOfObservers { of_session.len() } else { 1 };
        for (category, count) in &sum.counts {
            sum.values.set(category, fraction(*count, among));
        }
        let shown = sum.shown(&ctx.config.categories);
        Session { sum, shown, observers: of_session.len() }
    };
    names.names().map(|session| (session.to_owned(), one(session))).collect()
}

fn fraction(count: u64, among: usize) -> Fraction {
    // Nobody watched: nothing was counted, which is 0 and not unknown.
    Fraction::new(i64::try_from(count).unwrap_or(0), i64::try_from(among).unwrap_or(0).max(1))
}

impl Sum {
    fn blank(categories: &[Named]) -> Self {
        let zero = |category: &Named| (category.id.clone(), Fraction::new(0, 1));
        Self {
            counts: categories.iter().map(|category| (category.id.clone(), 0)).collect(),
            values: categories.iter().map(zero).collect(),
        }
    }

    fn add(&mut self, other: &Self) {
        for (category, count) in &other.counts {
            *self.counts.at(category) += count;
        }
        for (category, value) in &other.values {
            let known = self.values.get(category).copied().unwrap_or(Fraction::new(0, 1));
            self.values.set(category, known.plus(*value));
        }
    }

    /// Counts, combined values, and each category's share within its group.
    fn shown(&self, categories: &[Named]) -> Json {
        let mut groups: Table<Fraction> = Table::default();
        let group = |category: &Named| category.group.clone().unwrap_or_default();
        let value = |category: &Named| self.values.get(&category.id).copied().unwrap_or(Fraction::new(0, 1));
        for category in categories {
            let known = groups.get(&group(category)).copied().unwrap_or(Fraction::new(0, 1));
            groups.set(&group(category), known.plus(value(category)));
        }
        let mut shares: Table<Option<String>> = Table::default();
        for category in categories {
            let whole = groups.get(&group(category)).copied().unwrap_or(Fraction::new(0, 1));
            shares.set(&category.id, value(category).over(whole).shown(100));
        }
        groups.take("");
        let written = |values: &Table<Fraction>| -> Table<Json> {
            values.iter().map(|(name, value)| (name.clone(), written(*value))).collect()
        };
        let all: u64 = self.counts.values().sum();
        object! {
            "counts" => self.counts, "values" => written(&self.values), "shares" => shares, "groups" => written(&groups), "all" => all,
        }
    }
}

fn written(value: Fraction) -> Json {
    let mut json = value.to_json();
    json.set("shown", value.shown(1));
    json
}

/// Per session and category the most minus the least that an observer of that session counted.
fn differences<'a>(
    categories: &[Named],
    sessions: impl Iterator<Item = &'a str>,
    per_observer: &Table<Table<Table<u64>>>,
) -> Table<Table<u64>> {
    let mut differences = Table::default();
    for session in sessions {
        let of_session: Vec<&Table<u64>> = per_observer.values().filter_map(|sessions| sessions.get(session)).collect();
        let mut of_categories: Table<u64> = Table::default();
        for category in categories {
            let counts = || of_session.iter().map(|counts| counts.get(&category.id).copied().unwrap_or(0));
            of_categories.set(&category.id, counts().max().unwrap_or(0) - counts().min().unwrap_or(0));
        }
        differences.set(session, of_categories);
    }
    differences
}

/// The marks about one person or thing, of all observers and sessions.
#[derive(Debug, Default)]
struct Subject {
    counts: Table<u64>,
    tones: Table<u64>,
}

impl Subject {
    fn add(&mut self, category: &str, tone: &str, count: u64) {
        *self.counts.at(category) += count;
        if !tone.is_empty() {
            *self.tones.at(tone) += count;
        }
    }

    fn all(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// Per subject the counts, its share of all marks about subjects, and its share of each category.
fn shown_subjects(categories: &[Named], subjects: &Table<Subject>) -> Table<Json> {
    let whole: u64 = subjects.values().map(Subject::all).sum();
    let of_category = |id: &str| -> u64 { subjects.values().filter_map(|subject| subject.counts.get(id)).sum() };
    let share = |part: u64, whole: u64| {
        Fraction::new(i64::try_from(part).unwrap_or(0), i64::try_from(whole).unwrap_or(0)).shown(100)
    };
    let one = |subject: &Subject| {
        let mut counts: Table<u64> = Table::default();
        let mut shares: Table<Option<String>> = Table::default();
        for category in categories {
            let count = subject.counts.get(&category.id).copied().unwrap_or(0);
            counts.set(&category.id, count);
            shares.set(&category.id, share(count, of_category(&category.id)));
        }
        let all = subject.all();
        object! {"counts" => counts, "all" => all, "share" => share(all, whole), "shares" => shares, "tones" => subject.tones}
    };
    subjects.iter().map(|(id, subject)| (id.clone(), one(subject))).collect()
}

/// Examples per category, in an order that says nothing about who wrote them.
fn examples(ctx: &Ctx, all: &[Contribution<Entry>]) -> Table<Vec<String>> {
    let mut examples: Table<Vec<String>> = Table::default();
    for one in all {
        if let Entry::Example(example) = &one.entry {
            examples.at(&example.category).push(example.text.clone());
        }
    }
    let mut chance = ctx.chance();
    for (_, texts) in examples.iter_mut() {
        texts.sort();
        chance.shuffle(texts);
    }
    examples
}

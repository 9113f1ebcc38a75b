//! Verdicts out of ratings.

use draaiboek_sdk::{Context, Contribution, Json, Refusal, Table, ToJson, words, writes};

use crate::{Criterion, Entry, QualityTest, Rated, Rating, Source, Subject, criteria, subject};

/// The result.
#[derive(Debug)]
pub struct Picture {
    pub(crate) subject: Option<Subject>,
    pub(crate) criteria: Vec<Row>,
    pub(crate) verdicts: Table<Verdict>,
    met: Vec<String>,
    partly: Vec<String>,
    not_yet: Vec<String>,
    pub(crate) unrated: Vec<String>,
    must_open: Vec<String>,
    pub(crate) overall: Overall,
    pub(crate) raters: usize,
    /// Ratings that were given for another version of the material.
    other_version: u64,
    /// Kept out of the result: remarks are for the team only.
    pub(crate) remarks: Vec<Remark>,
}
writes!(Picture {
    subject,
    criteria,
    verdicts,
    met,
    partly,
    not_yet,
    unrated,
    must_open,
    overall,
    raters,
    other_version
});

/// A criterion with its counts.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) label: Option<Json>,
    source: Option<Source>,
    must: bool,
    reference: Option<String>,
    pub(crate) version: Option<u32>,
    n: u64,
    c2: u64,
    c1: u64,
    c0: u64,
    na: u64,
    pub(crate) verdict: Verdict,
    by_version: Table<u64>,
    evidence: u64,
}
writes!(Row { id, label, source, must, reference: "ref", version, n, c2, c1, c0, na, verdict, by_version, evidence });

/// What the ratings of a criterion come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Unrated,
    Met,
    Partly,
    NotYet,
}
words!(Verdict { Unrated = "unrated", Met = "met", Partly = "partly", NotYet = "not_yet" });

/// What they come to together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overall {
    Adjust,
    Pass,
}
words!(Overall { Adjust = "adjust", Pass = "pass" });

/// What somebody saw.
#[derive(Debug)]
pub(crate) struct Remark {
    criterion: String,
    rating: Rating,
    text: String,
    by: String,
}
writes!(Remark { criterion, rating, text, by });

impl Row {
    fn new(criterion: Criterion) -> Self {
        Self {
            id: criterion.id,
            label: criterion.label.or(criterion.text),
            source: criterion.source,
            must: criterion.must.unwrap_or(false),
            reference: criterion.reference,
            version: criterion.version,
            n: 0,
            c2: 0,
            c1: 0,
            c0: 0,
            na: 0,
            verdict: Verdict::Unrated,
            by_version: Table::default(),
            evidence: 0,
        }
    }

    fn add(&mut self, rated: &Rated) {
        match rated.rating.0 {
            Rating::Yes => self.c2 += 1,
            Rating::Partly => self.c1 += 1,
            Rating::No => self.c0 += 1,
            Rating::Na => self.na += 1,
        }
        if let Some(version) = rated.criterion_version {
            *self.by_version.at(&version.to_string()) += 1;
        }
        self.evidence += u64::from(rated.evidence.is_some());
    }

    /// Met: two thirds say yes and nobody says no. Not yet: half or more say no. `na` is no judgement.
    fn judge(&mut self) {
        self.n = self.c2 + self.c1 + self.c0;
        self.verdict = if self.n == 0 {
            Verdict::Unrated
        } else if 3 * self.c2 >= 2 * self.n && self.c0 == 0 {
            Verdict::Met
        } else if 2 * self.c0 >= self.n {
            Verdict::NotYet
        } else {
            Verdict::Partly
        };
    }
}

pub(crate) fn fold(ctx: &Context<QualityTest>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let subject = subject(ctx)?;
    let mut rows: Vec<Row> = criteria(ctx)?.into_iter().map(Row::new).collect();
    let mut raters: Table<()> = Table::default();
    let mut remarks = Vec::new();
    let mut other_version = 0;
    for one in all {
        let Entry::Rating(rated) = &one.entry;
        let Some(row) = rows.iter_mut().find(|row| row.id == rated.criterion) else { continue };
        if rated.subject_version.is_some() && subject.version.is_some() && rated.subject_version != subject.version {
            other_version += 1;
            continue;
        }
        row.add(rated);
        raters.set(one.by(), ());
        if let Some(text) = &rated.evidence {
            let (criterion, by) = (rated.criterion.clone(), one.by().to_owned());
            remarks.push(Remark { criterion, rating: rated.rating.0, text: text.clone(), by });
        }
    }
    rows.iter_mut().for_each(Row::judge);
    remarks.sort_by(|a, b| (&a.criterion, &a.text, &a.by).cmp(&(&b.criterion, &b.text, &b.by)));
    let with = |verdict: Verdict| ids(rows.iter().filter(|row| row.verdict == verdict));
    let must_open = ids(rows.iter().filter(|row| row.must && row.verdict != Verdict::Met));
    let not_yet = with(Verdict::NotYet);
    let judged = rows.iter().any(|row| row.n > 0);
    let pass = judged && must_open.is_empty() && not_yet.is_empty();
    Ok(Picture {
        subject: Some(subject).filter(|subject| subject.to_json() != Subject::default().to_json()),
        verdicts: rows.iter().map(|row| (row.id.clone(), row.verdict)).collect(),
        met: with(Verdict::Met),
        partly: with(Verdict::Partly),
        unrated: with(Verdict::Unrated),
        not_yet,
        must_open,
        overall: if pass { Overall::Pass } else { Overall::Adjust },
        raters: raters.len(),
        other_version,
        remarks,
        criteria: rows,
    })
}

fn ids<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<String> {
    rows.map(|row| row.id.clone()).collect()
}

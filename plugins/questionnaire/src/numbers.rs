//! Counting answers into exact figures: per question, group and code. Never shows a figure of fewer than `k` people.

use draaiboek_sdk::{Chance, Fraction, Json, Named, Table, ToJson, writes};

use crate::config::{Config, Item, Kind};

/// What one person answered, as far as it counts here.
#[derive(Debug, Clone)]
pub(crate) struct Sheet<'a> {
    /// The answers in the order of the questions.
    row: Vec<Option<&'a Json>>,
    /// The parts whose answers count; all when nobody shares part by part.
    pub shared: Option<&'a [String]>,
}

impl<'a> Sheet<'a> {
    pub fn new(config: &Config, answers: &'a Table<Json>, shared: Option<&'a [String]>) -> Self {
        let counts = |item: &Item| shared.is_none_or(|groups| item.within.iter().any(|around| groups.contains(around)));
        let row = config.items.iter().map(|item| answers.get(&item.id).filter(|_| counts(item))).collect();
        Self { row, shared }
    }
}

/// The figures of one question.
#[derive(Debug, Default)]
pub(crate) struct ItemNumbers {
    pub n: u64,
    pub na: u64,
    pub sum: Option<i64>,
    mean: Option<String>,
    pub dist: Vec<u64>,
    counts: Table<u64>,
    shares: Table<Option<String>>,
    pub texts: Vec<String>,
    pub under_threshold: bool,
}
writes!(ItemNumbers { n, na, sum, mean, dist, counts, shares, texts, under_threshold });

impl ItemNumbers {
    /// People who answered, "not applicable" included.
    pub fn people(&self) -> u64 {
        self.n + self.na
    }

    /// The mean; without a value where nothing was added up.
    pub fn mean(&self) -> Fraction {
        self.sum.map_or(Fraction::new(0, 0), |sum| Fraction::new(sum, i64::try_from(self.n).unwrap_or(0)))
    }

    /// The same without anything but the number of people.
    pub fn held(&self) -> Self {
        Self { n: self.people(), under_threshold: true, ..Self::default() }
    }
}

/// The figures of several scale questions together.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    /// People with an answer.
    pub n: u64,
    pub answers: u64,
    pub sum: i64,
    dist: Option<Vec<u64>>,
    range: Option<(i64, i64)>,
    hidden: bool,
}

impl Sums {
    pub fn add(&mut self, item: &Item, numbers: &ItemNumbers) {
        self.answers += numbers.n;
        self.sum += numbers.sum.unwrap_or(0);
        let range = item.range();
        let same = self.range.is_none_or(|known| known == range);
        self.dist = match self.dist.take() {
            None if self.range.is_none() => Some(numbers.dist.clone()),
            Some(dist) if same => Some(dist.iter().zip(&numbers.dist).map(|(a, b)| a + b).collect()),
            _ => None,
        };
        self.range.get_or_insert(range);
    }

    pub fn mean(&self) -> Fraction {
        Fraction::new(self.sum, i64::try_from(self.answers).unwrap_or(0))
    }
}

impl ToJson for Sums {
    fn to_json(&self) -> Json {
        let under_threshold = self.hidden && self.answers == 0;
        draaiboek_sdk::object! {
            "n" => self.n, "answers" => self.answers, "sum" => (self.answers > 0).then_some(self.sum),
            "mean" => self.mean().shown(1), "dist" => self.dist.clone().unwrap_or_default(),
            "under_threshold" => under_threshold,
        }
    }
}

/// All figures of some people.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub items: Table<ItemNumbers>,
    pub groups: Table<Sums>,
    pub codes: Table<Sums>,
    pub total: Sums,
    pub suppressed: Vec<String>,
}

/// Counts the sheets. A question with fewer than `k` people behind it shows only their number and stays out of every sum.
pub(crate) fn count(config: &Config, sheets: &[&Sheet], k: u64, chance: &mut Chance) -> Numbers {
    let mut all = Numbers::default();
    for (at, item) in config.items.iter().enumerate() {
        let answers: Vec<&Json> = sheets.iter().filter_map(|sheet| sheet.row[at]).collect();
        let mut numbers = of_item(item, &answers);
        chance.shuffle(&mut numbers.texts);
        if (1..k).contains(&numbers.people()) {
            numbers = numbers.held();
            all.suppressed.push(format!("item/{}", item.id));
        }
        all.items.set(&item.id, numbers);
    }
    let Numbers { items, groups, codes, total, .. } = &mut all;
    for item in config.items.iter().filter(|item| item.kind == Kind::Scale) {
        let Some(numbers) = items.get(&item.id) else { continue };
        let add = |sums: &mut Sums| {
            sums.hidden |= numbers.under_threshold;
            if !numbers.under_threshold {
                sums.add(item, numbers);
            }
        };
        add(total);
        item.within.iter().for_each(|around| add(groups.at(around)));
        item.codes.iter().for_each(|code| add(codes.at(code)));
    }
    people(config, sheets, &mut all);
    all
}

/// How many people stand behind each sum.
fn people(config: &Config, sheets: &[&Sheet], all: &mut Numbers) {
    let names: Vec<&str> = all.groups.names().chain(all.codes.names()).collect();
    let groups = all.groups.len();
    let place =
        |name: &String, from: usize| names.iter().skip(from).position(|known| known == name).map(|at| at + from);
    // The sums that each question belongs to, by their place among the names: groups first, then codes.
    let belongs = |item: &Item| -> Vec<usize> {
        let around = item.within.iter().filter_map(|group| place(group, 0));
        around.chain(item.codes.iter().filter_map(|code| place(code, groups))).collect()
    };
    let scale = config.items.iter().enumerate().filter(|(_, item)| item.kind == Kind::Scale);
    let questions: Vec<(usize, Vec<usize>)> = scale.map(|(at, item)| (at, belongs(item))).collect();
    let mut behind = vec![0_u64; names.len()];
    for sheet in sheets {
        let mut seen = vec![false; names.len()];
        let answered = || questions.iter().filter(|(at, _)| sheet.row[*at].is_some());
        answered().flat_map(|(_, sums)| sums).for_each(|sum| seen[*sum] = true);
        seen.iter().zip(&mut behind).for_each(|(seen, n)| *n += u64::from(*seen));
        all.total.n += u64::from(answered().next().is_some());
    }
    let sums = all.groups.values_mut().chain(all.codes.values_mut());
    sums.zip(behind).for_each(|(sums, n)| sums.n = n);
}

fn of_item(item: &Item, answers: &[&Json]) -> ItemNumbers {
    let mut numbers = ItemNumbers::default();
    let (min, max) = item.range();
    if item.kind == Kind::Scale {
        numbers.dist = vec![0; usize::try_from(max - min + 1).unwrap_or(0)];
    }
    for answer in answers {
        if item.kind != Kind::Text && answer.as_text() == Some("na") {
            numbers.na += 1;
            continue;
        }
        numbers.n += 1;
        match answer {
            Json::Int(value) => {
                numbers.sum = Some(numbers.sum.unwrap_or(0) + value);
                let at = usize::try_from(value - min).unwrap_or(usize::MAX);
                if let Some(count) = numbers.dist.get_mut(at) {
                    *count += 1;
                }
            }
            Json::Text(text) if item.kind == Kind::Text => numbers.texts.push(text.clone()),
            Json::Text(word) => *numbers.counts.at(word) += 1,
            Json::List(words) => {
                words.iter().filter_map(Json::as_text).for_each(|word| *numbers.counts.at(word) += 1);
            }
            _ => {}
        }
    }
    numbers.mean = numbers.mean().shown(1);
    numbers.texts.sort();
    options(&item.options, &mut numbers);
    numbers
}

/// Every option has a count and a share of those who answered, also when nobody took it.
fn options(options: &[Named], numbers: &mut ItemNumbers) {
    for option in options {
        let count = *numbers.counts.at(&option.id);
        let share = Fraction::new(i64::try_from(count).unwrap_or(0), i64::try_from(numbers.n).unwrap_or(0));
        numbers.shares.set(&option.id, share.shown(100));
        numbers.dist.push(count);
    }
}

impl Numbers {
    /// The ids of the questions with the lowest (or highest) means, at most `most`. Ties: more answers first, then the id.
    pub fn extremes(&self, config: &Config, most: usize, highest: bool) -> Vec<String> {
        let mut rows: Vec<(&str, &ItemNumbers)> = config
            .items
            .iter()
            .filter(|item| item.kind == Kind::Scale)
            .filter_map(|item| self.items.get(&item.id).map(|numbers| (item.id.as_str(), numbers)))
            .filter(|(_, numbers)| numbers.n > 0 && !numbers.under_threshold)
            .collect();
        rows.sort_by(|(a_id, a), (b_id, b)| {
            let mean = a.mean().compare(b.mean());
            let mean = if highest { mean.reverse() } else { mean };
            mean.then(b.n.cmp(&a.n)).then_with(|| a_id.cmp(b_id))
        });
        rows.into_iter().take(most).map(|(id, _)| id.to_owned()).collect()
    }
}

//! From contributions to the picture: who answered, the figures that may be shown, and those that only named readers see.

use draaiboek_sdk::{Chance, Context, Contribution, Fraction, Json, Refusal, Table, ToJson, object};

use crate::cells::cells;
use crate::config::Config;
use crate::numbers::{ItemNumbers, Numbers, Sheet, count};
use crate::{Answers, Entry, OwnItem, Questionnaire};

type Ctx = Context<Questionnaire>;

/// One person's answers.
#[derive(Debug)]
pub(crate) struct Person {
    pub id: String,
    pub answers: Table<Json>,
    pub about: Table<String>,
    pub group: Option<String>,
    pub roles: Vec<String>,
    own_items: Vec<OwnItem>,
    shared: Option<Vec<String>>,
}

impl Person {
    /// What counts in the picture of the group.
    fn pooled(&self, config: &Config) -> Sheet<'_> {
        Sheet::new(config, &self.answers, self.shared.as_deref())
    }

    /// Everything that the person answered.
    fn whole(&self, config: &Config) -> Sheet<'_> {
        Sheet::new(config, &self.answers, None)
    }
}

/// The result.
#[derive(Debug)]
pub struct Picture {
    pub(crate) response: Json,
    pub(crate) answered: usize,
    pub(crate) missing: Vec<String>,
    /// Too few people for any figure.
    pub(crate) under_threshold: bool,
    k: u64,
    /// What everybody may see.
    safe: Json,
    /// With the figures of small groups and the names, for the audiences of `show_names`.
    pub(crate) open: Option<Json>,
    pub(crate) people: Vec<Person>,
}

impl ToJson for Picture {
    /// The result that guards read: the open picture only where the workflow chose to show names.
    fn to_json(&self) -> Json {
        self.open.clone().unwrap_or_else(|| self.safe())
    }
}

impl Picture {
    pub(crate) fn safe(&self) -> Json {
        self.dressed(self.safe.clone())
    }

    fn dressed(&self, mut json: Json) -> Json {
        json.set("response", &self.response);
        json.set("k", self.k);
        json.set("missing", &self.missing);
        json
    }
}

pub(crate) fn fold(ctx: &Ctx, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    ctx.config.valid()?;
    let people = people(&ctx.config, all);
    let k = ctx.threshold(ctx.config.k);
    let pool: Vec<(&Person, Sheet)> = people
        .iter()
        .map(|person| (person, person.pooled(&ctx.config)))
        .filter(|(_, sheet)| sheet.shared.is_none_or(|groups| !groups.is_empty()))
        .collect();
    let under_threshold = (pool.len() as u64) < k;
    let answered = people.len();
    let invited = ctx.invited.as_deref();
    let missing: Vec<String> = match named(ctx) {
        true => invited.unwrap_or_default().iter().filter(|id| !people.iter().any(|p| p.id == **id)).cloned().collect(),
        false => Vec::new(),
    };
    let share = invited.and_then(|invited| fraction(answered, invited.len()).shown(100));
    let response = object! {"invited" => invited.map(<[String]>::len), "answered" => answered, "share" => share};
    let mut chance = ctx.chance();
    let held: Vec<(&Person, &Sheet)> =
        pool.iter().filter(|_| !under_threshold).map(|(person, sheet)| (*person, sheet)).collect();
    let safe = picture(ctx, &held, k, under_threshold, &mut chance);
    let mut picture = Picture { response, answered, missing, under_threshold, k, safe, open: None, people };
    if named(ctx) && !ctx.config.show_names.is_empty() {
        let open = open(ctx, &picture, &mut chance);
        picture.open = Some(picture.dressed(open));
    }
    Ok(picture)
}

/// Whether contributions carry names: neither the configuration nor the workflow says otherwise.
pub(crate) fn named(ctx: &Ctx) -> bool {
    [&ctx.config.identity, &ctx.identity].into_iter().flatten().all(|identity| identity == "named")
}

fn fraction(part: usize, whole: usize) -> Fraction {
    Fraction::new(i64::try_from(part).unwrap_or(0), i64::try_from(whole).unwrap_or(0))
}

/// Everybody who answered anything, by id; empty sheets are no answer.
fn people(config: &Config, all: &[Contribution<Entry>]) -> Vec<Person> {
    let mut shares: Table<&Vec<String>> = Table::default();
    for one in all {
        if let Entry::Share(share) = &one.entry {
            shares.set(one.by(), &share.groups);
        }
    }
    let mut people: Table<Person> = Table::default();
    for one in all {
        let Entry::Answers(Answers { answers, about, own_items }) = &one.entry else { continue };
        if answers.is_empty() && own_items.is_empty() {
            continue;
        }
        let shared = || shares.get(one.by()).map(|groups| (*groups).clone()).unwrap_or_default();
        let person = Person {
            id: one.by().to_owned(),
            answers: answers.clone(),
            about: about.clone(),
            group: one.from.group.clone(),
            roles: one.from.roles.clone(),
            own_items: own_items.clone(),
            shared: config.by_group.then(shared),
        };
        people.set(one.by(), person);
    }
    people.into_iter().map(|(_, person)| person).collect()
}

/// The figures of some people as the result has them.
fn picture(ctx: &Ctx, people: &[(&Person, &Sheet)], k: u64, under_threshold: bool, chance: &mut Chance) -> Json {
    let config = &ctx.config;
    let sheets: Vec<&Sheet> = people.iter().map(|(_, sheet)| *sheet).collect();
    let mut numbers = count(config, &sheets, k, chance);
    let mut breakdowns: Table<Json> = Table::default();
    let mut suppressed = std::mem::take(&mut numbers.suppressed);
    for by in config.breakdowns.iter().filter(|_| !under_threshold) {
        let (cells, hidden) = cells(config, by, people, k, chance);
        breakdowns.set(&by.id, cells);
        suppressed.extend(hidden);
    }
    object! {
        "under_threshold" => under_threshold, "items" => numbers.items, "groups" => numbers.groups,
        "codes" => numbers.codes, "total" => numbers.total, "breakdowns" => breakdowns, "suppressed" => suppressed,
        "lowest" => numbers.extremes(config, config.extremes, false),
        "highest" => numbers.extremes(config, config.extremes, true),
        "own_items" => own_items(people, k, chance), "wave" => config.wave,
        "comparison" => comparison(ctx, &numbers, under_threshold), "people" => Json::Object(Table::default()),
    }
}

/// Own statements per part, without authors, where at least `k` people wrote one. Never part of a figure.
fn own_items(people: &[(&Person, &Sheet)], k: u64, chance: &mut Chance) -> Json {
    let mut texts: Table<(u64, Vec<String>)> = Table::default();
    for (person, sheet) in people {
        let mut blocks: Table<()> = Table::default();
        for own in &person.own_items {
            if sheet.shared.is_none_or(|shared| shared.contains(&own.block)) {
                blocks.set(&own.block, ());
                texts.at(&own.block).1.push(own.text.clone());
            }
        }
        blocks.names().for_each(|block| texts.at(block).0 += 1);
    }
    let mut shown: Table<Vec<String>> = Table::default();
    for (block, (_, mut texts)) in texts.into_iter().filter(|(_, (writers, _))| *writers >= k) {
        texts.sort();
        chance.shuffle(&mut texts);
        shown.set(&block, texts);
    }
    shown.to_json()
}

/// The change since an earlier wave: the input `earlier`, a result of this kind. Nothing when either may not be shown.
fn comparison(ctx: &Ctx, numbers: &Numbers, under_threshold: bool) -> Option<Json> {
    let earlier = ctx.inputs.get("earlier").filter(|_| !under_threshold)?;
    if earlier.get("under_threshold") != Some(&Json::Bool(false)) {
        return None;
    }
    let mut items: Table<Json> = Table::default();
    for (id, now) in &numbers.items {
        let before = earlier.get("items").and_then(|items| items.get(id)).map(|item| mean_of(item, "n"));
        if let Some(before) = before.filter(|before| before.den > 0 && now.mean().den > 0) {
            items.set(id, change(before, now.mean()));
        }
    }
    let total = earlier.get("total").map_or(Fraction::new(0, 0), |total| mean_of(total, "answers"));
    Some(object! {"items" => items, "total" => change(total, numbers.total.mean())})
}

fn mean_of(figures: &Json, of: &str) -> Fraction {
    let number = |name: &str| figures.get(name).and_then(Json::as_int);
    number("sum").zip(number(of)).map_or(Fraction::new(0, 0), |(sum, n)| Fraction::new(sum, n))
}

fn change(before: Fraction, after: Fraction) -> Json {
    object! {"before" => before.shown(1), "after" => after.shown(1), "delta" => after.minus(before).shown(1)}
}

/// The picture with names.
fn open(ctx: &Ctx, picture: &Picture, chance: &mut Chance) -> Json {
    let sheets: Vec<Sheet> = picture.people.iter().map(|person| person.whole(&ctx.config)).collect();
    let whole: Vec<(&Person, &Sheet)> = picture.people.iter().zip(&sheets).collect();
    let mut open = self::picture(ctx, &whole, 1, false, chance);
    let mut people: Table<Json> = Table::default();
    for person in &picture.people {
        people.set(&person.id, object! {"answers" => person.answers, "own_items" => person.own_items});
    }
    open.set("people", people);
    open.set("under_threshold", picture.answered == 0);
    open
}

/// The figures of one person alone, for that person.
pub(crate) fn own(ctx: &Ctx, person: &Person) -> Json {
    let numbers = count(&ctx.config, &[&person.whole(&ctx.config)], 1, &mut ctx.chance());
    object! {
        "answers" => person.answers, "own_items" => person.own_items, "groups" => numbers.groups, "codes" => numbers.codes,
        "total" => numbers.total, "items" => numbers.items.iter().map(|(id, one)| row(id, one)).collect::<Table<Json>>(),
        "shared" => person.shared, "lowest" => numbers.extremes(&ctx.config, ctx.config.extremes, false),
        "highest" => numbers.extremes(&ctx.config, ctx.config.extremes, true),
    }
}

fn row(id: &str, one: &ItemNumbers) -> (String, Json) {
    (id.to_owned(), one.to_json().only(&["n", "na", "sum"]))
}

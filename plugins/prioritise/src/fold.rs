//! From ballots to the order, the choice and the lanes. Who voted for what stays here.

use draaiboek_sdk::{Context, Contribution, Fraction, Json, Problem, Refusal, Table, ToJson, by_score, object, say};

use crate::lanes::{Count, Standing};
use crate::spec::GIVEN_LIST;
use crate::{Ballot, Entry, Listed, Method, Prioritise};

type Ctx = Context<Prioritise>;

/// Points of one option.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    score: u64,
    voters: u64,
}

/// The result.
#[derive(Debug)]
pub struct Picture {
    method: Method,
    options: Vec<Listed>,
    lane_list: Vec<Listed>,
    scores: Table<Score>,
    order: Vec<String>,
    pub(crate) selected: Vec<String>,
    parked: Vec<String>,
    tied: Vec<String>,
    reason: Option<String>,
    pub(crate) standing: Table<Standing>,
    placed: Table<(String, String)>,
    /// Cards without a lane that was ahead, and not yet placed by a person.
    pub(crate) contested: Vec<String>,
    round: u64,
    max_rounds: u64,
    /// The last round in which anybody voted.
    pub(crate) last_round: u64,
    pub(crate) voters: usize,
    voted: Vec<String>,
    pub(crate) missing: Vec<String>,
}

/// What people choose from: the input `options`, else the configuration.
///
/// # Errors
/// `INVALID` when an option is there twice, or when there are no lanes to choose from.
pub(crate) fn options(ctx: &Ctx) -> Result<Vec<Listed>, Refusal> {
    let given: Option<Vec<Listed>> = ctx.input("options", &GIVEN_LIST)?;
    let place = if given.is_some() { "/ctx/inputs/options" } else { "/ctx/config/options" };
    let options = given.unwrap_or_else(|| ctx.config.options.clone());
    let mut seen: Table<()> = Table::default();
    for (at, option) in options.iter().enumerate() {
        if seen.has(&option.id) {
            let text = say("dit staat er twee keer", "this is there twice");
            return Err(Problem::invalid(format!("{place}/{at}"), text).into());
        }
        seen.set(&option.id, ());
    }
    if ctx.config.method == Method::Lanes && ctx.config.lanes.len() < 2 {
        let text = say("geef minstens twee vakken", "give at least two lanes");
        return Err(Problem::invalid("/ctx/config/lanes", text).into());
    }
    Ok(options)
}

pub(crate) fn fold(ctx: &Ctx, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let options = options(ctx)?;
    let ballots: Vec<(&str, u64, &Ballot)> = all
        .iter()
        .filter_map(|one| match &one.entry {
            Entry::Ballot(ballot) => Some((one.by(), ballot.round.unwrap_or(1), ballot)),
            _ => None,
        })
        .collect();
    let mut voted: Vec<String> = ballots.iter().map(|(by, ..)| (*by).to_owned()).collect();
    voted.sort();
    voted.dedup();
    let missing = ctx.invited.iter().flatten().filter(|person| !voted.contains(person)).cloned().collect();
    let scores = scores(&options, &ballots);
    let mut picture = Picture {
        method: ctx.config.method,
        order: order(&options, &scores, ctx.config.method),
        lane_list: ctx.config.lanes.clone(),
        standing: standing(ctx, &options, &ballots),
        last_round: ballots.iter().map(|(_, round, _)| *round).max().unwrap_or(1),
        round: ctx.config.round,
        max_rounds: ctx.config.max_rounds,
        voters: voted.len(),
        voted: if ctx.config.secret { Vec::new() } else { voted },
        options,
        scores,
        missing,
        selected: Vec::new(),
        parked: Vec::new(),
        tied: Vec::new(),
        reason: None,
        placed: Table::default(),
        contested: Vec::new(),
    };
    picture.place(all);
    picture.choose(ctx, all);
    Ok(picture)
}

/// Points per option. An order of preference gives Borda points: with m options the first gets m - 1, the last nothing.
fn scores(options: &[Listed], ballots: &[(&str, u64, &Ballot)]) -> Table<Score> {
    let mut scores: Table<Score> = options.iter().map(|option| (option.id.clone(), Score::default())).collect();
    let mut give = |option: &str, points: u64| {
        if let Some(score) = scores.get_mut(option) {
            score.score += points;
            score.voters += 1;
        }
    };
    for (_, _, ballot) in ballots {
        for (option, dots) in ballot.dots.iter().flatten().filter(|(_, dots)| *dots > 0) {
            give(option, u64::try_from(*dots).unwrap_or(0));
        }
        if let Some(choice) = &ballot.choice {
            give(choice, 1);
        }
        for (at, option) in ballot.rank.iter().flatten().enumerate() {
            give(option, (options.len() as u64).saturating_sub(at as u64 + 1));
        }
    }
    scores
}

/// L9 for points; lanes have no ranking, so their cards stay in the given order.
fn order(options: &[Listed], scores: &Table<Score>, method: Method) -> Vec<String> {
    let mut ids: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
    if method != Method::Lanes {
        let key = |id: &str| scores.get(id).map_or((0, 0), |score| (score.score, score.voters));
        ids.sort_by(|a, b| by_score((key(a).0, key(a).1, a), (key(b).0, key(b).1, b)));
    }
    ids.into_iter().map(str::to_owned).collect()
}

fn standing(ctx: &Ctx, options: &[Listed], ballots: &[(&str, u64, &Ballot)]) -> Table<Standing> {
    let lanes = || ctx.config.lanes.iter().map(|lane| lane.id.as_str());
    let mut standing = Table::default();
    for option in options.iter().filter(|_| ctx.config.method == Method::Lanes) {
        let mut rounds = Vec::new();
        for round in 1..=ctx.config.max_rounds {
            let mut count = Count::blank(round, lanes());
            for (_, _, ballot) in ballots.iter().filter(|(_, of, _)| *of == round) {
                if let Some(lane) = ballot.lanes.as_ref().and_then(|lanes| lanes.get(&option.id)) {
                    count.add(lane);
                }
            }
            if round == 1 || count.n > 0 {
                rounds.push(count);
            }
        }
        standing.set(&option.id, Standing::of(rounds, ctx.config.decide_margin));
    }
    standing
}

impl Picture {
    /// Cards that the votes do not settle: no lane ahead after the last round, or after every round that was held.
    pub(crate) fn tied_cards(&self) -> Vec<&str> {
        self.standing.iter().filter(|(_, standing)| standing.lane.is_none()).map(|(id, _)| id.as_str()).collect()
    }

    /// Lanes given by a person where the votes were tied. When votes have settled the card since, they count.
    fn place(&mut self, all: &[Contribution<Entry>]) {
        for one in all {
            if let Entry::Place(place) = &one.entry
                && let Some(standing) = self.standing.get_mut(&place.option)
                && standing.lane.is_none()
            {
                self.placed.set(&place.option, (place.lane.clone(), place.reason.clone()));
            }
        }
        let open = self.standing.iter().filter(|(id, standing)| standing.lane.is_none() && !self.placed.has(id));
        self.contested = open.map(|(id, _)| id.clone()).collect();
    }

    /// The lane of a card.
    fn lane(&self, id: &str) -> Option<&str> {
        let placed = || self.placed.get(id).map(|(lane, _)| lane.as_str());
        self.standing.get(id).and_then(|standing| standing.lane.as_deref()).or_else(placed)
    }

    fn choose(&mut self, ctx: &Ctx, all: &[Contribution<Entry>]) {
        let fixed = all.iter().rev().find_map(|one| match &one.entry {
            Entry::Select(select) => Some(select),
            _ => None,
        });
        let in_order = |chosen: &dyn Fn(&str) -> bool| -> Vec<String> {
            self.order.iter().filter(|id| chosen(id)).cloned().collect()
        };
        let points = |id: &str| self.scores.get(id).copied().unwrap_or_default();
        let selected = match fixed {
            Some(select) => in_order(&|id| select.options.iter().any(|chosen| chosen == id)),
            None if self.method == Method::Lanes => in_order(&|id| {
                self.lane(id).is_some_and(|lane| ctx.config.select_lanes.iter().any(|select| select == lane))
            }),
            None => in_order(&|id| points(id).score > 0).into_iter().take(ctx.config.top).collect(),
        };
        let voted = self.voters > 0 || fixed.is_some();
        self.parked = in_order(&|id| {
            let settled = self.method != Method::Lanes || (fixed.is_some() && self.lane(id).is_some());
            voted && settled && !selected.iter().any(|chosen| chosen == id)
        });
        let last = selected.last().map(|id| points(id)).filter(|_| fixed.is_none() && self.method != Method::Lanes);
        let same =
            |id: &str| last.is_some_and(|last| (points(id).score, points(id).voters) == (last.score, last.voters));
        if self.parked.first().is_some_and(|first| same(first)) {
            self.tied = in_order(&same);
        }
        self.reason = fixed.and_then(|select| select.reason.clone());
        self.selected = selected;
    }

    /// What can be voted on now.
    fn ballot(&self) -> Vec<&Listed> {
        let open = |option: &&Listed| {
            self.round == 1
                || self
                    .standing
                    .get(&option.id)
                    .is_some_and(|standing| standing.contested && standing.round.is_none_or(|at| at >= self.round))
        };
        self.options.iter().filter(open).collect()
    }

    /// Cards for which a person must decide: every round was held and no lane is ahead.
    fn unresolved(&self) -> Vec<&String> {
        let over =
            |id: &str| self.standing.get(id).is_some_and(|standing| standing.rounds.len() as u64 >= self.max_rounds);
        self.contested.iter().filter(|id| over(id)).collect()
    }

    fn option(&self, at: usize, id: &str) -> Json {
        let listed = self.options.iter().find(|option| option.id == id);
        let score = self.scores.get(id).copied().unwrap_or_default();
        let whole: u64 = self.scores.values().map(|score| score.score).sum();
        let share = Fraction::new(i64::try_from(score.score).unwrap_or(0), i64::try_from(whole).unwrap_or(0));
        let standing = self.standing.get(id);
        let first = standing.and_then(|standing| standing.rounds.first());
        let status = if self.selected.iter().any(|chosen| chosen == id) {
            "selected"
        } else if self.parked.iter().any(|parked| parked == id) {
            "parked"
        } else {
            "open"
        };
        object! {
            "id" => id, "label" => listed.map(|listed| listed.label.clone()), "score" => score.score, "voters" => score.voters,
            "share" => share.shown(100), "rank" => (self.method != Method::Lanes).then_some(at + 1),
            "counts" => first.map_or_else(|| Json::Object(Table::default()), |first| first.counts.to_json()),
            "abstain" => first.map_or(0, |first| first.abstain), "n" => first.map_or(0, |first| first.n),
            "rounds" => standing.map_or_else(|| Json::List(Vec::new()), Standing::to_rounds),
            "lane" => self.lane(id), "contested" => standing.is_some_and(|standing| standing.contested),
            "round" => standing.and_then(|standing| standing.round),
            "reason" => self.placed.get(id).map(|(_, reason)| reason), "status" => status,
        }
    }
}

impl ToJson for Picture {
    fn to_json(&self) -> Json {
        let options: Table<Json> =
            self.order.iter().enumerate().map(|(at, id)| (id.clone(), self.option(at, id))).collect();
        let mut lanes: Table<Vec<&String>> = self.lane_list.iter().map(|lane| (lane.id.clone(), Vec::new())).collect();
        for id in &self.order {
            if let Some(lane) = self.lane(id) {
                lanes.at(lane).push(id);
            }
        }
        let dots: u64 = self.scores.values().map(|score| score.score).sum();
        let mut lane_options: Vec<Json> = self.lane_list.iter().map(ToJson::to_json).collect();
        if !lane_options.is_empty() {
            let label = object! {"nl" => "Ik kies niet", "en" => "I do not choose"};
            lane_options.push(object! {"id" => crate::lanes::ABSTAIN, "label" => label});
        }
        object! {
            "method" => self.method, "options" => options, "order" => self.order, "selected" => self.selected,
            "parked" => self.parked, "tied" => self.tied, "reason" => self.reason, "lanes" => lanes,
            "contested" => self.contested, "unresolved" => self.unresolved(), "ballot" => self.ballot(),
            "lane_options" => lane_options, "round" => self.round, "voters" => self.voters, "dots" => dots,
            "voted" => self.voted, "missing" => self.missing,
        }
    }
}

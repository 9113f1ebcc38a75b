//! Many runs together: when it is finished, what holds it up, what is late, what it asks of people. Keeps sums, no runs,
//! so that a thousand runs take no more memory than one; and sums do not depend on the order of the runs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::figures::{CycleEnd, Run, StepFigures, Waiting, WaitsFor};
use super::plan::Plan;
use crate::calendar::Week;

/// Most different things that are kept about cycles that wait, and of notes.
const MOST: usize = 200;

/// Sums over runs.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    runs: u32,
    finish: BTreeMap<String, Finish>,
    whole: Finish,
    steps: BTreeMap<String, StepFigures>,
    minutes: Vec<Vec<Minutes>>,
    waits: BTreeMap<(String, Waiting), u32>,
    notes: BTreeSet<String>,
}

#[derive(Debug, Clone, Default)]
struct Finish {
    days: BTreeMap<Date, u32>,
    unfinished: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Minutes {
    sum: u64,
    most: u32,
    over: u32,
}

/// What many runs came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// How many runs.
    pub runs: u32,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// When everything is finished.
    pub whole: Range,
    /// When each workflow that begins by itself is finished.
    pub finish: BTreeMap<String, Range>,
    /// Step that holds up most: `workflow/step`, with the school days of a run that cycles wait for it, all together.
    pub bottleneck: Option<(String, f64)>,
    /// Per step, on average in a run.
    pub steps: BTreeMap<String, StepMeans>,
    /// Late answers in a run, on average.
    pub late: f64,
    /// People, the busiest first.
    pub people: Vec<Load>,
    /// The most minutes in a week that the school agreed on.
    pub budget: Option<u32>,
    /// What cycles wait for at the end, with the number of cycles over all runs.
    pub waits: Vec<Stuck>,
    /// Expressions that stumbled over made-up results, and contributions that were refused.
    pub notes: Vec<String>,
}

/// A range of days.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Range {
    /// Earliest.
    pub earliest: Option<Date>,
    /// One run in ten is finished by then.
    pub p10: Option<Date>,
    /// Half of the runs are finished by then; none when less than half finish.
    pub median: Option<Date>,
    /// Nine runs in ten are finished by then.
    pub p90: Option<Date>,
    /// Latest.
    pub latest: Option<Date>,
    /// Runs that are not finished by the last day.
    pub unfinished: u32,
}

/// Figures of a step, on average in a run.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct StepMeans {
    /// How often it opened.
    pub opened: f64,
    /// Answers.
    pub answers: f64,
    /// Answers after the due date.
    pub late: f64,
    /// People who did not answer.
    pub silent: f64,
    /// Reminders to single people.
    pub reminders: f64,
    /// School days that cycles could not go on because of it.
    pub held_up: f64,
    /// Minutes of all people together.
    pub minutes: f64,
}

/// What it asks of a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Load {
    /// Person.
    pub person: String,
    /// Name.
    pub name: String,
    /// Minutes in a school week, on average.
    pub mean: f64,
    /// The busiest week, on average.
    pub peak_week: Option<String>,
    /// Minutes in that week, on average.
    pub peak: f64,
    /// Minutes in the busiest week of any run.
    pub most: u32,
    /// Weeks above the budget in a run, on average.
    pub weeks_over: f64,
}

/// Cycles that are not over at the end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stuck {
    /// Their workflow.
    pub workflow: String,
    /// What they wait for.
    #[serde(flatten)]
    pub waiting: Waiting,
    /// How many, over all runs.
    pub cycles: u32,
}

impl Tally {
    /// Adds a run.
    pub fn add(&mut self, plan: &Plan, run: &Run) {
        self.runs += 1;
        let mut whole: Option<Date> = None;
        let mut all = true;
        for cycle in &run.cycles {
            if cycle.root {
                let finish = self.finish.entry(cycle.workflow.clone()).or_default();
                let end = finished(cycle);
                finish.add(end);
                all &= end.is_some();
                whole = whole.max(end);
            }
            for waiting in &cycle.waits {
                self.wait(&cycle.workflow, brief(waiting), 1);
            }
        }
        self.whole.add(whole.filter(|_| all));
        for (step, figures) in &run.steps {
            self.steps.entry(step.clone()).or_default().add(figures);
        }
        let budget = plan.school().minutes_per_week.unwrap_or(u32::MAX);
        let blank = || vec![vec![Minutes::default(); plan.weeks.len()]; plan.people.len()];
        if self.minutes.is_empty() {
            self.minutes = blank();
        }
        for (sums, weeks) in self.minutes.iter_mut().zip(&run.minutes) {
            for (sum, spent) in sums.iter_mut().zip(weeks) {
                sum.sum += u64::from(*spent);
                sum.most = sum.most.max(*spent);
                sum.over += u32::from(*spent > budget);
            }
        }
        self.note(run.notes.iter().cloned());
    }

    /// Adds the sums of other runs.
    pub fn merge(&mut self, other: Self) {
        self.runs += other.runs;
        self.whole.merge(other.whole);
        for (workflow, finish) in other.finish {
            self.finish.entry(workflow).or_default().merge(finish);
        }
        for (step, figures) in &other.steps {
            self.steps.entry(step.clone()).or_default().add(figures);
        }
        if self.minutes.is_empty() {
            self.minutes = other.minutes;
        } else {
            for (sums, others) in self.minutes.iter_mut().zip(&other.minutes) {
                for (sum, other) in sums.iter_mut().zip(others) {
                    sum.sum += other.sum;
                    sum.most = sum.most.max(other.most);
                    sum.over += other.over;
                }
            }
        }
        for ((workflow, waiting), count) in other.waits {
            self.wait(&workflow, waiting, count);
        }
        self.note(other.notes.into_iter());
    }

    fn wait(&mut self, workflow: &str, waiting: Waiting, count: u32) {
        let key = (workflow.to_owned(), waiting);
        if let Some(known) = self.waits.get_mut(&key) {
            *known += count;
        } else if self.waits.len() < MOST {
            self.waits.insert(key, count);
        }
    }

    fn note(&mut self, notes: impl Iterator<Item = String>) {
        for note in notes {
            if self.notes.len() < MOST {
                self.notes.insert(note);
            }
        }
    }

    /// What they came to.
    pub fn summary(&self, plan: &Plan) -> Summary {
        let (from, until) = plan.span();
        let mean = |sum: u64| sum as f64 / f64::from(self.runs.max(1));
        let means = |figures: &StepFigures| StepMeans {
            opened: mean(figures.opened.into()),
            answers: mean(figures.answers.into()),
            late: mean(figures.late.into()),
            silent: mean(figures.silent.into()),
            reminders: mean(figures.reminders.into()),
            held_up: mean(figures.held_up),
            minutes: mean(figures.minutes),
        };
        let steps: BTreeMap<String, StepMeans> =
            self.steps.iter().map(|(step, figures)| (step.clone(), means(figures))).collect();
        let bottleneck = self.steps.iter().filter(|(_, figures)| figures.held_up > 0);
        let bottleneck = bottleneck.max_by(|(a, x), (b, y)| x.held_up.cmp(&y.held_up).then(b.cmp(a)));
        let mut waits: Vec<Stuck> = self
            .waits
            .iter()
            .map(|((workflow, waiting), cycles)| Stuck {
                workflow: workflow.clone(),
                waiting: waiting.clone(),
                cycles: *cycles,
            })
            .collect();
        waits.sort_by(|a, b| b.cycles.cmp(&a.cycles).then(a.workflow.cmp(&b.workflow)));
        Summary {
            runs: self.runs,
            from,
            until,
            whole: self.whole.range(),
            finish: self.finish.iter().map(|(workflow, finish)| (workflow.clone(), finish.range())).collect(),
            bottleneck: bottleneck.map(|(step, figures)| (step.clone(), mean(figures.held_up))),
            late: mean(self.steps.values().map(|figures| u64::from(figures.late)).sum()),
            steps,
            people: self.loads(plan),
            budget: plan.school().minutes_per_week,
            waits,
            notes: self.notes.iter().cloned().collect(),
        }
    }

    fn loads(&self, plan: &Plan) -> Vec<Load> {
        let runs = f64::from(self.runs.max(1));
        let weeks = plan.weeks.len().max(1) as f64;
        let load = |(id, sums): (&String, &Vec<Minutes>)| {
            let total: u64 = sums.iter().map(|week| week.sum).sum();
            let peak = sums.iter().enumerate().max_by(|(a, x), (b, y)| x.sum.cmp(&y.sum).then(b.cmp(a)));
            let peak = peak.filter(|(_, week)| week.sum > 0);
            let week = |(number, _): (usize, _)| plan.weeks.get(number).map(Week::to_string);
            Load {
                person: id.clone(),
                name: plan.school().people.get(id).map(|person| person.name.clone()).unwrap_or_default(),
                mean: total as f64 / runs / weeks,
                peak_week: peak.and_then(week),
                peak: peak.map_or(0.0, |(_, week)| week.sum as f64 / runs),
                most: sums.iter().map(|week| week.most).max().unwrap_or(0),
                weeks_over: sums.iter().map(|week| f64::from(week.over)).sum::<f64>() / runs,
            }
        };
        let mut loads: Vec<Load> = plan.people.iter().zip(&self.minutes).map(load).collect();
        loads.sort_by(|a, b| b.mean.total_cmp(&a.mean).then(a.person.cmp(&b.person)));
        loads
    }
}

impl Finish {
    fn add(&mut self, day: Option<Date>) {
        match day {
            Some(day) => *self.days.entry(day).or_insert(0) += 1,
            None => self.unfinished += 1,
        }
    }

    fn merge(&mut self, other: Self) {
        self.unfinished += other.unfinished;
        for (day, count) in other.days {
            *self.days.entry(day).or_insert(0) += count;
        }
    }

    fn range(&self) -> Range {
        let runs = self.unfinished + self.days.values().sum::<u32>();
        // Nearest rank over all runs; the unfinished ones come last.
        let at = |percent: u32| {
            let wanted = (u64::from(runs) * u64::from(percent)).div_ceil(100).max(1);
            let mut seen = 0_u64;
            self.days.iter().find(|(_, count)| {
                seen += u64::from(**count);
                seen >= wanted
            })
        };
        let day = |found: Option<(&Date, &u32)>| found.map(|(day, _)| *day);
        Range {
            earliest: self.days.keys().next().copied(),
            p10: day(at(10)),
            median: day(at(50)),
            p90: day(at(90)),
            latest: self.days.keys().next_back().copied(),
            unfinished: self.unfinished,
        }
    }
}

fn finished(cycle: &CycleEnd) -> Option<Date> {
    cycle.ended.filter(|_| cycle.lifecycle == "ended").map(|end| end.date())
}

/// Without the names of people: who is silent differs from run to run.
fn brief(waiting: &Waiting) -> Waiting {
    let reason = match &waiting.reason {
        WaitsFor::Answers { step, .. } => WaitsFor::Answers { step: step.clone(), persons: Vec::new() },
        WaitsFor::Children { .. } => WaitsFor::Children { count: 0 },
        other => other.clone(),
    };
    Waiting { state: waiting.state.clone(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(days: &[i8], unfinished: u32) -> Finish {
        let mut finish = Finish { unfinished, ..Finish::default() };
        days.iter().for_each(|day| finish.add(Some(jiff::civil::date(2027, 6, *day))));
        finish
    }

    #[test]
    fn ranges_are_nearest_ranks_with_the_unfinished_last() {
        let days: Vec<i8> = (1..=10).collect();
        let june = |day| Some(jiff::civil::date(2027, 6, day));
        let range = finish(&days, 0).range();
        assert_eq!(
            (range.earliest, range.p10, range.median, range.p90, range.latest),
            (june(1), june(1), june(5), june(9), june(10))
        );
        let range = finish(&[1, 2, 3, 4], 6).range();
        assert_eq!((range.p10, range.median, range.latest, range.unfinished), (june(1), None, june(4), 6));
        assert_eq!(finish(&[], 0).range(), Range::default());
    }

    #[test]
    fn the_order_of_runs_does_not_matter() {
        let (mut a, mut b) = (finish(&[1, 3], 1), finish(&[2], 0));
        a.merge(finish(&[2], 0));
        b.merge(finish(&[1, 3], 1));
        assert_eq!(a.range(), b.range());
    }
}

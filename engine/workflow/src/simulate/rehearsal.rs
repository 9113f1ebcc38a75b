//! The rehearsal file of a workflow: what is assumed about one run of it. Reads; checks nothing against a workflow.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a rehearsal of one workflow assumes (`rehearsal.yaml`). Everything may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rehearsal {
    /// Configuration; what is missing is made from the schema and the school.
    pub config: Map<String, Value>,
    /// When it starts: a day, or a local moment.
    pub start: Option<String>,
    /// The last day that is looked at (default: the end of the school year).
    pub until: Option<Date>,
    /// Step -> what its plugin would conclude; what is missing is made from the schema of its kind.
    pub results: BTreeMap<String, Value>,
    /// Step -> the outcomes that it can have, each with its weight.
    pub outcomes: BTreeMap<String, BTreeMap<String, u32>>,
    /// Event -> the data that goes with it.
    pub events: BTreeMap<String, Value>,
    /// Event -> condition: people also send it whenever the condition holds, wherever it leads.
    pub also: BTreeMap<String, String>,
    /// Step or event -> expression giving the first day on which people work on it, or send it.
    pub not_before: BTreeMap<String, String>,
    /// States in which people sit together: answers come within the minutes of the step.
    pub live: Vec<String>,
    /// How people are.
    pub habits: Habits,
}

/// How people are. What is not said is as [`Habits::ordinary`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Habits {
    /// School days that an ordinary person lets a task wait, on average.
    pub answer_days: Option<f64>,
    /// Share of the school days on which somebody is absent.
    pub absent: Option<f64>,
    /// Share of the people that has a fixed day off.
    pub part_time: Option<f64>,
    /// Share of the people that never answers.
    pub never: Option<f64>,
    /// Share of the people that leaves during the year.
    pub leave: Option<f64>,
    /// School days between the last answer and the moment at which somebody leads the cycle on, on average.
    pub lead_days: Option<f64>,
    /// School days that who leads waits for missing answers, from the due date or the opening.
    pub patience: Option<u32>,
    /// School days between meetings and other things that come back.
    pub rhythm: Option<u32>,
    /// Share of the occasions on which another round is chosen.
    pub another_round: Option<f64>,
    /// Most rounds more in one cycle.
    pub rounds: Option<u32>,
    /// Share of the cycles in which an exceptional event (postpone, interrupt, cancel, move) happens.
    pub setback: Option<f64>,
}

/// Habits without gaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled {
    /// As [`Habits::answer_days`].
    pub answer_days: f64,
    /// As [`Habits::absent`].
    pub absent: f64,
    /// As [`Habits::part_time`].
    pub part_time: f64,
    /// As [`Habits::never`].
    pub never: f64,
    /// As [`Habits::leave`].
    pub leave: f64,
    /// As [`Habits::lead_days`].
    pub lead_days: f64,
    /// As [`Habits::patience`].
    pub patience: u32,
    /// As [`Habits::rhythm`].
    pub rhythm: u32,
    /// As [`Habits::another_round`].
    pub another_round: f64,
    /// As [`Habits::rounds`].
    pub rounds: u32,
    /// As [`Habits::setback`].
    pub setback: f64,
}

impl Habits {
    /// Everybody is there and answers, nobody asks for another round, nothing exceptional happens.
    pub(super) fn punctual() -> Self {
        Self {
            answer_days: Some(0.0),
            absent: Some(0.0),
            part_time: Some(0.0),
            never: Some(0.0),
            leave: Some(0.0),
            lead_days: Some(0.0),
            another_round: Some(0.0),
            setback: Some(0.0),
            ..Self::default()
        }
    }

    /// These, and where they are silent the others.
    pub fn or(self, others: Self) -> Self {
        Self {
            answer_days: self.answer_days.or(others.answer_days),
            absent: self.absent.or(others.absent),
            part_time: self.part_time.or(others.part_time),
            never: self.never.or(others.never),
            leave: self.leave.or(others.leave),
            lead_days: self.lead_days.or(others.lead_days),
            patience: self.patience.or(others.patience),
            rhythm: self.rhythm.or(others.rhythm),
            another_round: self.another_round.or(others.another_round),
            rounds: self.rounds.or(others.rounds),
            setback: self.setback.or(others.setback),
        }
    }

    /// Without gaps. Numbers outside their range are brought into it.
    pub fn settled(self) -> Settled {
        let share =
            |value: Option<f64>, ordinary: f64| value.filter(|v| v.is_finite()).unwrap_or(ordinary).clamp(0.0, 1.0);
        let days =
            |value: Option<f64>, ordinary: f64| value.filter(|v| v.is_finite()).unwrap_or(ordinary).clamp(0.0, 60.0);
        Settled {
            answer_days: days(self.answer_days, 3.0),
            absent: share(self.absent, 0.04),
            part_time: share(self.part_time, 0.25),
            never: share(self.never, 0.03),
            leave: share(self.leave, 0.03),
            lead_days: days(self.lead_days, 1.5),
            patience: self.patience.unwrap_or(10).min(200),
            rhythm: self.rhythm.unwrap_or(20).clamp(1, 200),
            another_round: share(self.another_round, 0.4),
            rounds: self.rounds.unwrap_or(3).min(20),
            setback: share(self.setback, 0.0),
        }
    }

    /// What holds where nothing is said.
    pub fn ordinary() -> Settled {
        Self::default().settled()
    }
}

impl Rehearsal {
    /// Reads a rehearsal file.
    ///
    /// # Errors
    /// Line and column of what can not be read.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        if yaml.trim().is_empty() {
            return Ok(Self::default());
        }
        let rehearsal: Self = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
        if let Some(start) = &rehearsal.start {
            moment(start)?;
        }
        Ok(rehearsal)
    }

    /// When it starts, if it says so.
    pub fn start(&self) -> Option<DateTime> {
        self.start.as_deref().and_then(|text| moment(text).ok())
    }
}

/// A day (from half past eight) or a local moment.
fn moment(text: &str) -> Result<DateTime, String> {
    let day = text.parse::<Date>().ok().filter(|_| !text.contains('T')).map(|day| day.at(8, 30, 0, 0));
    day.or_else(|| text.parse::<DateTime>().ok()).ok_or_else(|| {
        format!("start: `{text}` is no day; write it as 2026-09-07, or with an hour as 2026-09-07T09:00")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_what_is_missing_is_ordinary() {
        let read = Rehearsal::parse("start: 2026-09-07\nresults: {teams: {groups: '@teams'}}\nhabits: {never: 0}\n");
        let read = read.expect("it can be read");
        assert_eq!(read.start(), Some(jiff::civil::datetime(2026, 9, 7, 8, 30, 0, 0)));
        assert_eq!(read.habits.settled().never, 0.0);
        assert_eq!(read.habits.settled().rhythm, Habits::ordinary().rhythm);
        assert_eq!(Rehearsal::parse("  ").expect("an empty file").start(), None);
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        for (text, named) in
            [("start: soon\n", "`soon` is no day"), ("result: {}\n", "result"), ("habits: {nver: 1}", "nver")]
        {
            let error = Rehearsal::parse(text).expect_err("it is refused");
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn habits_stay_within_their_range() {
        let odd = Habits { absent: Some(7.0), answer_days: Some(f64::NAN), rhythm: Some(0), ..Habits::default() };
        let settled = odd.settled();
        assert_eq!((settled.absent, settled.answer_days, settled.rhythm), (1.0, 3.0, 1));
    }
}

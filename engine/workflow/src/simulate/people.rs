//! People as a seed makes them: how fast they answer, when they are absent, who never answers, who leaves.

use jiff::civil::{Date, Weekday};

use super::chance::Chance;
use super::plan::Plan;
use crate::decide::{Actor, LEADING_ROLES};

/// One person in one run.
#[derive(Debug, Clone)]
pub(super) struct Someone {
    pub id: String,
    pub roles: Vec<String>,
    /// School days that a task waits, on average.
    pub pace: f64,
    /// Fixed day off.
    pub off: Option<Weekday>,
    /// Absent, per school day of the calendar.
    away: Vec<bool>,
    /// Never answers of own accord.
    pub never: bool,
    /// Leaves on this day.
    pub leaves: Option<Date>,
    pub gone: bool,
}

/// Longest absence at a stretch, in school days.
const LONGEST_ABSENCE: u64 = 5;

/// All people of the school.
pub(super) fn people(plan: &Plan, seed: u64) -> Vec<Someone> {
    plan.school.people.iter().map(|(id, person)| someone(plan, seed, id, &person.roles)).collect()
}

fn someone(plan: &Plan, seed: u64, id: &str, roles: &[String]) -> Someone {
    let habits = plan.habits;
    let mut chance = Chance::of(seed, &["person", id]);
    // Half of the people are quick, one in six is slow; the mean is that of the habit.
    let pace = habits.answer_days
        * match chance.below(6) {
            0..=2 => 0.4,
            3 | 4 => 1.2,
            _ => 2.4,
        };
    // Who leads a cycle neither vanishes nor keeps silent: then there would be nobody to rehearse with.
    let leads = LEADING_ROLES.iter().any(|role| roles.iter().any(|held| held == role));
    let off = chance.happens(habits.part_time).then(|| {
        let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        days[(chance.below(5) as usize).min(4)]
    });
    let never = chance.happens(habits.never) && !leads;
    let leaving = chance.happens(habits.leave) && !leads;
    let days = plan.school.calendar.school_days();
    let within: Vec<&Date> = days.iter().filter(|day| **day >= plan.first && **day <= plan.until).collect();
    let leaves = leaving.then(|| within.get(chance.below(within.len() as u64) as usize).map(|day| **day)).flatten();
    let mut away = vec![false; days.len()];
    let mut day = 0;
    // Spells of one to five days, so often that the share of absent days comes out.
    let spell = habits.absent * 2.0 / (LONGEST_ABSENCE as f64 + 1.0);
    while day < away.len() {
        if chance.happens(spell) {
            let length = 1 + chance.below(LONGEST_ABSENCE) as usize;
            away.iter_mut().skip(day).take(length).for_each(|absent| *absent = true);
            day += length;
        } else {
            day += 1;
        }
    }
    for absent in plan.school.calendar.staff().absences.iter().filter(|absent| absent.person == *id) {
        days.iter().zip(&mut away).filter(|(day, _)| absent.on(**day)).for_each(|(_, away)| *away = true);
    }
    Someone { id: id.to_owned(), roles: roles.to_vec(), pace, off, away, never, leaves, gone: false }
}

impl Someone {
    /// Whether the person is at school on a school day, by its number in the calendar.
    pub fn is_in(&self, number: usize, day: Date) -> bool {
        !self.gone && self.off != Some(day.weekday()) && !self.away.get(number).copied().unwrap_or(false)
    }

    /// As the engine knows the person.
    pub fn actor(&self) -> Actor {
        Actor { person: Some(self.id.clone()), roles: self.roles.clone(), on_behalf_of: None }
    }
}

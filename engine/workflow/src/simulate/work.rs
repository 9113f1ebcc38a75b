//! Work of people: who a step is for, when each answers, reminders, what is late.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::chance::Chance;
use super::cycle::{Cycle, Work};
use super::people::Someone;
use super::stage::{Item, Stage};
use super::told::What;
use crate::decide::{Actor, Answers, Checked, Command, LEADING_ROLES, NewTask, acts_for, evaluated, holders};
use crate::definition::Tree;
use crate::ir::{Concluding, Identity};

/// Kinds in which everybody hands in something; in the others one person does it for all.
const EVERYBODY: [&str; 12] = [
    "input",
    "cluster-count",
    "prioritise",
    "questionnaire",
    "gate",
    "reflection",
    "rounds",
    "tally",
    "sociogram",
    "quality-test",
    "material",
    "observation",
];
/// Minutes of a step that names none.
const USUAL_MINUTES: u32 = 10;
/// Share of the reminded people that answers at once.
const HEEDED: f64 = 0.7;
/// Openings of one step of a cycle on a day when what runs is looked ahead at; more is a circle that made-up results do
/// not lead out of. A rehearsal goes on, for it shows the circle.
const MOST_A_DAY: u32 = 4;
/// Most school days that somebody puts off an answer.
const LONGEST: usize = 60;

impl Stage<'_> {
    /// A step opened: people get it.
    pub fn open(&mut self, number: usize, task: &NewTask) {
        let today = self.today();
        let Some(cycle) = self.cycles.get_mut(number) else { return };
        if self.plan.on_time && cycle.count_opening(&task.step, today) > MOST_A_DAY {
            cycle.circling = true;
            let workflow = cycle.workflow();
            self.run.note(format!(
                "{workflow}/{} opens again and again on {today}: what the cycle asks from then on is not known; say in a rehearsal file what the step gives",
                task.step
            ));
            return;
        }
        let Some(cycle) = self.cycles.get(number) else { return };
        let script = cycle.script;
        let Some(def) = script.definition.step(&task.step) else { return };
        let chain: Vec<String> = cycle.entered.keys().cloned().collect();
        let live = script.is_live(&chain);
        let from = self.not_before(cycle, &task.step);
        let (expected, reserve) = self.meant(cycle, task);
        if expected.is_empty() {
            let (workflow, roles) = (cycle.workflow(), task.roles.join(", "));
            self.run.note(format!("{workflow}/{}: nobody at school has the role {roles}", task.step));
        }
        let work = Work {
            step: task.step.clone(),
            opened: self.now,
            due: task.due,
            from,
            expected: expected.clone(),
            reserve,
            answers: Vec::new(),
            minutes: task.minutes.unwrap_or(USUAL_MINUTES),
            least: def.step.min_contributions as usize,
            identity: def.step.identity,
            live,
        };
        let (step, people, due) = (task.step.clone(), expected.len(), task.due.map(|due| self.local(due)));
        self.tell(number, || What::Opened { step, people, due });
        if let Some(cycle) = self.cycles.get_mut(number) {
            cycle.works.insert(task.run, work);
        }
        for person in expected {
            self.expect(number, task.run, person, false);
        }
    }

    /// Who a step is for, and who can take it over.
    fn meant(&self, cycle: &Cycle<'_>, task: &NewTask) -> (Vec<usize>, Vec<usize>) {
        let present = |id: &String| {
            self.index.get(id.as_str()).copied().filter(|p| self.people.get(*p).is_some_and(|one| !one.gone))
        };
        if !task.assignees.is_empty() {
            let doing = self.doing(&task.assignees);
            return (doing.iter().filter_map(present).collect(), Vec::new());
        }
        let mut by_role = Vec::new();
        for role in &task.roles {
            let mut found: Vec<usize> = self.holders(cycle, role).iter().filter_map(present).collect();
            found.sort_unstable();
            // Another one in every cycle, so that not everything lands on the first in the alphabet.
            let turn = Chance::of(0, &[&cycle.origin.instance, role]).below(found.len() as u64);
            found.rotate_left(turn as usize);
            by_role.push((LEADING_ROLES.contains(&role.as_str()), found));
        }
        let everybody = EVERYBODY.contains(&task.kind.as_str());
        let others = by_role.iter().any(|(leading, found)| !leading && !found.is_empty());
        let mut meant = Vec::new();
        for (leading, found) in &by_role {
            if everybody && *leading && others {
                continue;
            }
            meant.extend(found.iter().filter(|person| !meant.contains(*person)).copied().collect::<Vec<_>>());
        }
        if everybody || meant.len() <= 1 {
            return (meant, Vec::new());
        }
        let reserve = meant.split_off(1);
        (meant, reserve)
    }

    /// Of the people in whose lists a task stands, who does it: for somebody away who stands in, of a shared job who works
    /// today.
    fn doing(&self, assignees: &[String]) -> Vec<String> {
        let (staff, now) = (self.plan.school.calendar.staff(), self.local(self.now));
        if staff.is_empty() {
            return assignees.to_vec();
        }
        let mut doing: Vec<String> = Vec::with_capacity(assignees.len());
        for person in assignees {
            let handed = staff.absence(person, now.date()).and_then(|absent| absent.substitute.as_ref());
            if handed.is_some_and(|to| assignees.contains(to)) {
                continue;
            }
            let shared = doing.iter().any(|other| staff.share(person, other));
            let there = staff.at_work(person, now);
            if !shared && (there.contains(person) || !there.iter().any(|one| assignees.contains(one))) {
                doing.push(person.clone());
            }
        }
        doing
    }

    /// A task stands in other lists: who has it now answers, who has it no longer does not.
    pub fn reassign(&mut self, number: usize, run: u64, assignees: &[String]) {
        let doing = self.doing(assignees);
        let people: Vec<usize> = doing.iter().filter_map(|id| self.index.get(id.as_str()).copied()).collect();
        let Some(work) = self.cycles.get_mut(number).and_then(|cycle| cycle.works.get_mut(&run)) else { return };
        let new: Vec<usize> = people.iter().filter(|person| !work.expected.contains(person)).copied().collect();
        let answered: Vec<usize> = work.answers.iter().map(|(person, _)| *person).collect();
        work.expected.retain(|person| people.contains(person) || answered.contains(person));
        work.expected.extend(&new);
        for person in new {
            self.expect(number, run, person, false);
        }
    }

    /// The persons who hold a role in a cycle.
    pub fn holders(&self, cycle: &Cycle<'_>, role: &str) -> Vec<String> {
        let world = cycle.world(&self.plan.school.calendar, self.now);
        match holders(world, &cycle.snapshot, role) {
            Ok(Some(persons)) => persons,
            Ok(None) => {
                let mut ids = self.plan.school.ids(Some(role));
                let away = self.plan.school.calendar.staff().away(self.today());
                let handed = away.filter(|absent| absent.roles.iter().any(|held| held == role));
                ids.extend(handed.filter_map(|absent| absent.substitute.clone()));
                ids
            }
            Err(_) => Vec::new(),
        }
    }

    /// The first day for a step or an event, if the rehearsal names one.
    pub fn not_before(&self, cycle: &Cycle<'_>, name: &str) -> Option<Date> {
        let program = cycle.script.not_before.get(name)?;
        let world = cycle.world(&self.plan.school.calendar, self.now);
        match evaluated(world, &cycle.snapshot, &Tree::Value(program.clone())) {
            Ok(Value::String(text)) => text.get(..10)?.parse().ok(),
            _ => None,
        }
    }

    /// Plans the answer of a person, unless none will come.
    pub fn expect(&mut self, number: usize, run: u64, person: usize, soon: bool) {
        if let Some(at) = self.answer_at(number, run, person, soon) {
            self.push(at, Item::Answer { cycle: number, run, person });
        }
    }

    fn answer_at(&self, number: usize, run: u64, person: usize, soon: bool) -> Option<Timestamp> {
        let cycle = self.cycles.get(number)?;
        let (work, one) = (cycle.works.get(&run)?, self.people.get(person)?);
        let words = [
            cycle.origin.instance.as_str(),
            &work.step,
            &run.to_string(),
            &one.id,
            if soon { "soon" } else { "answer" },
        ];
        let mut chance = Chance::of(self.seed, &words);
        if work.live {
            let share = 0.5 + chance.fraction() / 2.0;
            let minutes = (f64::from(work.minutes) * share) as i64;
            let there = self.day_number(self.today()).is_some_and(|day| one.is_in(day, self.today()));
            return there.then(|| self.in_minutes(minutes.max(1)));
        }
        if self.plan.on_time {
            return Some(self.agreed(one, work.due));
        }
        if one.never || (soon && !chance.happens(HEEDED)) {
            return None;
        }
        let days = if soon { chance.below(2) } else { (one.pace * 2.0 * chance.fraction()) as u64 };
        let from = work.from.map_or(self.now, |day| self.now.max(self.instant(day.at(8, 0, 0, 0))));
        self.work_moment(from, days as usize, &mut chance, |number, day| one.is_in(number, day))
    }

    /// When somebody works who does it as agreed: on the last day of theirs until it is due, soon when that has passed or
    /// there is none.
    fn agreed(&self, one: &Someone, due: Option<Timestamp>) -> Timestamp {
        let Some(due) = due.filter(|due| *due > self.now) else { return self.in_minutes(60) };
        let last = self.local(due).date();
        let days = self.plan.school.calendar.school_days();
        let until = days.partition_point(|day| *day <= last);
        let from = days.partition_point(|day| *day < self.today());
        let mut possible = days.iter().enumerate().take(until).skip(from).rev();
        let day = possible.find(|(number, day)| one.is_in(*number, **day)).map_or(last, |(_, day)| *day);
        let afternoon = self.instant(day.at(15, 0, 0, 0));
        let latest = due - jiff::SignedDuration::from_mins(1);
        afternoon.min(latest).max(self.in_minutes(1))
    }

    /// A moment in working hours, so many school days later, on a day that suits.
    pub fn work_moment(
        &self,
        from: Timestamp,
        days: usize,
        chance: &mut Chance,
        suits: impl Fn(usize, Date) -> bool,
    ) -> Option<Timestamp> {
        let local = self.local(from);
        let all = self.plan.school.calendar.school_days();
        let first = all.partition_point(|day| *day < local.date());
        let minute = 8 * 60 + 30 + chance.below(8 * 60) as i16;
        let mut left = days;
        for (number, day) in all.iter().enumerate().skip(first).take(LONGEST + days) {
            if left > 0 {
                left -= 1;
                continue;
            }
            if !suits(number, *day) {
                continue;
            }
            let at = self.instant(day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0));
            if at > from {
                return Some(at);
            }
            // Later that same day, as long as there is a day left.
            if *day == local.date() && local.hour() < 17 {
                return Some(from + jiff::SignedDuration::from_mins(5 + chance.below(50) as i64));
            }
        }
        None
    }

    pub fn day_number(&self, day: Date) -> Option<usize> {
        self.plan.school.calendar.school_days().binary_search(&day).ok()
    }

    /// An answer comes in.
    pub fn answer(&mut self, number: usize, run: u64, person: usize) {
        let now = self.now;
        let Some(cycle) = self.cycles.get_mut(number).filter(|cycle| cycle.is_active()) else { return };
        let Some(work) = cycle.works.get_mut(&run) else { return };
        let Some(one) = self.people.get(person).filter(|one| !one.gone) else { return };
        if work.has_answered(person) || !work.expected.contains(&person) {
            return;
        }
        work.answers.push((person, now));
        let complete =
            work.expected.iter().all(|p| work.has_answered(*p) || self.people.get(*p).is_some_and(|o| o.gone));
        let (step, identity, minutes, late) = (work.step.clone(), work.identity, work.minutes, work.is_late(now));
        let mut actor = one.actor();
        let mut participant = one.id.clone();
        if identity == Identity::Anonymous {
            participant = format!("a{person}-{run}");
            let roles = cycle.script.definition.step(&step).map(|def| def.step.roles.clone()).unwrap_or_default();
            actor = Actor { person: None, roles, on_behalf_of: None };
        }
        if let Some(whom) = acts_for(cycle.world(&self.plan.school.calendar, now), &cycle.snapshot, &actor, &step) {
            participant.clone_from(&whom);
            actor.on_behalf_of = Some(whom);
        }
        let command = Command::Contribute {
            step: step.clone(),
            id: format!("{participant}-{run}"),
            participant,
            group: None,
            revision: None,
            payload_hash: String::new(),
        };
        let answers = self.checked(number, &step, complete);
        match self.apply(number, &actor, &command, &answers) {
            Ok(()) => {
                let Some(workflow) = self.cycles.get(number).map(Cycle::workflow) else { return };
                let figures = self.run.step(workflow, &step);
                figures.answers += 1;
                figures.late += u32::from(late);
                figures.minutes += u64::from(minutes);
                self.spend(number, person, minutes);
                if complete {
                    self.wake_leader(number);
                }
            }
            Err(rejection) => self.refused(number, run, person, &rejection.to_string()),
        }
    }

    /// What the plugin would say about an answer; a step that concludes by itself does so with the last one.
    fn checked(&self, number: usize, step: &str, complete: bool) -> Answers {
        let Some(cycle) = self.cycles.get(number) else { return Answers::default() };
        let entry = cycle.script.entries.get(step).cloned().unwrap_or_default();
        let mut answers =
            Answers { checked: Some(Checked { entry, slot: String::new(), shared: false }), ..Answers::default() };
        let automatic =
            cycle.script.definition.step(step).is_some_and(|def| def.step.conclude == Concluding::WhenReady);
        if automatic && complete {
            answers.concluded.insert(step.to_owned(), self.conclusion(cycle, step));
        }
        answers
    }

    fn refused(&mut self, number: usize, run: u64, person: usize, why: &str) {
        let Some(cycle) = self.cycles.get_mut(number) else { return };
        let workflow = cycle.workflow();
        let Some(work) = cycle.works.get_mut(&run) else { return };
        work.answers.retain(|(known, _)| *known != person);
        work.expected.retain(|known| *known != person);
        let text = format!("{workflow}/{}: a contribution was refused: {why}", work.step);
        self.run.note(text);
        self.wake_leader(number);
    }

    /// A reminder went out: some people answer at once.
    pub fn reminded(&mut self, number: usize, step: &str) {
        let Some((run, missing)) = self.cycles.get(number).and_then(|cycle| {
            let (run, work) = cycle.work(step)?;
            Some((run, work.expected.iter().filter(|p| !work.has_answered(**p)).copied().collect::<Vec<_>>()))
        }) else {
            return;
        };
        let Some(workflow) = self.cycles.get(number).map(Cycle::workflow) else { return };
        self.run.step(workflow, step).reminders += u32::try_from(missing.len()).unwrap_or(u32::MAX);
        for person in missing {
            self.expect(number, run, person, true);
        }
    }

    /// A step closed.
    pub fn close(&mut self, number: usize, run: u64) {
        let silent = self.count_work(number, run);
        let Some(work) = self.cycles.get_mut(number).and_then(|cycle| cycle.works.remove(&run)) else { return };
        let id = |person: &usize| self.plan.people.get(*person).cloned().unwrap_or_default();
        let answers = work.answers.iter().map(|(person, at)| (id(person), self.local(*at))).collect();
        let late = work.answers.iter().filter(|(_, at)| work.is_late(*at)).count();
        let silent = silent.iter().map(id).collect();
        self.tell(number, || What::Closed { step: work.step, answers, late, silent });
    }

    /// Counts an opening of a step; gives back who did not answer.
    pub fn count_work(&mut self, number: usize, run: u64) -> Vec<usize> {
        let Some(cycle) = self.cycles.get(number) else { return Vec::new() };
        let Some(work) = cycle.works.get(&run) else { return Vec::new() };
        let silent: Vec<usize> = work.expected.iter().filter(|p| !work.has_answered(**p)).copied().collect();
        let figures = self.run.step(cycle.workflow(), &work.step);
        figures.opened += 1;
        figures.silent += u32::try_from(silent.len()).unwrap_or(u32::MAX);
        silent
    }
}

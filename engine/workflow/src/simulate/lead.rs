//! Who leads a cycle on: what they see when they look, what they wait for, what they choose.

use jiff::Timestamp;
use serde_json::Value;

use super::chance::Chance;
use super::cycle::{Cycle, Work};
use super::figures::{Waiting, WaitsFor};
use super::route::{Act, DETOUR, ENDLESS, Leaf, Move};
use super::sample::{Sampler, later};
use super::stage::{Item, Stage};
use super::told::What;
use crate::decide::{Command, Lifecycle, Rejection, StepStatus, evaluated};
use crate::definition::Tree;

/// School days before the end in which no other round begins.
const LAST_DAYS: i64 = 25;
/// School days to a day that an event is given.
const NEAR: i32 = 5;

/// What there is to do in a state.
enum Choice {
    /// This move, by its place.
    Now(usize),
    /// Nothing before this moment.
    Later(Timestamp),
    /// Nothing at all.
    Nothing,
}

impl<'p> Stage<'p> {
    /// Something happened: whoever leads the cycle will look at it, after the usual delay.
    pub fn wake_leader(&mut self, number: usize) {
        let Some(cycle) = self.cycles.get(number).filter(|cycle| cycle.is_active()) else { return };
        let revision = cycle.snapshot.revision.to_string();
        let mut chance = Chance::of(self.seed, &[&cycle.origin.instance, "lead", &revision]);
        let chain: Vec<String> = cycle.entered.keys().cloned().collect();
        let at = if cycle.script.is_live(&chain) {
            Some(self.in_minutes(1 + chance.below(4) as i64))
        } else {
            let days = (cycle.script.habits.lead_days * 2.0 * chance.fraction()) as usize;
            self.work_moment(self.now, days, &mut chance, |_, _| true)
        };
        if let Some(at) = at {
            self.wake(number, at);
        }
    }

    /// Plans a look, unless an earlier one is planned.
    fn wake(&mut self, number: usize, at: Timestamp) {
        let now = self.now;
        let Some(cycle) = self.cycles.get_mut(number) else { return };
        if cycle.look.is_none_or(|planned| planned <= now || at < planned) {
            cycle.look = Some(at);
            self.push(at, Item::Look { cycle: number });
        }
    }

    /// Somebody looks at a cycle and does what can be done.
    pub fn look(&mut self, number: usize) {
        let Some(cycle) = self.cycles.get_mut(number) else { return };
        cycle.look = None;
        if !cycle.is_active() {
            return;
        }
        let mut next: Option<Timestamp> = None;
        for leaf in cycle.snapshot.chart.active.clone() {
            loop {
                match self.choose(number, &leaf) {
                    Choice::Now(place) => match self.carry(number, &leaf, place) {
                        Carried::Done => return self.wake_leader(number),
                        Carried::Later(at) => {
                            next = next.into_iter().chain([at]).min();
                            break;
                        }
                        Carried::Refused => {}
                    },
                    Choice::Later(at) => {
                        next = next.into_iter().chain([at]).min();
                        break;
                    }
                    Choice::Nothing => break,
                }
            }
        }
        if let Some(at) = next {
            self.wake(number, at.max(self.in_minutes(1)));
        }
    }

    fn choose(&mut self, number: usize, leaf: &str) -> Choice {
        let Some(script) = self.cycles.get(number).map(|cycle| cycle.script) else { return Choice::Nothing };
        let Some(place) = script.route.leaves.get(leaf) else { return Choice::Nothing };
        if let Some(setback) = self.setback(number, leaf, place) {
            return Choice::Now(setback);
        }
        let mut later: Option<Timestamp> = None;
        for (i, known) in place.moves.iter().enumerate() {
            let Some(cycle) = self.cycles.get(number) else { return Choice::Nothing };
            if self.is_refused(cycle, leaf, i, known) || !self.is_wanted(cycle, place, known) {
                continue;
            }
            if let Some(wait) = self.waits_for(number, leaf, place, known) {
                later = later.into_iter().chain(wait).min();
                // A conclusion that waits keeps nobody from going on; a way on that waits is the way that is meant.
                match known.act {
                    Act::Conclude(_) => continue,
                    Act::Send(_) => break,
                }
            }
            return Choice::Now(self.another_round(number, leaf, i));
        }
        later.map_or(Choice::Nothing, Choice::Later)
    }

    /// Once in each state: something that normally does not happen, as often as the habits say.
    fn setback(&mut self, number: usize, leaf: &str, place: &Leaf) -> Option<usize> {
        let seed = self.seed;
        let cycle = self.cycles.get_mut(number)?;
        let share = cycle.script.habits.setback;
        if share <= 0.0 || !cycle.setbacks.insert(leaf.to_owned()) {
            return None;
        }
        let happens = Chance::of(seed, &[&cycle.origin.instance, leaf, "setback"]).happens(share);
        let send = |known: &Move| known.setback && !known.stays && matches!(known.act, Act::Send(_));
        place.moves.iter().position(send).filter(|_| happens)
    }

    fn is_refused(&self, cycle: &Cycle<'_>, leaf: &str, i: usize, known: &Move) -> bool {
        let day = cycle.refused.get(&(leaf.to_owned(), i)).map(|(day, _)| *day);
        day.is_some_and(|day| !known.timely || day >= self.today())
    }

    /// Whether a move is one that people make here.
    fn is_wanted(&self, cycle: &Cycle<'_>, place: &Leaf, known: &Move) -> bool {
        if let Some(also) = self.is_asked(cycle, known) {
            return also;
        }
        if known.stays {
            return false;
        }
        let step_open = |step: &String| cycle.snapshot.steps.get(step).is_some_and(|s| s.status == StepStatus::Open);
        match &known.act {
            Act::Conclude(step) => step_open(step) && (place.rank == ENDLESS || known.rank <= place.rank),
            // A part that never ends by itself: people go where there is work, once the work here is done.
            Act::Send(_) if place.rank == ENDLESS => !known.exceptional && known.own && known.to_work,
            Act::Send(_) => {
                let agreed = place.timers.iter().filter(|(id, _)| cycle.snapshot.timers.contains_key(id));
                let appointed = agreed.map(|(_, rank)| *rank).min();
                // On an agreed day the cycle goes on by itself; nobody hurries it.
                let usual = !known.exceptional || (place.rank >= DETOUR && !known.setback);
                usual && known.rank < place.rank && appointed.is_none_or(|rank| known.rank < rank)
            }
        }
    }

    /// Whether the rehearsal file asks for an event now; `None` when it does not speak of it.
    fn is_asked(&self, cycle: &Cycle<'_>, known: &Move) -> Option<bool> {
        let Act::Send(event) = &known.act else { return None };
        let program = cycle.script.also.get(event)?;
        let world = cycle.world(&self.plan.school.calendar, self.now);
        let holds = evaluated(world, &cycle.snapshot, &Tree::Value(program.clone()));
        Some(holds == Ok(Value::Bool(true)))
    }

    /// `None` when nothing stands in the way; else until when, if that is known.
    fn waits_for(&mut self, number: usize, leaf: &str, place: &Leaf, known: &Move) -> Option<Option<Timestamp>> {
        let cycle = self.cycles.get(number)?;
        if let Act::Send(event) = &known.act {
            if let Some(day) = self.not_before(cycle, event).filter(|day| *day > self.today()) {
                return Some(Some(self.instant(day.at(8, 30, 0, 0))));
            }
            if place.rank == ENDLESS {
                let since = cycle.entered.get(leaf).map_or(self.now, |(at, _)| *at);
                let at = self.after_days(since, cycle.script.habits.rhythm);
                if at > self.now {
                    return Some(Some(at));
                }
            }
        }
        let runs: Vec<u64> = known.waits.iter().filter_map(|step| cycle.work(step).map(|(run, _)| run)).collect();
        let mut latest: Option<Option<Timestamp>> = None;
        for run in runs {
            if let Some(wait) = self.unfinished(number, run) {
                latest = Some(match latest {
                    Some(known) => known.zip(wait).map(|(a, b)| a.max(b)),
                    None => wait,
                });
            }
        }
        latest
    }

    /// `None` when the work is done or nobody waits for it any longer; else until when people wait.
    fn unfinished(&mut self, number: usize, run: u64) -> Option<Option<Timestamp>> {
        let cycle = self.cycles.get(number)?;
        let work = cycle.works.get(&run)?;
        let here = |person: &usize| self.people.get(*person).is_some_and(|one| !one.gone);
        let missing: Vec<usize> =
            work.expected.iter().filter(|p| !work.has_answered(**p) && here(p)).copied().collect();
        if missing.is_empty() && (work.has_enough() || work.reserve.is_empty()) {
            return (!work.has_enough()).then_some(None);
        }
        let patience = self.patience(cycle, work);
        if patience > self.now {
            return Some(Some(patience));
        }
        if work.has_enough() {
            return None;
        }
        self.take_over(number, run)
    }

    /// Until when who leads waits for a step.
    fn patience(&self, cycle: &Cycle<'_>, work: &Work) -> Timestamp {
        if work.live {
            let minutes = i64::from(work.minutes) * 6 / 5 + 5;
            return work.opened.checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap_or(work.opened);
        }
        let from = work.from.map_or(work.opened, |day| work.opened.max(self.instant(day.at(16, 0, 0, 0))));
        // For the last few of many nobody waits as long as for most of them.
        let most = work.answers.len() * 5 >= work.expected.len() * 4;
        let days = cycle.script.habits.patience;
        self.after_days(work.due.map_or(from, |due| due.max(from)), if most { days / 2 } else { days })
    }

    /// Nobody answered: somebody else does it, if there is somebody.
    fn take_over(&mut self, number: usize, run: u64) -> Option<Option<Timestamp>> {
        let again = self.after_days(self.now, 3);
        let work = self.cycles.get_mut(number)?.works.get_mut(&run)?;
        while !work.reserve.is_empty() {
            let person = work.reserve.remove(0);
            let Some(one) = self.people.get(person).filter(|one| !one.gone && !one.never) else { continue };
            work.expected.push(person);
            let (person_id, step) = (one.id.clone(), work.step.clone());
            self.tell(number, || What::TookOver { person: person_id, step });
            self.expect(number, run, person, false);
            return Some(Some(again));
        }
        let slow = work.expected.iter().any(|p| self.people.get(*p).is_some_and(|one| !one.gone && !one.never));
        Some(slow.then_some(again))
    }

    fn after_days(&self, from: Timestamp, days: u32) -> Timestamp {
        let local = self.local(from);
        let day = later(&self.plan.school.calendar, local.date(), i32::try_from(days).unwrap_or(0));
        self.instant(day.at(16, 0, 0, 0))
    }

    /// The way on, or a way back for another round, as chance has it.
    fn another_round(&mut self, number: usize, leaf: &str, forward: usize) -> usize {
        let (seed, today, until) = (self.seed, self.today(), self.plan.until);
        let Some(cycle) = self.cycles.get_mut(number) else { return forward };
        let Some(place) = cycle.script.route.leaves.get(leaf) else { return forward };
        let habits = cycle.script.habits;
        let days_left = self.plan.school.calendar.schooldays_between(today, until).unwrap_or(0);
        let ends = place.moves.get(forward).is_some_and(|known| matches!(known.act, Act::Send(_)));
        if !ends || place.rank == ENDLESS || cycle.rounds >= habits.rounds || days_left < LAST_DAYS {
            return forward;
        }
        let back = place.moves.iter().position(|known| {
            matches!(known.act, Act::Send(_))
                && known.own
                && known.to_work
                && !known.stays
                && !known.exceptional
                && known.rank >= place.rank
                && known.rank != ENDLESS
        });
        let Some(back) = back.filter(|back| !cycle.refused.contains_key(&(leaf.to_owned(), *back))) else {
            return forward;
        };
        let round = cycle.entered.get(leaf).map_or(0, |(_, revision)| *revision).to_string();
        if Chance::of(seed, &[&cycle.origin.instance, leaf, &round, "round"]).happens(habits.another_round) {
            cycle.rounds += 1;
            return back;
        }
        forward
    }

    /// Does it.
    fn carry(&mut self, number: usize, leaf: &str, place: usize) -> Carried {
        let Some(cycle) = self.cycles.get(number) else { return Carried::Refused };
        let script = cycle.script;
        let Some(known) = script.route.leaves.get(leaf).and_then(|leaf| leaf.moves.get(place)) else {
            return Carried::Refused;
        };
        let today = self.today();
        let able: Vec<usize> = known
            .roles
            .iter()
            .flat_map(|role| self.holders(cycle, role))
            .filter_map(|id| self.index.get(id.as_str()).copied())
            .filter(|person| self.people.get(*person).is_some_and(|one| !one.gone))
            .collect();
        let day = self.day_number(today);
        let there =
            |person: &&usize| self.people.get(**person).is_some_and(|one| day.is_none_or(|day| one.is_in(day, today)));
        // On a live day somebody stands in for whoever is ill.
        let Some(person) = able.iter().find(there).copied() else {
            if able.is_empty() {
                self.refuse(number, leaf, place, Vec::new());
                return Carried::Refused;
            }
            return Carried::Later(self.next_morning());
        };
        let Some(actor) = self.people.get(person).map(super::people::Someone::actor) else { return Carried::Refused };
        let (command, act, key) = match &known.act {
            Act::Conclude(step) => (Command::Conclude { step: step.clone() }, step, format!("step.{step}")),
            Act::Send(event) => {
                let data = match self.data(cycle, event, known) {
                    Ok(data) => data,
                    Err(why) => {
                        self.refuse(number, leaf, place, vec![why]);
                        return Carried::Refused;
                    }
                };
                let reason = known.exceptional.then(|| "rehearsal".to_owned());
                (Command::Send { event: event.clone(), data, reason }, event, format!("event.{event}"))
            }
        };
        let blamed = self.blamed(number, leaf, known);
        let answers = self.answers(number);
        let told = self.run.told.len();
        match self.apply(number, &actor, &command, &answers) {
            Ok(()) => {
                if let Some((step, days)) = blamed {
                    let workflow = &script.definition.ir.id;
                    self.run.step(workflow, &step).held_up += days;
                }
                let (person, act) = (actor.person.unwrap_or_default(), act.clone());
                self.tell(number, || What::Led { person, act, key });
                self.run
                    .told
                    .get_mut(told..)
                    .into_iter()
                    .for_each(|lines| lines.rotate_right(usize::from(!lines.is_empty())));
                Carried::Done
            }
            Err(Rejection { word, reasons, .. }) => {
                let timely = known.timely;
                self.refuse(number, leaf, place, if reasons.is_empty() { vec![word] } else { reasons });
                if timely { Carried::Later(self.next_morning()) } else { Carried::Refused }
            }
        }
    }

    fn refuse(&mut self, number: usize, leaf: &str, place: usize, why: Vec<String>) {
        let today = self.today();
        if let Some(cycle) = self.cycles.get_mut(number) {
            cycle.refused.insert((leaf.to_owned(), place), (today, why));
        }
    }

    fn next_morning(&self) -> Timestamp {
        let calendar = &self.plan.school.calendar;
        let day = calendar.next_school_day(self.today()).unwrap_or(self.plan.until);
        self.instant(day.at(8, 30, 0, 0)).max(self.in_minutes(30))
    }

    /// The data of an event: from the rehearsal file, else made up.
    fn data(&self, cycle: &Cycle<'_>, event: &str, known: &Move) -> Result<Value, String> {
        if let Some(tree) = cycle.script.events.get(event) {
            let world = cycle.world(&self.plan.school.calendar, self.now);
            return evaluated(world, &cycle.snapshot, tree);
        }
        let sampler = Sampler { school: &self.plan.school, today: self.today(), ahead: NEAR, turn: 0, whole: false };
        let mut data = known.data.as_ref().map_or(Value::Null, |schema| sampler.value(schema, event));
        if let Value::Object(fields) = &mut data {
            for (field, hint) in known.hints.iter().filter(|(field, _)| fields_of(known.data.as_ref(), field)) {
                fields.insert(field.clone(), Value::from(hint.as_str()));
            }
        }
        Ok(data)
    }

    /// The step that a move waited for longest, with the school days since the state was entered.
    fn blamed(&self, number: usize, leaf: &str, known: &Move) -> Option<(String, u64)> {
        let cycle = self.cycles.get(number)?;
        if cycle.script.route.leaves.get(leaf).is_none_or(|place| place.rank == ENDLESS) {
            return None;
        }
        let entered = cycle.entered.get(leaf).map_or(cycle.began, |(at, _)| *at);
        let works = known.waits.iter().filter_map(|step| cycle.work(step).map(|(_, work)| work));
        // Given up: all that time was waited for.
        let until = |work: &Work| {
            let all = work.expected.iter().all(|person| work.has_answered(*person));
            if all { work.last_answer().unwrap_or(work.opened) } else { self.now }
        };
        let last = works.max_by_key(|work| until(work))?;
        // Before the agreed day nobody waits for anybody.
        let agreed = last.from.map_or(last.opened, |day| self.instant(day.at(0, 0, 0, 0)));
        let days = self.days_between(entered.max(last.opened).max(agreed), until(last).max(entered));
        Some((last.step.clone(), days))
    }

    /// What a cycle waits for.
    pub fn waiting(&self, number: usize) -> Vec<Waiting> {
        let Some(cycle) = self.cycles.get(number).filter(|cycle| cycle.over.is_none()) else { return Vec::new() };
        if let Lifecycle::Blocked { reason } = &cycle.snapshot.lifecycle {
            let state = cycle.snapshot.chart.active.first().cloned().unwrap_or_default();
            return vec![Waiting { state, reason: WaitsFor::Repair { cause: reason.clone() } }];
        }
        let leaves = cycle.snapshot.chart.active.iter();
        let mut found: Vec<Waiting> = leaves
            .filter_map(|leaf| {
                let place = cycle.script.route.leaves.get(leaf)?;
                (place.rank != ENDLESS).then(|| Waiting { state: leaf.clone(), reason: self.waits(cycle, leaf, place) })
            })
            .collect();
        if found.is_empty() {
            let state = cycle.snapshot.chart.active.first().cloned().unwrap_or_default();
            found.push(Waiting { state, reason: WaitsFor::Nothing });
        }
        found
    }

    fn waits(&self, cycle: &Cycle<'_>, leaf: &str, place: &Leaf) -> WaitsFor {
        let running = || {
            let all = cycle.snapshot.children.values().flat_map(|children| children.entries.values());
            all.filter(|child| child.status == crate::decide::ChildStatus::Running).count()
        };
        let mut refused = None;
        for (i, known) in place.moves.iter().enumerate().filter(|(_, known)| self.is_wanted(cycle, place, known)) {
            let act = match &known.act {
                Act::Send(act) | Act::Conclude(act) => act.clone(),
            };
            match cycle.refused.get(&(leaf.to_owned(), i)) {
                Some((_, reasons)) if reasons.is_empty() => {
                    return WaitsFor::Somebody { act, roles: known.roles.clone() };
                }
                Some((_, reasons)) => {
                    refused = refused.or(Some(WaitsFor::Requirement { event: act, reasons: reasons.clone() }));
                    continue;
                }
                None => {}
            }
            let missing = known.waits.iter().filter_map(|step| cycle.work(step)).find_map(|(_, work)| {
                let silent: Vec<String> = work
                    .expected
                    .iter()
                    .filter(|person| !work.has_answered(**person))
                    .filter_map(|person| self.plan.people.get(*person).cloned())
                    .collect();
                (!silent.is_empty()).then(|| (work.step.clone(), silent))
            });
            return match missing {
                Some((step, persons)) => WaitsFor::Answers { step, persons },
                None => WaitsFor::Turn { act },
            };
        }
        let timer = place
            .timers
            .iter()
            .filter_map(|(id, _)| Some((id, cycle.snapshot.timers.get(id)?)))
            .min_by_key(|(_, t)| t.due);
        match (timer, refused) {
            (Some((id, timer)), _) => WaitsFor::Timer { timer: id.clone(), due: timer.civil },
            (None, _) if running() > 0 => WaitsFor::Children { count: running() },
            (None, Some(refused)) => refused,
            (None, None) if !place.awaits.is_empty() => WaitsFor::Event { events: place.awaits.clone() },
            (None, None) => WaitsFor::Nothing,
        }
    }
}

/// Whether a text of this name is required in the data of an event.
fn fields_of(schema: Option<&Value>, field: &str) -> bool {
    let required = schema.and_then(|schema| schema.get("required")).and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|name| name == field))
}

/// What came of a move.
enum Carried {
    /// It happened.
    Done,
    /// Not before this moment.
    Later(Timestamp),
    /// It was refused.
    Refused,
}

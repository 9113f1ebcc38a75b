//! Who does what for whom: substitutes during an absence, people who share a job, and what nobody does for another.
//!
//! The school's calendar says who is away and who stands in; roles and tasks follow the day, so they come back by
//! themselves. What is personal (class P2 to P4, or without a name) is handed over to nobody.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use serde_json::{Map, Value};

use super::decision::{Happening, Rejection, TaskChange};
use super::model::{StepStatus, TimerPurpose};
use super::names::Locals;
use super::states::collect_ids;
use super::stepper;
use super::turn::{LEADING_ROLES, Turn, World};
use super::{Actor, Answers, Snapshot};
use crate::calendar::Absence;
use crate::definition::StepDef;
use crate::ir::{Identity, Privacy};

/// The timer that looks again when somebody goes or is back.
pub(super) const TIMER: &str = "hand-over";

/// Whom an actor acts for in a step without saying so: the person whose job it is, or the one absent person of whom
/// something is asked there; `None` when the actor acts for themselves.
pub fn acts_for(world: World<'_>, snapshot: &Snapshot, actor: &Actor, step: &str) -> Option<String> {
    if world.calendar.staff().is_empty() || actor.is_system() {
        return None;
    }
    let answers = Answers::default();
    let turn = Turn::new(world, actor, &answers, snapshot);
    let def = world.definition.step(step)?;
    let person = actor.person.as_deref()?;
    if turn.is_personal(def) {
        return None;
    }
    let listed = turn.listed(def).ok()?;
    if let Some(key) = turn.job_of(person, listed.as_deref()) {
        return (key != person).then_some(key);
    }
    let named = listed.as_ref().is_none_or(|listed| listed.iter().any(|one| one == person));
    if named && def.step.roles.iter().any(|role| turn.holds_own(role)) {
        return None;
    }
    let away = turn.world.calendar.staff().covered_by(person, turn.today());
    let asked = |absent: &&Absence| {
        let named = listed.as_ref().is_none_or(|listed| listed.contains(&absent.person));
        named && def.step.roles.iter().any(|role| turn.hands_over(absent, role, person))
    };
    let mut found = away
        .filter(asked)
        .map(|absent| turn.job_of(&absent.person, listed.as_deref()).unwrap_or_else(|| absent.person.clone()));
    found.next().filter(|_| found.next().is_none())
}

/// Whom an actor sends an event for: the absent person whose role it takes, when the actor does not hold it.
pub fn sends_for(world: World<'_>, snapshot: &Snapshot, actor: &Actor, event: &str) -> Option<String> {
    let person = actor.person.as_deref().filter(|_| !world.calendar.staff().is_empty() && !actor.is_system())?;
    let answers = Answers::default();
    let turn = Turn::new(world, actor, &answers, snapshot);
    let definition = world.definition;
    let states = definition.ir.all_states();
    let all = states.iter().flat_map(|state| &state.on);
    let possible = all.filter(|transition| transition.events.iter().any(|known| known == event));
    let roles: BTreeSet<&String> = possible.flat_map(|transition| &transition.roles).collect();
    if roles.iter().any(|role| turn.holds_own(role)) {
        return None;
    }
    let mut away = world.calendar.staff().covered_by(person, turn.today());
    away.find(|absent| roles.iter().any(|role| turn.hands_over(absent, role, person)))
        .map(|absent| absent.person.clone())
}

/// The people for whom an actor may do a step beside their own part, today.
pub fn stands_in(world: World<'_>, snapshot: &Snapshot, actor: &Actor, step: &str) -> Vec<String> {
    let (answers, Some(person)) = (Answers::default(), actor.person.as_deref()) else { return Vec::new() };
    let turn = Turn::new(world, actor, &answers, snapshot);
    let Some(def) = world.definition.step(step).filter(|def| !turn.is_personal(def)) else { return Vec::new() };
    let Ok(listed) = turn.listed(def) else { return Vec::new() };
    let away = world.calendar.staff().covered_by(person, turn.today());
    let asked = away.filter(|absent| listed.as_ref().is_none_or(|listed| listed.contains(&absent.person)));
    asked
        .filter(|absent| def.step.roles.iter().any(|role| turn.hands_over(absent, role, person)))
        .map(|absent| absent.person.clone())
        .collect()
}

/// Why an actor may not do a step for the person they name, if so: asked before anything else.
pub fn refusal(world: World<'_>, snapshot: &Snapshot, actor: &Actor, step: &str) -> Option<Rejection> {
    let whom = actor.on_behalf_of.as_deref().filter(|_| !actor.is_system())?;
    let answers = Answers::default();
    let turn = Turn::new(world, actor, &answers, snapshot);
    turn.may_act_for(world.definition.step(step)?, whom).err()
}

/// Whether a cycle names a person: in its roles, its open tasks or its configuration. It names nobody who left it.
pub fn concerns(world: World<'_>, snapshot: &Snapshot, person: &str) -> bool {
    let (actor, answers) = (Actor::system(), Answers::default());
    let turn = Turn::new(world, &actor, &answers, snapshot);
    let config = || world.origin.config.values().any(|value| mentions(value, person));
    !snapshot.absent.contains(person) && (config() || turn.people_with_a_part().contains(person))
}

fn mentions(value: &Value, person: &str) -> bool {
    match value {
        Value::String(text) => text == person,
        Value::Array(items) => items.iter().any(|item| mentions(item, person)),
        Value::Object(fields) => fields.values().any(|field| mentions(field, person)),
        _ => false,
    }
}

impl Turn<'_> {
    /// Somebody leaves the cycle or is back (L14): open tasks are those of the others, and who looks after people is told.
    pub(super) fn attend(&mut self, person: &str, present: bool) -> Result<(), String> {
        let changed = match present {
            true => self.snapshot.absent.remove(person),
            false => self.snapshot.absent.insert(person.to_owned()),
        };
        if !changed {
            return Ok(());
        }
        if !present {
            self.tell("left", self.coaches(), Vec::new(), person, None);
        }
        self.reassign()
    }

    pub(super) fn today(&self) -> Date {
        self.local().date()
    }

    /// Whether nobody does this step for another: it is without a name, or of a class that stays with the person.
    pub(super) fn is_personal(&self, def: &StepDef) -> bool {
        let class = def.step.privacy.unwrap_or(self.world.definition.ir.privacy);
        def.step.identity != Identity::Named || class >= Privacy::P2
    }

    /// Whether an absent person's role goes to a substitute: it is theirs, and the substitute does not hold one that must
    /// stay apart from it, such as that of the person who is visited.
    pub(super) fn hands_over(&self, absent: &Absence, role: &str, to: &str) -> bool {
        let has = match self.world.definition.roles.get(role) {
            Some(_) => self.names(role, &absent.person),
            None => absent.roles.iter().any(|held| held == role),
        };
        has && !self.apart(role, to)
    }

    /// Who holds a role for a person today.
    pub(super) fn substitute_of(&self, person: &str, role: &str) -> Option<String> {
        let absent = self.world.calendar.staff().absence(person, self.today())?;
        absent.substitute.clone().filter(|to| self.hands_over(absent, role, to))
    }

    fn apart(&self, role: &str, person: &str) -> bool {
        let roles = &self.world.definition.ir.roles;
        let one_way = roles.get(role).is_some_and(|role| role.apart.iter().any(|other| self.names(other, person)));
        one_way || roles.iter().any(|(other, it)| it.apart.iter().any(|one| one == role) && self.names(other, person))
    }

    /// Whether the actor holds a role for somebody who is away today.
    pub(super) fn holds_for_another(&self, role: &str) -> bool {
        let staff = self.world.calendar.staff();
        let Some(person) = self.actor.person.as_deref().filter(|_| !staff.absences.is_empty()) else { return false };
        let mut away = staff.covered_by(person, self.today());
        away.any(|absent| self.hands_over(absent, role, person))
    }

    /// Whether the actor leads for somebody who is away today.
    pub(super) fn leads_for_another(&self) -> bool {
        let staff = self.world.calendar.staff();
        let Some(person) = self.actor.person.as_deref().filter(|_| !staff.absences.is_empty()) else { return false };
        let mut away = staff.covered_by(person, self.today());
        away.any(|absent| LEADING_ROLES.iter().any(|role| absent.roles.iter().any(|held| held == role)))
    }

    /// Under whose name the answers of a shared job stand: the first of its people whom the step lists. Both see them and
    /// both may change them: one job is one answer.
    fn job_of(&self, person: &str, listed: Option<&[String]>) -> Option<String> {
        let duo = self.world.calendar.staff().duo(person)?;
        duo.people.iter().find(|one| listed.is_some_and(|listed| listed.contains(one))).cloned()
    }

    /// Of whom a step expects an answer; `None` when it names nobody. A shared job counts once. Who is away from opening
    /// to due date, and for whom nobody stands in, is not expected (L14); without a due date only today counts.
    pub(super) fn expected(&self, def: &StepDef) -> Result<Option<Vec<String>>, String> {
        let Some(listed) = self.listed(def)? else { return Ok(None) };
        let staff = self.world.calendar.staff();
        if staff.is_empty() {
            return Ok(Some(listed));
        }
        let personal = self.is_personal(def);
        let state = self.snapshot.steps.get(&def.step.id).filter(|state| state.status == StepStatus::Open);
        let today = self.today();
        let opened = state.map_or(today, |state| self.world.calendar.local(state.opened_at).date());
        let window = match state.and_then(|state| state.due) {
            Some(due) => (opened, due.date().max(opened)),
            None => (today, today),
        };
        let stands_in = |absent: &Absence| {
            let to = absent.substitute.as_ref();
            !personal && to.is_some_and(|to| def.step.roles.iter().any(|role| self.hands_over(absent, role, to)))
        };
        Ok(Some(self.expected_within(&listed, window, personal, stands_in)))
    }

    /// Of whom of a list something is expected today, in work that is not personal.
    pub(super) fn expected_of(&self, listed: &[String]) -> Vec<String> {
        let today = self.today();
        let there: Vec<String> = listed.iter().filter(|one| !self.snapshot.absent.contains(*one)).cloned().collect();
        self.expected_within(&there, (today, today), false, |absent| absent.substitute.is_some())
    }

    fn expected_within(
        &self,
        listed: &[String],
        window: (Date, Date),
        personal: bool,
        stands_in: impl Fn(&Absence) -> bool,
    ) -> Vec<String> {
        let staff = self.world.calendar.staff();
        let away = |person: &str| {
            let mut own = staff.absences.iter().filter(|absent| absent.person == *person);
            own.find(|absent| absent.covers(window.0, window.1))
        };
        let excused = |person: &str| away(person).is_some_and(|absent| !stands_in(absent));
        let mut expected: Vec<String> = Vec::with_capacity(listed.len());
        for person in listed {
            let key = if personal { None } else { self.job_of(person, Some(listed)) };
            let out = match (&key, staff.duo(person)) {
                (Some(_), Some(duo)) => duo.people.iter().all(|one| excused(one)),
                _ => excused(person),
            };
            let key = key.unwrap_or_else(|| person.clone());
            if !out && !expected.contains(&key) {
                expected.push(key);
            }
        }
        expected
    }

    /// In whose lists a task stands: those of whom an answer is expected, who share their job, and who stands in today.
    pub(super) fn takers(&self, def: &StepDef) -> Result<Vec<String>, String> {
        let mut takers = self.expected(def)?.unwrap_or_default();
        let staff = self.world.calendar.staff();
        if staff.is_empty() || self.is_personal(def) {
            return Ok(takers);
        }
        let today = self.today();
        let mut more = Vec::new();
        for person in &takers {
            let sharing = staff.duo(person).map(|duo| duo.people.clone()).unwrap_or_else(|| vec![person.clone()]);
            let stands_in = |one: &String| {
                let absent = staff.absence(one, today)?;
                let to = absent.substitute.clone()?;
                def.step.roles.iter().any(|role| self.hands_over(absent, role, &to)).then_some(to)
            };
            more.extend(sharing.iter().filter_map(stands_in));
            more.extend(sharing);
        }
        for person in more {
            if !takers.contains(&person) {
                takers.push(person);
            }
        }
        Ok(takers)
    }

    /// Whom a reminder of a step goes to: who is there today of those who have not answered, or stands in for them.
    /// `None` when the step names nobody or nobody can know (anonymous): then all with the role.
    pub(super) fn to_remind(&self, step: &str) -> Option<Vec<String>> {
        let def = self.world.definition.step(step)?;
        if def.step.identity == Identity::Anonymous {
            return None;
        }
        let done = self.snapshot.pools.get(&def.pool).map(|pool| &pool.contributed);
        let mut missing = self.expected(def).ok().flatten()?;
        missing.retain(|person| !done.is_some_and(|done| done.contains(person)));
        if missing.is_empty() {
            return None;
        }
        let (staff, now, personal) = (self.world.calendar.staff(), self.local(), self.is_personal(def));
        let mut told: Vec<String> = Vec::new();
        for person in missing {
            let there = if personal { vec![person] } else { staff.at_work(&person, now) };
            for one in there {
                let to = match staff.absence(&one, now.date()) {
                    None => Some(one),
                    Some(absent) => absent.substitute.clone().filter(|_| !personal),
                };
                told.extend(to.filter(|to| !told.contains(to)));
            }
        }
        Some(told)
    }

    /// Who is told instead of an absent holder of one of these roles.
    pub(super) fn told_instead(&self, roles: &[String]) -> Vec<String> {
        let staff = self.world.calendar.staff();
        if staff.absences.is_empty() || self.world.definition.ir.privacy >= Privacy::P2 {
            return Vec::new();
        }
        let mut told = Vec::new();
        for absent in staff.away(self.today()) {
            let Some(to) = &absent.substitute else { continue };
            if roles.iter().any(|role| self.hands_over(absent, role, to)) && !told.contains(to) {
                told.push(to.clone());
            }
        }
        told
    }

    /// Whether the actor may hand something in for another person: never what is personal; else who stands in today, who
    /// shares the job, and who leads the cycle.
    pub(super) fn may_act_for(&self, def: &StepDef, whom: &str) -> Result<(), Rejection> {
        let step = &def.step.id;
        if self.is_personal(def) {
            let help = format!("step `{step}` is personal or anonymous: nobody does it for somebody else");
            return Err(Rejection::new("NOT_ALLOWED", help).because(vec!["PERSONAL".into()]));
        }
        let staff = self.world.calendar.staff();
        let actor = self.actor.person.as_deref().unwrap_or_default();
        if actor == whom {
            return Ok(());
        }
        if staff.share(actor, whom)
            && self.listed(def).ok().flatten().is_some_and(|listed| listed.iter().any(|one| one == whom))
        {
            return Ok(());
        }
        // The job of an absent person may stand under the name of who shares it.
        let mut away = staff.covered_by(actor, self.today());
        let covers = |absent: &Absence| absent.person == whom || staff.share(&absent.person, whom);
        if let Some(absent) = away.find(|absent| covers(absent)) {
            if def.step.roles.iter().any(|role| self.hands_over(absent, role, actor)) {
                return Ok(());
            }
            let conflict = def.step.roles.iter().any(|role| self.apart(role, actor));
            let why = if conflict { "OWN_REVIEW" } else { "ROLE" };
            let help = format!("{actor} cannot stand in for {whom} in step `{step}`");
            return Err(Rejection::new("NOT_ALLOWED", help).because(vec![format!("{why}:{actor}")]));
        }
        if self.leads_here() {
            return Ok(());
        }
        Err(Rejection::new("NOT_ALLOWED", format!("{actor} does not stand in for {whom} today")))
    }

    /// Whether the actor leads this very cycle: the director, the administrator, or its own coach.
    fn leads_here(&self) -> bool {
        LEADING_ROLES.iter().any(|role| match self.world.definition.roles.contains_key(*role) {
            true => self.holds_own(role),
            false => *role != "coach" && self.actor.roles.iter().any(|held| held == role),
        })
    }

    /// Hands tasks over to who stands in today and back to who returned, and tells them. Looks again at the next change.
    pub(super) fn hand_over(&mut self) -> Result<(), String> {
        let staff = self.world.calendar.staff();
        if staff.is_empty() && self.snapshot.handed.is_empty() {
            self.stop_timer(TIMER);
            return Ok(());
        }
        let today = self.today();
        let part = self.people_with_a_part();
        let away: BTreeMap<String, Option<String>> = staff
            .away(today)
            .filter(|absent| part.contains(&absent.person))
            .map(|absent| (absent.person.clone(), self.taken_over_by(absent)))
            .collect();
        let before = std::mem::replace(&mut self.snapshot.handed, away.clone());
        let mut changed = before != away;
        for (person, by) in &before {
            if away.get(person) != Some(by) {
                self.trace.push(Happening::HandedBack { person: person.clone() });
                let told: Vec<String> = by.iter().cloned().chain([person.clone()]).collect();
                self.tell("stand_in_ends", Vec::new(), told, person, None);
            }
        }
        for (person, by) in &away {
            if before.get(person) != Some(by) {
                self.trace.push(Happening::HandedOver { person: person.clone(), to: by.clone() });
                let until = staff.absence(person, today).map(|absent| absent.to);
                match by {
                    Some(by) => self.tell("stand_in", Vec::new(), vec![by.clone()], person, until),
                    None => self.tell("absent", self.coaches(), Vec::new(), person, until),
                }
            }
        }
        changed |= !staff.duos.is_empty();
        if changed {
            self.reassign()?;
        }
        self.look_again(today)
    }

    /// Who takes over in this cycle: the substitute, unless every role of the absent person must stay apart from theirs.
    fn taken_over_by(&self, absent: &Absence) -> Option<String> {
        let to = absent.substitute.as_ref()?;
        let roles = self.world.definition.ir.roles.keys();
        let mut held = roles.filter(|role| self.names(role, &absent.person)).peekable();
        let free = held.peek().is_none() || held.any(|role| self.hands_over(absent, role, to));
        free.then(|| to.clone())
    }

    /// Puts open tasks in the lists of those who must do them today.
    fn reassign(&mut self) -> Result<(), String> {
        let open = self.snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open);
        let open: Vec<(String, u64)> = open.map(|(id, state)| (id.clone(), state.run)).collect();
        for (step, run) in open {
            let Some(def) = self.world.definition.step(&step).filter(|def| def.assign.is_some()) else { continue };
            let assignees = self.takers(def)?;
            self.tasks.push(TaskChange::Assign { run, assignees });
        }
        Ok(())
    }

    /// Sets the timer for the first school day on which somebody goes or is back.
    fn look_again(&mut self, today: Date) -> Result<(), String> {
        let calendar = self.world.calendar;
        let next = calendar.staff().next_change(today).and_then(|day| calendar.on_or_after(day).ok());
        let next = next.map(|day| day.to_datetime(Time::midnight()));
        if self.snapshot.timers.get(TIMER).map(|timer| timer.civil) == next {
            return Ok(());
        }
        match next {
            Some(at) => self.set_timer(TIMER, &format!("{} at 00:00", at.date()), TIMER, TimerPurpose::HandOver, None),
            None => {
                self.stop_timer(TIMER);
                Ok(())
            }
        }
    }

    /// Those whom the workflow's roles or open tasks name.
    fn people_with_a_part(&self) -> BTreeSet<String> {
        let definition = self.world.definition;
        let mut people = Vec::new();
        for program in definition.roles.values() {
            if let Ok(value) = self.value(program, None, &Locals::default()) {
                collect_ids(&value, &mut people);
            }
        }
        for (step, _) in self.snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open) {
            let listed = definition.step(step).and_then(|def| self.listed(def).ok().flatten());
            people.extend(listed.unwrap_or_default());
        }
        people.into_iter().collect()
    }

    /// Roles that look after people of this cycle.
    pub(super) fn coaches(&self) -> Vec<String> {
        let known = |role: &&str| self.world.definition.ir.roles.contains_key(*role);
        let found: Vec<String> = ["coach", "dir"].into_iter().filter(known).map(str::to_owned).collect();
        if found.is_empty() { vec!["dir".to_owned()] } else { found }
    }

    fn tell(&mut self, key: &str, roles: Vec<String>, persons: Vec<String>, about: &str, until: Option<Date>) {
        let until = until.map(crate::cel::school::format_date).unwrap_or_default();
        let title = self.world.definition.ir.text("nl", "title");
        let data = Map::from_iter([
            ("person".to_owned(), Value::from(format!("@{about}"))),
            ("until".to_owned(), Value::from(until)),
            ("title".to_owned(), Value::from(title)),
        ]);
        stepper::notify(self, roles, persons, key, &data);
    }
}

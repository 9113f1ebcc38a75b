//! What would happen: every event a visitor could send now is decided on a copy, and nothing is committed.
//!
//! The same pure `decide` that the engine uses says whether it is possible and, if not, everything that is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use draaiboek_workflow::decide::{Answers, Command, Conclusion, Problem, Rejection, StepStatus, Tally, World, decide};
use draaiboek_workflow::ir::{Identity, Privacy, State, Transition};
use serde_json::Value;

use super::cycle::Cycle;
use crate::answer::Failure;

/// An event that the visitor may send from here.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    /// Its name.
    pub event: String,
    /// The state it is sent from.
    pub from: String,
    /// It asks for a reason.
    pub needs_reason: bool,
    /// Schema of what is sent along, when people fill something in.
    pub schema: Option<Value>,
    /// Nothing is missing; with data to fill in, as far as can be known.
    pub ready: bool,
    /// Why not, in order.
    pub missing: Option<Rejection>,
    /// The same without what only the filled-in form can mend: what is worth telling before anything is filled in.
    pub told: Option<Rejection>,
    /// The step that cannot be concluded yet, when that is why.
    pub stuck: Option<String>,
    /// States it leads to.
    pub targets: Vec<String>,
    /// It goes back to a state before this one in the workflow's order.
    pub back: bool,
    /// The open steps of the state that it leaves, with what came in.
    pub steps: Vec<Progress>,
}

impl Offer {
    /// Nothing is missing, and of nobody an answer is still awaited.
    pub(crate) fn complete(&self) -> bool {
        self.ready && self.steps.iter().all(Progress::complete)
    }
}

/// How far an open step is.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    /// Id.
    pub step: String,
    /// Contributions that stand.
    pub entries: u32,
    /// How many people answered of how many; only where each answers and it is known who did.
    pub people: Option<(usize, usize)>,
    /// Everybody answers, and nobody knows who did.
    pub anonymous: bool,
}

impl Progress {
    /// Whether nothing more has to come: everybody answered, or somebody did where one speaks for all.
    pub(crate) fn complete(&self) -> bool {
        match self.people {
            Some((answered, asked)) => answered >= asked,
            None => self.entries > 0 && !self.anonymous,
        }
    }
}

impl Cycle {
    /// What the plugins of the open steps would answer now. A broken one counts as not ready.
    pub(crate) async fn answers(&self) -> Arc<BTreeMap<String, Conclusion>> {
        if let Some(known) = self.worked.answers() {
            return known;
        }
        let mut found = BTreeMap::new();
        for (id, step) in &self.snapshot.steps {
            if step.status == StepStatus::Open {
                let picture = self.app.engine.picture(self.id(), id).await;
                found.insert(id.clone(), picture.unwrap_or_default());
            }
        }
        self.worked.keep_answers(found)
    }

    /// The events that the visitor may send now, in the order of the workflow, each tried on a copy.
    ///
    /// # Errors
    /// A damaged row.
    pub(crate) fn offers(&self, concluded: &Arc<BTreeMap<String, Conclusion>>) -> Result<Arc<Vec<Offer>>, Failure> {
        if let Some(known) = self.worked.offers(&self.who) {
            return Ok(known);
        }
        Ok(self.worked.keep_offers(self.who.clone(), self.find_offers(concluded)?))
    }

    fn find_offers(&self, concluded: &BTreeMap<String, Conclusion>) -> Result<Vec<Offer>, Failure> {
        let mut offers: Vec<Offer> = Vec::new();
        let active: BTreeSet<&str> = self.snapshot.chart.active.iter().map(String::as_str).collect();
        let order: Vec<&str> = self.definition.ir.all_states().iter().map(|state| state.id.as_str()).collect();
        let place = |id: &str| order.iter().position(|known| *known == id);
        let now_at = active.iter().filter_map(|id| place(id)).min().unwrap_or(0);
        for (state, transition) in self.enabled(&active) {
            for event in &transition.events {
                let known = offers.iter().any(|offer| offer.event == *event);
                if known || event.contains('*') || !self.may_send(transition) {
                    continue;
                }
                let back = !transition.targets.is_empty()
                    && transition.targets.iter().all(|id| place(id).is_some_and(|at| at < now_at));
                let missing = self.try_event(event, transition, concluded)?;
                offers.push(Offer {
                    event: event.clone(),
                    from: state.id.clone(),
                    needs_reason: transition.needs_reason,
                    schema: transition.event_data.clone(),
                    ready: missing.is_none(),
                    told: missing.as_ref().and_then(|missing| before_the_form(transition, missing)),
                    stuck: missing.as_ref().and_then(|missing| stuck(transition, missing, concluded)),
                    missing,
                    targets: transition.targets.clone(),
                    steps: self.under(state),
                    back: back || (transition.targets.contains(&state.id) && !transition.internal),
                });
            }
        }
        Ok(offers)
    }

    /// The open steps in a state and in the states within it.
    fn under(&self, state: &State) -> Vec<Progress> {
        let own = state.steps.iter().filter_map(|step| self.progress(&step.id));
        own.chain(state.states.iter().flat_map(|inner| self.under(inner))).collect()
    }

    /// How far a step is, while it is open.
    pub(crate) fn progress(&self, id: &str) -> Option<Progress> {
        let open = self.snapshot.steps.get(id).is_some_and(|step| step.status == StepStatus::Open);
        let def = self.definition.step(id).filter(|_| open)?;
        let pool = self.snapshot.pools.get(&def.pool);
        let standing = |tally: &Tally| tally.submitted.saturating_sub(tally.withdrawn);
        let entries = pool.map_or(0, |pool| pool.counts.values().map(standing).sum());
        let anonymous = def.step.identity == Identity::Anonymous;
        // What is personal is asked of each; of other steps one of those it is for may do it for all.
        let each = !anonymous && (self.class(id) >= Privacy::P2 || def.step.identity == Identity::Pseudonymous);
        let asked = each.then(|| self.opened(id).ok()?.invited).flatten();
        let people = asked.map(|asked| {
            let answered = |person: &&String| pool.is_some_and(|pool| pool.contributed.contains(*person));
            (asked.iter().filter(answered).count(), asked.len())
        });
        Some(Progress { step: id.to_owned(), entries, people, anonymous })
    }

    /// Those who were asked by name and of whom nothing came in yet; `None` where nobody is, or nobody may know who did.
    pub(crate) fn silent(&self, id: &str) -> Option<Vec<String>> {
        let def = self.definition.step(id).filter(|def| def.step.identity == Identity::Named)?;
        let pool = self.snapshot.pools.get(&def.pool);
        let answered = |person: &String| pool.is_some_and(|pool| pool.contributed.contains(person));
        let asked = self.opened(id).ok()?.invited?;
        Some(asked.into_iter().filter(|person| !answered(person)).collect())
    }

    /// Transitions of the active states, innermost first.
    fn enabled<'a>(&'a self, active: &BTreeSet<&str>) -> Vec<(&'a State, &'a Transition)> {
        let mut found: Vec<(usize, &State, &Transition)> = Vec::new();
        fn visit<'a>(
            states: &'a [State],
            depth: usize,
            active: &BTreeSet<&str>,
            found: &mut Vec<(usize, &'a State, &'a Transition)>,
        ) -> bool {
            let mut any = false;
            for state in states {
                let inside = visit(&state.states, depth + 1, active, found);
                if inside || active.contains(state.id.as_str()) {
                    any = true;
                    found.extend(state.on.iter().map(|transition| (depth, state, transition)));
                }
            }
            any
        }
        visit(&self.definition.ir.states, 0, active, &mut found);
        found.sort_by_key(|(depth, ..)| std::cmp::Reverse(*depth));
        found.into_iter().map(|(_, state, transition)| (state, transition)).collect()
    }

    fn may_send(&self, transition: &Transition) -> bool {
        transition.roles.iter().any(|role| self.roles.contains(role))
    }

    fn try_event(
        &self,
        event: &str,
        transition: &Transition,
        concluded: &BTreeMap<String, Conclusion>,
    ) -> Result<Option<Rejection>, Failure> {
        let origin = self.origin();
        let world = World {
            definition: &self.definition,
            origin,
            calendar: &self.place.calendar,
            now: self.now,
            assuming: None,
            next: None,
        };
        let data =
            transition.event_data.as_ref().map_or(Value::Object(Default::default()), |schema| self.sample(schema));
        let command = Command::Send { event: event.to_owned(), data, reason: Some("-".into()) };
        let answers = Answers { concluded: concluded.clone(), ..Answers::default() };
        Ok(decide(world, Some(&self.snapshot), &self.actor, &command, &answers).err())
    }

    /// Data that fits a schema, to try an event before anything is filled in.
    fn sample(&self, schema: &Value) -> Value {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let today = self.place.today(self.now).to_string();
        let fields = properties.into_iter().flatten().filter(|(name, _)| required.contains(&name.as_str()));
        fields
            .map(|(name, property)| {
                let format = property.get("format").and_then(Value::as_str);
                let value = match (property.get("type").and_then(Value::as_str), format) {
                    (Some("string"), Some("date")) => Value::from(today.clone()),
                    (Some("string"), _) => Value::from("-"),
                    (Some("integer" | "number"), _) => Value::from(1),
                    (Some("boolean"), _) => Value::from(false),
                    (Some("array"), _) => Value::Array(Vec::new()),
                    (Some("object"), _) => Value::Object(Default::default()),
                    _ => property.get("enum").and_then(|options| options.get(0)).cloned().unwrap_or(Value::Null),
                };
                (name.clone(), value)
            })
            .collect()
    }
}

/// What is missing whatever a form will say: an event is tried with data that nobody typed.
fn before_the_form(transition: &Transition, missing: &Rejection) -> Option<Rejection> {
    if transition.event_data.is_none() {
        return Some(missing.clone());
    }
    let word = |reason: &str| reason.split(':').next().unwrap_or(reason).to_owned();
    let asks = |text: &str| text.contains("event.data");
    let about_form = transition.require.iter().filter(|one| {
        asks(&one.that)
            || one.when.as_deref().is_some_and(asks)
            || one.each.as_ref().is_some_and(|each| asks(&each.list))
    });
    let about_form: BTreeSet<String> = about_form.map(|one| word(&one.reason)).chain(["INVALID".to_owned()]).collect();
    let mut told = missing.clone();
    if told.reasons.is_empty() {
        return (!about_form.contains(&told.word)).then_some(told);
    }
    told.reasons.retain(|reason| !about_form.contains(&word(reason)));
    (!told.reasons.is_empty()).then_some(told)
}

/// The step of which the plugin gives just these reasons.
fn stuck(transition: &Transition, missing: &Rejection, concluded: &BTreeMap<String, Conclusion>) -> Option<String> {
    let gives = |id: &&String| {
        let answer = concluded.get(*id).filter(|answer| !answer.ready);
        answer.is_some_and(|answer| answer.problems.iter().map(Problem::reason).eq(missing.reasons.iter().cloned()))
    };
    transition.concludes.iter().find(gives).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use draaiboek_workflow::ir::Requirement;

    fn asking(that: &str, reason: &str) -> Requirement {
        Requirement { each: None, when: None, that: that.into(), reason: reason.into() }
    }

    #[test]
    fn an_empty_form_is_no_fault() {
        let require =
            vec![asking("event.data.coach in event.data.members", "NOT_MEMBER"), asking("data.n > 0", "NONE:n")];
        let form = Transition { require: require.clone(), event_data: Some(Value::Null), ..blank() };
        let simple = Transition { require, ..blank() };
        let told = |transition: &Transition, reasons: &[&str]| {
            let missing = Rejection::new("NOT_READY", "").because(reasons.iter().map(|r| (*r).to_owned()).collect());
            before_the_form(transition, &missing).map(|told| told.reasons)
        };
        assert_eq!(told(&form, &["INVALID:/members"]), None);
        assert_eq!(told(&form, &["NOT_MEMBER"]), None);
        assert_eq!(told(&form, &["NOT_MEMBER", "NONE:n"]), Some(vec!["NONE:n".to_owned()]));
        assert_eq!(told(&simple, &["NOT_MEMBER"]), Some(vec!["NOT_MEMBER".to_owned()]));
        assert!(before_the_form(&form, &Rejection::new("INVALID", "")).is_none());
        assert!(before_the_form(&form, &Rejection::new("CLOSED", "")).is_some());
    }

    #[test]
    fn a_step_that_is_not_ready_is_named() {
        let answer = |ready, word: &str| Conclusion {
            ready,
            problems: vec![Problem { word: word.into(), args: vec!["need".into()] }],
            ..Conclusion::default()
        };
        let concluded =
            BTreeMap::from([("done".to_owned(), answer(true, "X")), ("needs".to_owned(), answer(false, "X"))]);
        let transition = Transition { concludes: vec!["done".into(), "needs".into()], ..blank() };
        let missing = |reason: &str| Rejection::new("X", "").because(vec![reason.to_owned()]);
        assert_eq!(stuck(&transition, &missing("X:need"), &concluded).as_deref(), Some("needs"));
        assert_eq!(stuck(&transition, &missing("Y"), &concluded), None);
    }

    fn blank() -> Transition {
        serde_json::from_value(serde_json::json!({
            "events": [], "when": null, "roles": [], "require": [], "error": null, "concludes": [], "event_data": null,
            "needs_reason": false, "targets": [], "internal": false, "actions": [], "mandatory": false,
        }))
        .expect("a transition")
    }
}

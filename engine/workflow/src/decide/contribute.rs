//! Contributions: the laws of domain.md 0.5 that hold for every step kind (L2 to L5, L11).
//!
//! The host owns contributions; a plugin only sees those that count. Payloads never come here.

use super::command::{Checked, ContributionStatus, Prior};
use super::decision::{Answer, ContributionChange, NewContribution, Rejection};
use super::erase;
use super::macrostep::Broken;
use super::model::StepStatus;
use super::turn::Turn;
use crate::ir::Identity;

/// A contribution as the command names it.
pub(super) struct Handed<'c> {
    pub step: &'c str,
    pub id: &'c str,
    pub participant: &'c str,
    pub group: Option<&'c String>,
    pub revision: Option<u32>,
}

/// Where a contribution stands in time: before anything is looked up about earlier ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    OnTime,
    Late,
}

/// Hands in a contribution (L2, L3, L5, L11).
pub(super) fn hand_in(turn: &mut Turn<'_>, handed: &Handed<'_>) -> Result<Answer, Rejection> {
    let owner = turn.pool_owner(handed.step)?;
    let checked = turn.answers.checked.clone().ok_or_else(|| {
        Rejection::new("INVALID", format!("the contribution for step `{}` was not checked by its plugin", handed.step))
    })?;
    if let Some(same) = &turn.answers.same_id {
        return repeat(same, handed);
    }
    let moment = moment(turn, handed.step, &owner, &checked)?;
    allowed(turn, handed.step)?;
    let revision = match revise(turn.answers.same_slot.as_ref(), &checked, handed)? {
        Ok(revision) => revision,
        Err(unchanged) => return Ok(unchanged),
    };
    let status = match moment {
        Moment::OnTime => ContributionStatus::Effective,
        Moment::Late => ContributionStatus::Late,
    };
    record(turn, &owner, &checked, handed, revision, status);
    erase::retain(turn, &owner).map_err(|Broken(cause)| Rejection::new("INVALID", cause))?;
    Ok(match moment {
        Moment::OnTime => Answer::Accepted,
        Moment::Late => Answer::Late,
    })
}

/// L2: the same id again is the same contribution, or a conflict.
fn repeat(same: &Prior, handed: &Handed<'_>) -> Result<Answer, Rejection> {
    if same.same_payload && same.participant == handed.participant {
        return Ok(Answer::Duplicate);
    }
    Err(Rejection::new(
        "CONFLICT",
        format!("contribution id `{}` was used for something else; send this one under a new id", handed.id),
    ))
}

/// L5: on time while a step of the pool that takes this entry kind is open, late once it has been open.
fn moment(turn: &Turn<'_>, step: &str, owner: &str, checked: &Checked) -> Result<Moment, Rejection> {
    if turn.snapshot.lifecycle.is_over() {
        return Err(Rejection::new("CLOSED", "this cycle is over; its results stay readable"));
    }
    if turn.is_open(step) && turn.accepts(step, &checked.entry) {
        return Ok(Moment::OnTime);
    }
    let mut takers = turn.sharers(owner).into_iter().filter(|s| turn.accepts(s, &checked.entry)).peekable();
    if takers.peek().is_none() {
        return Err(Rejection::new("INVALID", format!("step `{step}` takes no `{}`", checked.entry)));
    }
    let was_open = takers.any(|s| turn.snapshot.steps.get(&s).is_some_and(|state| state.status != StepStatus::Open));
    if was_open {
        Ok(Moment::Late)
    } else {
        Err(Rejection::new("CLOSED", format!("step `{step}` is not open yet; it opens with its state")))
    }
}

/// L11: only roles that the step lists.
fn allowed(turn: &Turn<'_>, step: &str) -> Result<(), Rejection> {
    let definition = turn.step(step)?;
    let roles = &definition.step.roles;
    if let (false, Some(whom)) = (turn.actor.is_system(), &turn.actor.on_behalf_of) {
        return turn.may_act_for(definition, whom);
    }
    if turn.actor.is_system() || roles.iter().any(|role| turn.holds_own(role)) {
        return Ok(());
    }
    Err(Rejection::new("NOT_ALLOWED", format!("step `{step}` takes contributions of {} only", roles.join(", "))))
}

/// L3: which revision this is, or why it changes nothing.
fn revise(prior: Option<&Prior>, checked: &Checked, handed: &Handed<'_>) -> Result<Result<u32, Answer>, Rejection> {
    let Some(prior) = prior else { return Ok(Ok(handed.revision.unwrap_or(1))) };
    let next = prior.revision.saturating_add(1);
    let revision = match handed.revision {
        None => next,
        Some(_) if checked.shared && prior.participant != handed.participant => next,
        Some(revision) => revision,
    };
    match revision.cmp(&prior.revision) {
        std::cmp::Ordering::Greater => Ok(Ok(revision)),
        std::cmp::Ordering::Less => Ok(Err(Answer::StaleRevision)),
        std::cmp::Ordering::Equal if prior.same_payload => Ok(Err(Answer::Duplicate)),
        std::cmp::Ordering::Equal => Err(Rejection::new(
            "CONFLICT",
            format!("revision {revision} was handed in with other content; load the newest and send revision {next}"),
        )),
    }
}

fn record(
    turn: &mut Turn<'_>,
    owner: &str,
    checked: &Checked,
    handed: &Handed<'_>,
    revision: u32,
    status: ContributionStatus,
) {
    let named = turn.step(handed.step).is_ok_and(|s| s.step.identity != Identity::Anonymous);
    let earlier = turn.answers.same_slot.clone();
    let roles = turn.actor.roles.clone();
    let pool = turn.snapshot.pools.entry(owner.to_owned()).or_default();
    let tally = pool.counts.entry(checked.entry.clone()).or_default();
    if earlier.is_none() {
        tally.submitted = tally.submitted.saturating_add(1);
    }
    if status == ContributionStatus::Late {
        tally.late = tally.late.saturating_add(1);
    }
    if named {
        pool.contributed.insert(handed.participant.to_owned());
    }
    let run = pool.run;
    if let Some(earlier) = earlier.filter(|_| status.counts()) {
        turn.contributions.push(ContributionChange::Status {
            pool: run,
            id: earlier.id,
            status: ContributionStatus::Superseded,
        });
    }
    turn.contributions.push(ContributionChange::Add(Box::new(NewContribution {
        pool: run,
        step: handed.step.to_owned(),
        id: handed.id.to_owned(),
        entry: checked.entry.clone(),
        slot: checked.slot.clone(),
        shared: checked.shared,
        participant: handed.participant.to_owned(),
        group: handed.group.cloned(),
        roles: if named { roles } else { Vec::new() },
        revision,
        status,
    })));
}

/// Takes a contribution back while its entry kind is open (L4).
pub(super) fn withdraw(turn: &mut Turn<'_>, step: &str, id: &str, participant: &str) -> Result<Answer, Rejection> {
    let owner = turn.pool_owner(step)?;
    let prior = known(turn, id)?;
    if prior.participant != participant {
        return Err(Rejection::new("NOT_ALLOWED", "only who handed it in may take it back"));
    }
    if prior.status == ContributionStatus::Withdrawn {
        return Ok(Answer::Duplicate);
    }
    let open = turn.sharers(&owner).iter().any(|s| turn.is_open(s) && turn.accepts(s, &prior.entry));
    if !open || !prior.status.counts() {
        return Err(Rejection::new(
            "CLOSED",
            "the step is closed; ask the owner of the step for a recomputation instead",
        ));
    }
    let pool = turn.snapshot.pools.entry(owner).or_default();
    let tally = pool.counts.entry(prior.entry).or_default();
    tally.withdrawn = tally.withdrawn.saturating_add(1);
    turn.contributions.push(ContributionChange::Status {
        pool: pool.run,
        id: id.to_owned(),
        status: ContributionStatus::Withdrawn,
    });
    Ok(Answer::Accepted)
}

/// Lets a late contribution count while a step of its pool is still open (L5).
pub(super) fn admit(turn: &mut Turn<'_>, step: &str, id: &str) -> Result<Answer, Rejection> {
    let owner = turn.pool_owner(step)?;
    let prior = known(turn, id)?;
    let open: Vec<String> = turn.sharers(&owner).into_iter().filter(|s| turn.is_open(s)).collect();
    if open.is_empty() {
        return Err(Rejection::new("CLOSED", "the step that follows has closed; the result is frozen"));
    }
    // Who facilitates: leads the cycle, or works on the step that follows.
    let takes = |s: &String| turn.step(s).is_ok_and(|def| def.step.roles.iter().any(|role| turn.holds(role)));
    let follows = |s: &String| !turn.accepts(s, &prior.entry) && takes(s);
    if !turn.leads() && !open.iter().any(follows) {
        return Err(Rejection::new("NOT_ALLOWED", "only who facilitates may let a late contribution count"));
    }
    match prior.status {
        ContributionStatus::Admitted | ContributionStatus::Effective => return Ok(Answer::Duplicate),
        ContributionStatus::Late => {}
        ContributionStatus::Superseded | ContributionStatus::Withdrawn | ContributionStatus::Erased => {
            return Err(Rejection::new("INVALID", "only a late contribution can be admitted"));
        }
    }
    let pool = turn.snapshot.pools.entry(owner).or_default();
    let tally = pool.counts.entry(prior.entry).or_default();
    tally.late = tally.late.saturating_sub(1);
    turn.contributions.push(ContributionChange::Status {
        pool: pool.run,
        id: id.to_owned(),
        status: ContributionStatus::Admitted,
    });
    Ok(Answer::Accepted)
}

fn known(turn: &Turn<'_>, id: &str) -> Result<Prior, Rejection> {
    turn.answers
        .same_id
        .clone()
        .ok_or_else(|| Rejection::new("INVALID", format!("there is no contribution `{id}` in this step")))
}

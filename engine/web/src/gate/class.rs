//! Class codes: pupils answer one step without an account, for one lesson, each under a code of their own.
//!
//! A code stands among the invitations, for nobody in particular. Whoever has it can only hand in, as a pupil of the
//! step's list, and sees nothing of others.

use std::sync::Arc;

use draaiboek_store::InvitationRow;
use serde_json::Value;

use super::app::App;
use super::credentials::PER_ADDRESS;
use super::cycle::Cycle;
use super::permit::Contribute;
use super::policy::Role;
use super::secret;
use super::session::WINDOW;
use super::step::OpenStep;
use super::visit::{Member, Visit, Who};
use crate::answer::Failure;
use crate::input::Input;

/// Stands for the person in the invitation of a class; no person has this id.
pub(in crate::gate) const CLASS: &str = "*";
/// How long a code works, in microseconds: a lesson with what goes before and after.
const LESSON: i64 = 75 * 60 * 1_000_000;
/// The role under which pupils answer.
const PUPIL: &str = "pup";

impl OpenStep {
    /// Pupils who may answer, when the step is for pupils and has a list of them.
    pub(crate) fn pupils(&self) -> Vec<String> {
        if !self.step.roles.iter().any(|role| role == PUPIL) {
            return Vec::new();
        }
        let list = self.config.get("roster").and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|pupil| pupil.as_str().or_else(|| pupil.get("id")?.as_str())).map(str::to_owned).collect()
    }
}

impl Visit<Contribute> {
    /// Makes a code for the lesson that begins now; an earlier one of the same step ends. Gives the code and its end.
    ///
    /// # Errors
    /// The step is not for pupils, or not for this visitor; the database.
    pub(crate) async fn class_code(&self, cycle: &Cycle, step: &OpenStep) -> Result<(String, i64), Failure> {
        let member = self.member()?;
        self.end_class(cycle, step).await?;
        let (code, now) = (secret::short_code(), self.now.as_microsecond());
        let row = InvitationRow {
            hash: secret::hash(&code),
            school: member.school.clone(),
            person: CLASS.into(),
            instance: cycle.id().to_owned(),
            step: step.id.clone(),
            created_by: member.person.clone(),
            created_at: now,
            expires_at: now + LESSON,
            ended_at: None,
        };
        self.engine().store().put_invitation(&row).await?;
        self.record("class/code", &format!("{:?}", step.class), Some((cycle.id(), &step.id))).await?;
        Ok((code, row.expires_at))
    }

    /// The codes that were made for a step, the newest first; the codes themselves are not kept. None when the step is not
    /// for pupils.
    ///
    /// # Errors
    /// The step is not for this visitor; the database.
    pub(crate) async fn class_codes(&self, cycle: &Cycle, step: &OpenStep) -> Result<Vec<InvitationRow>, Failure> {
        if step.pupils().is_empty() {
            return Ok(Vec::new());
        }
        if self.member()?.limit.is_some() || !cycle.takes_part(&step.step) {
            return Err(Failure::Denied);
        }
        let mut codes = self.engine().store().read().invitations(cycle.id(), &step.id).await?;
        codes.retain(|row| row.person == CLASS);
        codes.sort_by_key(|row| std::cmp::Reverse(row.created_at));
        Ok(codes)
    }

    /// Ends the codes of a step.
    ///
    /// # Errors
    /// The step is not for pupils, is closed, or is not for this visitor; the database.
    pub(crate) async fn end_class(&self, cycle: &Cycle, step: &OpenStep) -> Result<(), Failure> {
        let codes = self.class_codes(cycle, step).await?;
        if step.pupils().is_empty() || !step.is_open() {
            return Err(Failure::Invalid("class".into()));
        }
        let store = self.engine().store();
        let ended_at = Some(self.now.as_microsecond());
        for row in codes.into_iter().filter(|row| row.ended_at.is_none()) {
            store.put_invitation(&InvitationRow { ended_at, ..row }).await?;
        }
        Ok(())
    }
}

/// A pupil who came in by the code of a class.
pub(crate) struct Pupil {
    /// Their powers: handing in at this one step.
    pub visit: Visit<Contribute>,
    /// The cycle.
    pub cycle: Cycle,
    /// The step.
    pub step: OpenStep,
}

impl App {
    /// Lets a pupil in; `None` when the code or the pupil's own code is not right, whichever.
    ///
    /// # Errors
    /// Too many wrong codes from this sender; the database.
    pub(crate) async fn pupil(self: &Arc<Self>, input: &Input) -> Result<Option<Pupil>, Failure> {
        let code = input.form.text("code").unwrap_or_default().to_lowercase();
        let pupil = input.form.text("pupil").unwrap_or_default();
        let (store, now) = (self.engine.store(), self.now().as_microsecond());
        let sender = format!("class:{}", input.address);
        if store.count_try(&sender, now, WINDOW).await? > PER_ADDRESS {
            return Err(Failure::TooMany);
        }
        let row = store.read().invitation(&secret::hash(&code)).await?;
        let row = row.filter(|row| row.person == CLASS && row.ended_at.is_none() && row.expires_at >= now);
        let Some(row) = row else { return Ok(None) };
        let member = Member {
            account: format!("class:{}", secret::short(&code)),
            school: row.school.clone(),
            person: pupil.to_owned(),
            name: pupil.to_owned(),
            roles: vec![Role::Class],
            extra: vec![PUPIL.to_owned()],
            limit: Some((row.instance.clone(), row.step.clone())),
            session: Vec::new(),
        };
        // Nobody of the school comes in as a pupil.
        if self.place(&row.school).await?.school.people.contains_key(pupil) {
            return Ok(None);
        }
        let visit = Visit::admit(Arc::clone(self), Who::Member(Box::new(member)), input).await?;
        let cycle = visit.cycle(&row.instance).await?;
        let step = visit.step(&cycle, &row.step).await?;
        if !step.pupils().iter().any(|known| known == pupil) {
            return Ok(None);
        }
        store.uncount_try(&sender).await?;
        Ok(Some(Pupil { visit, cycle, step }))
    }
}

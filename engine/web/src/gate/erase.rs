//! Erasing: a person by who answers for the school, and what is one's own and personal by oneself. Each is recorded.

use draaiboek_runtime::{Reply, Traces};
use draaiboek_workflow::decide::Command;
use draaiboek_workflow::ir::Privacy;

use super::cycle::Cycle;
use super::permit::{Contribute, ManagePeople};
use super::policy::{Action, Resource};
use super::step::OpenStep;
use super::visit::Visit;
use crate::answer::Failure;

impl OpenStep {
    /// Whether somebody may erase what they handed in here: what is personal and has a name.
    pub(crate) fn erasable(&self) -> bool {
        self.class >= Privacy::P2 && !self.anonymous() && self.acting.is_none()
    }
}

impl Visit<ManagePeople> {
    /// What is known of a person.
    ///
    /// # Errors
    /// Nobody is known by this id; the database.
    pub(crate) async fn traces(&self, person: &str) -> Result<Traces, Failure> {
        let traces = self.engine().traces(&self.member()?.school, person).await?;
        if traces.is_empty() { Err(Failure::NotFound) } else { Ok(traces) }
    }

    /// The title of a cycle, without opening it.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn title_of(&self, cycle: &str) -> Result<String, Failure> {
        Ok(self.known(cycle).await?.title())
    }

    /// Erases a person; says what went.
    ///
    /// # Errors
    /// Oneself; nobody is known by this id; no reason; the database.
    pub(crate) async fn erase_person(&self, person: &str, reason: &str) -> Result<Traces, Failure> {
        let member = self.member()?;
        if member.person == person {
            return Err(Failure::Invalid("own_person".into()));
        }
        if reason.trim().is_empty() {
            return Err(Failure::Invalid("reason".into()));
        }
        self.traces(person).await?;
        self.record("person/erase", "P2", None).await?;
        let erased = self.engine().erase_person(&member.school, person, &self.actor()?, reason.trim()).await?;
        for cycle in &erased.cycles {
            self.app().hub.changed(&cycle.instance);
        }
        Ok(erased)
    }
}

impl Visit<Contribute> {
    /// Erases a contribution of the visitor for good.
    ///
    /// # Errors
    /// Not personal, not the visitor's; the database.
    pub(crate) async fn erase_own(
        &self,
        cycle: &Cycle,
        step: &OpenStep,
        id: &str,
        reason: &str,
    ) -> Result<Reply, Failure> {
        if !cycle.may(Resource::Step, Action::Contribute, step.class) {
            return Err(Failure::Denied);
        }
        if !step.erasable() {
            return Err(Failure::Invalid("not_personal".into()));
        }
        if !self.mine(cycle, step).await?.iter().any(|mine| mine.id == id) {
            return Err(Failure::NotFound);
        }
        self.record("contribution/erase", &format!("{:?}", step.class), Some((cycle.id(), &step.id))).await?;
        let command = Command::Erase {
            participant: self.member()?.person.clone(),
            step: Some(step.id.clone()),
            id: Some(id.to_owned()),
            reason: reason.to_owned(),
        };
        let reply = self.engine().command(cycle.id(), &self.actor()?, command, None).await;
        self.app().hub.changed(cycle.id());
        Ok(reply?)
    }
}

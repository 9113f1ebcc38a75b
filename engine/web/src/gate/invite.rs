//! Invitations: one step for one person, for a week at most; withdrawing one shows out whoever came in by it.

use draaiboek_store::InvitationRow;
use jiff::Timestamp;

use super::class::CLASS;
use super::cycle::Cycle;
use super::permit::{Invite, Permission};
use super::policy::{Action, Resource};
use super::secret;
use super::session::{invitation_ends, invited_account};
use super::step::OpenStep;
use super::visit::Visit;
use crate::answer::Failure;

/// Days for which an invitation works.
const DAYS: i64 = 7;

/// An invitation without its secret.
#[derive(Debug, Clone)]
pub(crate) struct Invitation {
    /// Names it in lists; opens nothing.
    pub id: String,
    /// The person it is for.
    pub person: String,
    /// Who made it.
    pub by: String,
    /// In microseconds.
    pub until: i64,
    /// When it was withdrawn, in microseconds.
    pub ended: Option<i64>,
}

impl Invitation {
    fn of(row: &InvitationRow) -> Self {
        let id = row.hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let (person, by) = (row.person.clone(), row.created_by.clone());
        Self { id, person, by, until: row.expires_at, ended: row.ended_at }
    }

    /// Whether it opens nothing any more.
    pub(crate) fn over(&self, now: Timestamp) -> bool {
        self.ended.is_some() || self.until < now.as_microsecond()
    }
}

impl Visit<Invite> {
    fn may_invite(&self, cycle: &Cycle, step: &OpenStep) -> Result<(), Failure> {
        let may = cycle.may(Resource::Step, Action::Start, step.class);
        if may { Ok(()) } else { Err(Failure::Denied) }
    }

    /// Invites a person to a step; gives the token of the link too.
    ///
    /// # Errors
    /// The policy, nobody of that id, somebody for whom the step is not; the database.
    pub(crate) async fn invite(
        &self,
        cycle: &Cycle,
        step: &OpenStep,
        person: &str,
    ) -> Result<(Invitation, String), Failure> {
        self.may_invite(cycle, step)?;
        if !cycle.place.school.people.contains_key(person) {
            return Err(Failure::Invalid("person".into()));
        }
        let theirs = self.engine().own_roles(cycle.id(), &cycle.place.actor(person, &[])).await?;
        if !step.step.roles.iter().any(|role| theirs.contains(role)) {
            return Err(Failure::Invalid("not_for_them".into()));
        }
        let token = secret::token();
        let row = InvitationRow {
            hash: secret::hash(&token),
            school: self.member()?.school.clone(),
            person: person.to_owned(),
            instance: cycle.id().to_owned(),
            step: step.id.clone(),
            created_by: self.member()?.person.clone(),
            created_at: self.now.as_microsecond(),
            expires_at: invitation_ends(self.now, DAYS),
            ended_at: None,
        };
        self.engine().store().put_invitation(&row).await?;
        self.record("invitation/make", "P1", Some((cycle.id(), &step.id))).await?;
        Ok((Invitation::of(&row), token))
    }

    /// The invitations to a step, the newest first.
    ///
    /// # Errors
    /// The policy, the database.
    pub(crate) async fn invitations(&self, cycle: &Cycle, step: &OpenStep) -> Result<Vec<Invitation>, Failure> {
        self.may_invite(cycle, step)?;
        let rows = self.engine().store().read().invitations(cycle.id(), &step.id).await?;
        Ok(rows.iter().filter(|row| row.person != CLASS).map(Invitation::of).collect())
    }

    /// Withdraws an invitation and ends the sessions that came of it.
    ///
    /// # Errors
    /// The policy, no such invitation to this step, the database.
    pub(crate) async fn end_invitation(&self, cycle: &Cycle, step: &OpenStep, id: &str) -> Result<(), Failure> {
        self.may_invite(cycle, step)?;
        let store = self.engine().store();
        let rows = store.read().invitations(cycle.id(), &step.id).await?;
        let row = rows.into_iter().find(|row| Invitation::of(row).id == id).ok_or(Failure::NotFound)?;
        let account = invited_account(&row.school, &row.person);
        if row.ended_at.is_none() {
            let ended_at = Some(self.now.as_microsecond());
            store.put_invitation(&InvitationRow { ended_at, ..row }).await?;
        }
        store.end_invited(&account, cycle.id(), &step.id).await?;
        self.record("invitation/end", "P1", Some((cycle.id(), &step.id))).await
    }
}

impl<P: Permission> Visit<P> {
    /// The people who have a role in a step: whoever else came in by a link could do nothing.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn people_for(&self, cycle: &Cycle, step: &OpenStep) -> Result<Vec<(String, String)>, Failure> {
        let mut found = Vec::new();
        for (id, person) in &cycle.place.school.people {
            let roles = self.engine().own_roles(cycle.id(), &cycle.place.actor(id, &[])).await?;
            if step.step.roles.iter().any(|role| roles.contains(role)) {
                found.push((id.clone(), person.name.clone()));
            }
        }
        Ok(found)
    }
}

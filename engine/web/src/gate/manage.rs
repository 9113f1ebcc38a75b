//! Changing what is no cycle: accounts, what is kept about oneself, operations.

use draaiboek_runtime::is_erased;
use draaiboek_store::{
    AccessRow, AccountRow, Counts, DraftRow, IncidentRow, Mark, OutboxRow, SessionRow, TaskFilter, TimerRow,
};
use draaiboek_workflow::decide::Command;

use super::cycle::Cycle;
use super::permit::{ManageAccounts, ManageOperations, ManageOwn, SeeAudit, SeeOperations, SeeOwn};
use super::post::FIRST;
use super::session::{LINK, new_account};
use super::visit::Visit;
use crate::answer::Failure;

impl Visit<ManageAccounts> {
    /// The accounts of the school.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn accounts(&self) -> Result<Vec<AccountRow>, Failure> {
        let mut rows = self.engine().store().read().accounts(&self.member()?.school).await?;
        rows.retain(|row| !is_erased(row));
        Ok(rows)
    }

    /// Makes an account for a person of the school.
    ///
    /// # Errors
    /// The name or the person has one already.
    pub(crate) async fn add_account(&self, person: &str, login: &str) -> Result<AccountRow, Failure> {
        let member = self.member()?;
        let store = self.engine().store();
        let taken = store.read().account_by_login(login).await?.is_some()
            || store.read().account_of(&member.school, person).await?.is_some();
        let place = self.place()?;
        if taken || !place.school.people.contains_key(person) || login.is_empty() {
            return Err(Failure::Invalid("account".into()));
        }
        let row = new_account(&member.school, person, login, place.name(person), &[], self.now.as_microsecond());
        store.put_account(&row).await?;
        self.record("account/add", "P1", None).await?;
        Ok(row)
    }

    /// A one-time link for an account of the school, to hand over.
    ///
    /// # Errors
    /// Not of this school; the database.
    pub(crate) async fn account_link(&self, id: &str) -> Result<String, Failure> {
        let row = self.own_account(id).await?;
        self.record("account/link", "P1", None).await?;
        self.app().link(&row.id, LINK).await
    }

    /// Closes or opens an account of the school; closing ends its sessions.
    ///
    /// # Errors
    /// Not of this school; one's own; the database.
    pub(crate) async fn set_open(&self, id: &str, open: bool) -> Result<(), Failure> {
        let row = self.own_account(id).await?;
        if row.id == self.member()?.account {
            return Err(Failure::Invalid("own_account".into()));
        }
        let status = if open { "active" } else { "closed" };
        let store = self.engine().store();
        store
            .put_account(&AccountRow { status: status.into(), changed_at: self.now.as_microsecond(), ..row.clone() })
            .await?;
        if !open {
            store.end_sessions(&row.id, None).await?;
        }
        self.record("account/close", "P1", None).await
    }

    /// Ends every session of an account of the school.
    ///
    /// # Errors
    /// Not of this school; the database.
    pub(crate) async fn sign_out(&self, id: &str) -> Result<(), Failure> {
        let row = self.own_account(id).await?;
        self.engine().store().end_sessions(&row.id, None).await?;
        self.record("account/sign-out", "P1", None).await
    }

    async fn own_account(&self, id: &str) -> Result<AccountRow, Failure> {
        let row = self.engine().store().read().account(id).await?;
        row.filter(|row| self.member().is_ok_and(|member| member.school == row.school)).ok_or(Failure::NotFound)
    }
}

impl Visit<SeeOwn> {
    /// The sessions, drafts and looks that are kept about the visitor.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn kept(&self) -> Result<(Vec<SessionRow>, Vec<DraftRow>, Vec<AccessRow>), Failure> {
        let member = self.member()?;
        let reader = self.engine().store().read();
        Ok((
            reader.sessions(&member.account).await?,
            reader.drafts_of(&member.account).await?,
            reader.accesses(&member.school, Some(&member.person), 50).await?,
        ))
    }
}

impl Visit<SeeOwn> {
    /// Whether the visitor wants the mail of the day; nothing where no mail can come.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn wants_mail(&self) -> Result<Option<bool>, Failure> {
        let reader = self.engine().store().read();
        let account = reader.account(&self.member()?.account).await?;
        if self.app().config.mailer.is_none() || !account.is_some_and(|account| account.login.contains('@')) {
            return Ok(None);
        }
        Ok(Some(reader.daily_mail(&self.member()?.account).await?.is_none_or(|known| known.wanted != 0)))
    }
}

impl Visit<ManageOwn> {
    /// Notes whether the visitor wants the mail of the day.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn want_mail(&self, wanted: bool) -> Result<(), Failure> {
        let told = self.now.as_microsecond() - FIRST;
        Ok(self.engine().store().want_mail(&self.member()?.account, wanted, told).await?)
    }

    /// Forgets all drafts of the visitor.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn drop_drafts(&self) -> Result<(), Failure> {
        Ok(self.engine().store().drop_drafts(&self.member()?.account).await?)
    }
}

impl Visit<SeeAudit> {
    /// The record of the school, newest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn accesses(&self) -> Result<Vec<AccessRow>, Failure> {
        Ok(self.engine().store().read().accesses(&self.member()?.school, None, 200).await?)
    }
}

/// What the machine has to do.
pub(crate) struct Work {
    /// How much of everything.
    pub counts: Counts,
    /// Open incidents, with the id of their cycle.
    pub incidents: Vec<(IncidentRow, String)>,
    /// The next timers, with the id of their cycle.
    pub timers: Vec<(TimerRow, String)>,
    /// Messages that wait.
    pub outbox: Vec<OutboxRow>,
    /// Open tasks.
    pub tasks: usize,
}

impl Visit<SeeOperations> {
    /// A cycle of the school, for its titles; what it holds stays behind the policy.
    ///
    /// # Errors
    /// Not of this school.
    pub(crate) async fn titled(&self, id: &str) -> Result<Cycle, Failure> {
        self.known(id).await
    }

    /// What waits in the school: no contents, only that it is there.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn work(&self) -> Result<Work, Failure> {
        let scope = self.scope()?;
        let reader = self.engine().store().read();
        let mut incidents = Vec::new();
        for incident in reader.open_incidents(scope, 100).await? {
            let id = reader.instance_by_pk(incident.instance_pk).await?.map(|row| row.id).unwrap_or_default();
            incidents.push((incident, id));
        }
        let mut timers = Vec::new();
        let mut outbox = Vec::new();
        let pending = reader.pending_outbox(i64::MAX, Mark::START, 200).await?;
        let instances = reader.instances(scope, &Default::default(), 500).await?;
        for summary in &instances {
            if summary.lifecycle == "active" {
                let own = reader.pending_timers(summary.pk).await?;
                timers.extend(own.into_iter().map(|timer| (timer, summary.id.clone())));
            }
            outbox.extend(pending.iter().filter(|row| row.instance_pk == Some(summary.pk)).cloned());
        }
        timers.sort_by_key(|(timer, _)| timer.due_at);
        timers.truncate(50);
        let tasks = reader.open_tasks(scope, &TaskFilter::default(), 5_000).await?.len();
        Ok(Work { counts: reader.counts(scope).await?, incidents, timers, outbox, tasks })
    }
}

impl Visit<ManageOperations> {
    /// Tries a broken step again, or gives it up.
    ///
    /// # Errors
    /// Not of this school; it breaks again.
    pub(crate) async fn settle(&self, cycle: &str, incident: &str, given_up: Option<String>) -> Result<(), Failure> {
        let reader = self.engine().store().read();
        reader.instance(self.scope()?, cycle).await?.ok_or(Failure::NotFound)?;
        let actor = self.actor()?;
        match given_up {
            None => self.engine().retry(cycle, &actor, incident).await.map(drop)?,
            given_up => {
                let command = Command::Settle { incident: incident.to_owned(), given_up };
                self.engine().command(cycle, &actor, command, None).await.map(drop)?;
            }
        }
        self.app().hub.changed(cycle);
        self.record("incident/settle", "P0", Some((cycle, ""))).await
    }
}

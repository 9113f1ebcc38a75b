//! Erasing a person (domain.md G3): what is known of somebody, and taking it away.
//!
//! What they handed in under their own name goes, with their account, drafts and place in the school. That they took
//! part stays in the journals under an id that names nobody any more, and so does what was published. No running cycle
//! waits for them any longer.

use draaiboek_store::{AccountRow, InstanceFilter, InstanceSummary, Scope};
use draaiboek_workflow::decide::{Actor, Command, concerns};
use serde::Serialize;

use crate::engine::Engine;
use crate::error::EngineError;

/// What is known of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Traces {
    /// Person id.
    pub person: String,
    /// Name, while the school knows it.
    pub name: Option<String>,
    /// Contributions with their content, by cycle.
    pub cycles: Vec<TracesIn>,
    /// What was typed and not handed in.
    pub drafts: usize,
    /// Browsers and programs that are signed in.
    pub sessions: usize,
    /// An account that names the person.
    pub account: bool,
    /// Teams the person is in.
    pub teams: Vec<String>,
}

/// What a person handed in to one cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracesIn {
    /// The cycle.
    pub instance: String,
    /// Contributions.
    pub contributions: usize,
}

impl Traces {
    /// All contributions.
    pub fn contributions(&self) -> usize {
        self.cycles.iter().map(|cycle| cycle.contributions).sum()
    }

    /// Whether anything is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.cycles.is_empty() && !self.account && self.teams.is_empty()
    }
}

impl Engine {
    /// What is known of a person at a school.
    ///
    /// # Errors
    /// No such school; the database.
    pub async fn traces(&self, school: &str, person: &str) -> Result<Traces, EngineError> {
        let known = self.school(school).await?;
        let reader = self.store.read();
        let mut cycles = Vec::new();
        for (pk, n) in reader.contributions_by(Scope::School(school), person).await? {
            if let Some(row) = reader.instance_by_pk(pk).await? {
                cycles.push(TracesIn { instance: row.id, contributions: usize::try_from(n).unwrap_or_default() });
            }
        }
        let account = reader.account_of(school, person).await?;
        let (mut drafts, mut sessions) = (0, 0);
        if let Some(account) = &account {
            drafts = reader.drafts_of(&account.id).await?.len();
            sessions = reader.sessions(&account.id).await?.len();
        }
        let teams = known.teams.iter().filter(|(_, team)| team.members.iter().any(|one| one == person));
        Ok(Traces {
            person: person.to_owned(),
            name: known.people.get(person).map(|known| known.name.clone()),
            cycles,
            drafts,
            sessions,
            account: account.is_some_and(|account| !account.name.is_empty()),
            teams: teams.map(|(id, _)| id.clone()).collect(),
        })
    }

    /// Erases a person; a second time there is nothing left to do. Says what went.
    ///
    /// # Errors
    /// Nobody is known by this id; a cycle says no; the database. What went before stays gone; try again for the rest.
    pub async fn erase_person(
        &self,
        school: &str,
        person: &str,
        actor: &Actor,
        reason: &str,
    ) -> Result<Traces, EngineError> {
        let traces = self.traces(school, person).await?;
        if traces.is_empty() {
            return Err(EngineError::not_found("person", person, "`draaiboek people list` shows who there is"));
        }
        for cycle in &traces.cycles {
            let command =
                Command::Erase { participant: person.to_owned(), step: None, id: None, reason: reason.to_owned() };
            self.command(&cycle.instance, actor, command, None).await?;
        }
        for cycle in self.unfinished(school).await? {
            self.leave(&cycle.id, person, actor).await?;
        }
        if let Some(account) = self.store.read().account_of(school, person).await? {
            self.store.drop_drafts(&account.id).await?;
            self.store.end_sessions(&account.id, None).await?;
            self.store.put_account(&nameless(account)).await?;
        }
        let mut known = self.school(school).await?;
        known.forget(person);
        self.put_school(&known).await?;
        Ok(traces)
    }
}

impl Engine {
    /// The cycles of a school that have not ended, those that stand still among them.
    pub(crate) async fn unfinished(&self, school: &str) -> Result<Vec<InstanceSummary>, EngineError> {
        let lifecycles = ["active", "paused", "blocked"].map(str::to_owned).into();
        let filter = InstanceFilter { lifecycles, ..InstanceFilter::default() };
        Ok(self.store.read().instances(Scope::School(school), &filter, u32::MAX.into()).await?)
    }

    /// Takes a person out of a cycle that names them: who leads it is told, and no step waits for them any more.
    async fn leave(&self, cycle: &str, person: &str, actor: &Actor) -> Result<(), EngineError> {
        let now = self.clock.now();
        if !self.look(cycle, |live| Ok(concerns(live.world(now), live.snapshot()?, person))).await? {
            return Ok(());
        }
        let leaving = Command::Attendance { person: person.to_owned(), present: false };
        for command in [leaving, Command::Recalendar] {
            // The second one asks the plugins anew, of whom an answer is expected now: what waited for that person concludes.
            match self.command(cycle, actor, command, None).await {
                // It came to its end meanwhile: nothing waits for anybody.
                Err(EngineError::Rejected(no)) if no.word == "CLOSED" => return Ok(()),
                done => done?,
            };
        }
        Ok(())
    }
}

/// What stands before the id in the login of an account whose person was erased.
const ERASED: &str = "erased:";

/// Whether an account is only what is left of an erased person.
pub fn is_erased(account: &AccountRow) -> bool {
    account.login.starts_with(ERASED)
}

/// The account without what names somebody, closed for good.
fn nameless(account: AccountRow) -> AccountRow {
    AccountRow {
        login: format!("{ERASED}{}", account.id),
        name: String::new(),
        password: None,
        roles: "[]".into(),
        status: "closed".into(),
        ..account
    }
}

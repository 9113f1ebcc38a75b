//! Who is to get the mail of the day: during the school's hours for messages, once a school day, those who want it.
//!
//! Lives here: whose turn it is, and noting what left. May not live here: what a mail says (see `post`).

use std::sync::Arc;

use draaiboek_store::AccountRow;

use super::app::App;
use super::permit::SeeHome;
use super::visit::Visit;
use crate::answer::Failure;

/// How far a first mail looks back, in microseconds.
pub(in crate::gate) const FIRST: i64 = 7 * 24 * 3600 * 1_000_000;

/// Somebody whose mail of today is not sent yet.
pub(crate) struct Due {
    /// What this person may see.
    pub visit: Visit<SeeHome>,
    /// Address.
    pub to: String,
    /// Messages after this moment are new, in microseconds.
    pub told: i64,
    account: String,
    day: String,
}

impl App {
    /// Ids of the schools in whose hours for messages it is now.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn schools_to_write(&self) -> Result<Vec<String>, Failure> {
        let mut open = Vec::new();
        for (school, _) in self.schools().await? {
            let now = self.now();
            if self.place(&school).await?.calendar.next_allowed(now) == now {
                open.push(school);
            }
        }
        Ok(open)
    }

    /// Accounts of a school that have a mail address.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn with_mail(&self, school: &str) -> Result<Vec<AccountRow>, Failure> {
        let mut accounts = self.engine.store().read().accounts(school).await?;
        accounts.retain(|account| account.status == "active" && account.login.contains('@'));
        Ok(accounts)
    }

    /// What the mail of today for an account starts from; nothing when it left, is not wanted, or nothing may be seen.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn mail_due(self: &Arc<Self>, account: AccountRow) -> Result<Option<Due>, Failure> {
        let (now, id) = (self.now(), account.id.clone());
        let day = self.place(&account.school).await?.today(now).to_string();
        let known = self.engine.store().read().daily_mail(&id).await?;
        if known.as_ref().is_some_and(|known| known.wanted == 0 || known.day >= day) {
            return Ok(None);
        }
        let told = known.map_or(now.as_microsecond() - FIRST, |known| known.told);
        let (to, locale) = (account.login.clone(), account.locale.clone());
        let Some(member) = self.member_of(account, Vec::new()).await? else { return Ok(None) };
        match Visit::of(self, member, &locale).await {
            Ok(visit) => Ok(Some(Due { visit, to, told, account: id, day })),
            Err(Failure::Denied) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Due {
    /// Takes this mail; false when another process has it.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn claim(&self) -> Result<bool, Failure> {
        Ok(self.visit.engine().store().claim_mail(&self.account, &self.day, self.told).await?)
    }

    /// Notes that it left, or that it did not.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn end(&self, left: bool) -> Result<(), Failure> {
        let told = left.then(|| self.visit.now.as_microsecond());
        Ok(self.visit.engine().store().end_mail(&self.account, told).await?)
    }
}

//! Who is to get the mail of the day: during the school's hours for messages, once a school day, those who want it.
//!
//! Lives here: whose turn it is, and noting what left. May not live here: what a mail says (see `post`).

use std::sync::Arc;

use draaiboek_store::{AccountRow, MailClaim, MailEnd, content_hash};

use super::app::App;
use super::permit::SeeHome;
use super::visit::Visit;
use crate::answer::Failure;

/// How far a first mail looks back, in microseconds.
pub(in crate::gate) const FIRST: i64 = 7 * 24 * 3600 * 1_000_000;

/// How long a mail is taken to be on its way when nobody says what became of it, in microseconds: longer than any mail server
/// is waited for. Who had it in hand then died with it, and it is sent again.
const IN_HAND: i64 = 10 * 60 * 1_000_000;

/// Somebody whose mail of today is not sent yet.
pub(crate) struct Due {
    /// What this person may see.
    pub visit: Visit<SeeHome>,
    /// Address.
    pub to: String,
    /// Messages after this moment are new, in microseconds.
    pub told: i64,
    /// Up to when it tells of messages: the moment of the first try, so that what came after it stays new.
    until: i64,
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
        let now = now.as_microsecond();
        // Taken today, and nobody knows what became of it.
        let lost = known.as_ref().filter(|known| known.day == day).and_then(|known| known.claimed);
        let lost = lost.filter(|claimed| *claimed < now - IN_HAND);
        if known.as_ref().is_some_and(|known| known.wanted == 0 || (known.day >= day && lost.is_none())) {
            return Ok(None);
        }
        let told = known.map_or(now - FIRST, |known| known.told);
        let (to, locale) = (account.login.clone(), account.locale.clone());
        let Some(member) = self.member_of(account, Vec::new()).await? else { return Ok(None) };
        match Visit::of(self, member, &locale).await {
            Ok(visit) => Ok(Some(Due { visit, to, told, until: lost.unwrap_or(now), account: id, day })),
            Err(Failure::Denied) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Due {
    /// What tells this mail from all others, today's from tomorrow's: the same when it is sent again.
    pub(crate) fn id(&self) -> String {
        let hash = content_hash(&format!("mail of the day\n{}\n{}", self.account, self.day));
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Takes this mail; false when another process has it.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn claim(&self) -> Result<bool, Failure> {
        let now = self.visit.now.as_microsecond();
        let claim = MailClaim { account: &self.account, day: &self.day, told: self.told, now, stale: now - IN_HAND };
        Ok(self.visit.engine().store().claim_mail(&claim).await?)
    }

    /// Notes that it left.
    ///
    /// # Errors
    /// The database; it may then be sent again.
    pub(crate) async fn left(&self) -> Result<(), Failure> {
        self.end(MailEnd::Left(self.until)).await
    }

    /// Notes that it did not leave: not again today, or open again.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn stays(&self, again: bool) -> Result<(), Failure> {
        self.end(if again { MailEnd::Away } else { MailEnd::Refused }).await
    }

    async fn end(&self, end: MailEnd) -> Result<(), Failure> {
        Ok(self.visit.engine().store().end_mail(&self.account, end).await?)
    }
}

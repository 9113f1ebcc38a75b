//! Writes of accounts and what belongs to them: each a small transaction of its own, beside the turns of instances.

use sea_orm::{EntityTrait, Value};

use super::{
    AccessRow, AccountRow, DraftRow, InvitationRow, LinkRow, SessionRow, ThrottleRow, access, account, draft,
    invitation, link, session, throttle,
};
use crate::error::StoreError;
use crate::store::Store;
use crate::write::{Clash, Undone};
use std::sync::atomic::Ordering;

/// A claim on the mail of a day.
#[derive(Clone, Copy, Debug)]
pub struct MailClaim<'a> {
    /// The account.
    pub account: &'a str,
    /// The civil day, as `2026-10-05`.
    pub day: &'a str,
    /// From when on its first mail tells of messages, in microseconds since 1970.
    pub told: i64,
    /// When it is taken, in microseconds since 1970.
    pub now: i64,
    /// What was taken before this moment and not ended may be taken again.
    pub stale: i64,
}

/// How a claim on the mail of a day ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailEnd {
    /// It left, and told of messages up to this moment.
    Left(i64),
    /// It will never be taken: not again today, and what is new stays new.
    Refused,
    /// Nobody took it: it is open again.
    Away,
}

impl Store {
    /// Stores an account or replaces the stored one of the same id.
    ///
    /// # Errors
    /// [`StoreError`]; also when the login or the person has another account.
    pub async fn put_account(&self, row: &AccountRow) -> Result<(), StoreError> {
        let done = self.put::<account::Entity>(row, Clash::Replace).await;
        self.door_changed();
        self.changes.note(&row.school);
        done
    }

    /// Stores a session or replaces the stored one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_session(&self, row: &SessionRow) -> Result<(), StoreError> {
        let done = self.put::<session::Entity>(row, Clash::Replace).await;
        self.door_changed();
        done
    }

    /// Ends one session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_session(&self, hash: &[u8]) -> Result<(), StoreError> {
        let done = self.run_web("DELETE FROM session WHERE hash = ?", vec![hash.to_vec().into()]).await;
        self.door_changed();
        done
    }

    /// Ends all sessions of an account, or all but one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_sessions(&self, account: &str, but: Option<&[u8]>) -> Result<(), StoreError> {
        let kept = but.unwrap_or_default().to_vec();
        let values = vec![account.to_owned().into(), kept.into()];
        let done = self.run_web("DELETE FROM session WHERE account = ? AND hash <> ?", values).await;
        self.door_changed();
        done
    }

    /// Ends the sessions that an invitation of this person to this step opened.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_invited(&self, account: &str, instance: &str, step: &str) -> Result<(), StoreError> {
        let values = [account, instance, step].map(|text| text.to_owned().into()).to_vec();
        let done = self.run_web("DELETE FROM session WHERE account = ? AND instance = ? AND step = ?", values).await;
        self.door_changed();
        done
    }

    /// Takes away what has run out: sessions, links, counters.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_sessions(&self, now: i64) -> Result<(), StoreError> {
        let day = 24 * 3600 * 1_000_000_i64;
        self.run_web("DELETE FROM session WHERE expires_at < ?", vec![now.into()]).await?;
        self.run_web("DELETE FROM sign_in_link WHERE expires_at < ?", vec![(now - day).into()]).await?;
        self.run_web("DELETE FROM throttle WHERE since < ?", vec![(now - day).into()]).await
    }

    /// Stores a one-time link.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_link(&self, row: &LinkRow) -> Result<(), StoreError> {
        self.put::<link::Entity>(row, Clash::Replace).await
    }

    /// Uses a one-time link: true once, false when it was used, has run out or does not exist.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_link(&self, hash: &[u8], now: i64) -> Result<bool, StoreError> {
        let text = "UPDATE sign_in_link SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at >= ?";
        let mut connection = self.connection.lock().await;
        connection.statement(text, vec![now.into(), hash.to_vec().into(), now.into()], Some(1));
        match connection.run().await {
            Ok(()) => Ok(true),
            Err(Undone::Mismatch) => Ok(false),
            Err(undone) => Err(self.undone(undone)),
        }
    }

    /// Stores an invitation or replaces the stored one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_invitation(&self, row: &InvitationRow) -> Result<(), StoreError> {
        let done = self.put::<invitation::Entity>(row, Clash::Replace).await;
        self.changes.note(&row.school);
        done
    }

    /// Stores a draft or replaces the stored one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_draft(&self, row: &DraftRow) -> Result<(), StoreError> {
        let done = self.put::<draft::Entity>(row, Clash::Replace).await;
        self.changes.note(&row.account);
        done
    }

    /// Takes a draft away.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_draft(&self, id: &str) -> Result<(), StoreError> {
        let done = self.run_web("DELETE FROM draft WHERE id = ?", vec![id.to_owned().into()]).await;
        self.changes.note(id.split('\n').next().unwrap_or_default());
        done
    }

    /// Takes all drafts of an account away.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_drafts(&self, account: &str) -> Result<(), StoreError> {
        let done = self.run_web("DELETE FROM draft WHERE account = ?", vec![account.to_owned().into()]).await;
        self.changes.note(account);
        done
    }

    /// Counts a try and gives the number of tries in the running stretch of `window` microseconds, this one included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_try(&self, id: &str, now: i64, window: i64) -> Result<i64, StoreError> {
        let row = ThrottleRow { id: id.to_owned(), since: now, count: 1 };
        let text = "INSERT INTO throttle (id, since, count) VALUES (?, ?, 1) ON CONFLICT (id) DO UPDATE SET \
             count = CASE WHEN throttle.since < ? THEN 1 ELSE throttle.count + 1 END, \
             since = CASE WHEN throttle.since < ? THEN ? ELSE throttle.since END";
        let start = now - window;
        let values = vec![row.id.clone().into(), now.into(), start.into(), start.into(), now.into()];
        self.run_web(text, values).await?;
        let found = throttle::Entity::find_by_id(id).one(&self.read().db).await;
        Ok(self.read().told(found)?.unwrap_or(row).count)
    }

    /// Takes one counted try back: it was none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn uncount_try(&self, id: &str) -> Result<(), StoreError> {
        let text = "UPDATE throttle SET count = count - 1 WHERE id = ? AND count > 0";
        self.run_web(text, vec![id.to_owned().into()]).await.map(drop)
    }

    /// Forgets the tries counted under this key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_tries(&self, id: &str) -> Result<(), StoreError> {
        self.run_web("DELETE FROM throttle WHERE id = ?", vec![id.to_owned().into()]).await
    }

    /// Records a look or an act.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_access(&self, row: &AccessRow) -> Result<(), StoreError> {
        self.put::<access::Entity>(row, Clash::Replace).await
    }

    /// What was read of accounts, sessions and schools may be another now; also when the change failed half way.
    pub(crate) fn door_changed(&self) {
        self.doors.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes the mail of a day for an account: true for the one who sends it, false when somebody did or does, or it is not
    /// wanted. One that was taken before the moment `stale` and neither left nor was given back is taken again: who had it
    /// died with it. `told` is from when on its first mail tells of messages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_mail(&self, claim: &MailClaim<'_>) -> Result<bool, StoreError> {
        let text = "INSERT INTO daily_mail (account, day, told, wanted, claimed) VALUES (?, ?, ?, 1, ?) \
             ON CONFLICT (account) DO UPDATE SET day = excluded.day, claimed = excluded.claimed \
             WHERE daily_mail.wanted = 1 AND (daily_mail.day < excluded.day \
             OR (daily_mail.day = excluded.day AND daily_mail.claimed < ?))";
        let MailClaim { account, day, told, now, stale } = *claim;
        let values: Vec<Value> =
            vec![account.to_owned().into(), day.to_owned().into(), told.into(), now.into(), stale.into()];
        let mut connection = self.connection.lock().await;
        connection.statement(text, values, Some(1));
        match connection.run().await {
            Ok(()) => Ok(true),
            Err(Undone::Mismatch) => Ok(false),
            Err(undone) => Err(self.undone(undone)),
        }
    }

    /// Ends a claim.
    ///
    /// # Errors
    /// [`StoreError`]; the claim then stands, and ends by its time.
    pub async fn end_mail(&self, account: &str, end: MailEnd) -> Result<(), StoreError> {
        let account = account.to_owned().into();
        let (text, values) = match end {
            MailEnd::Left(told) => {
                ("UPDATE daily_mail SET told = ?, claimed = NULL WHERE account = ?", vec![told.into(), account])
            }
            MailEnd::Refused => ("UPDATE daily_mail SET claimed = NULL WHERE account = ?", vec![account]),
            MailEnd::Away => ("UPDATE daily_mail SET day = '', claimed = NULL WHERE account = ?", vec![account]),
        };
        self.run_web(text, values).await
    }

    /// Notes whether an account wants the mail of the day. `told` is as for [`MailClaim`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn want_mail(&self, account: &str, wanted: bool, told: i64) -> Result<(), StoreError> {
        let text = "INSERT INTO daily_mail (account, day, told, wanted) VALUES (?, '', ?, ?) ON CONFLICT (account) DO UPDATE \
             SET wanted = excluded.wanted";
        self.run_web(text, vec![account.to_owned().into(), told.into(), i64::from(wanted).into()]).await
    }

    async fn run_web(&self, text: &str, values: Vec<Value>) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        connection.statement(text, values, None);
        connection.run().await.map_err(|undone| self.undone(undone))
    }
}

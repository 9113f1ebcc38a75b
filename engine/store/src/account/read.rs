//! Questions about accounts and what belongs to them. Nothing of a school is found without naming the school or a secret.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    AccessRow, AccountRow, DailyMailRow, DraftRow, InvitationRow, LinkRow, SessionRow, access, account, daily_mail,
    draft, invitation, link, session,
};
use crate::error::StoreError;
use crate::read::{Reader, Scope};

impl Reader {
    /// An account by id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError> {
        self.told(account::Entity::find_by_id(id).one(&self.db).await)
    }

    /// An account by the name people sign in with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_by_login(&self, login: &str) -> Result<Option<AccountRow>, StoreError> {
        self.told(account::Entity::find().filter(account::Column::Login.eq(login)).one(&self.db).await)
    }

    /// The account of a person of a school.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_of(&self, school: &str, person: &str) -> Result<Option<AccountRow>, StoreError> {
        let query = account::Entity::find()
            .filter(account::Column::School.eq(school))
            .filter(account::Column::Person.eq(person));
        self.told(query.one(&self.of(Scope::School(school)).await?).await)
    }

    /// The accounts of a school by login.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accounts(&self, school: &str) -> Result<Vec<AccountRow>, StoreError> {
        let query =
            account::Entity::find().filter(account::Column::School.eq(school)).order_by_asc(account::Column::Login);
        self.told(query.all(&self.of(Scope::School(school)).await?).await)
    }

    /// Number of accounts of all schools: none means that this is the first start.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_count(&self) -> Result<u64, StoreError> {
        self.told(account::Entity::find().count(&self.db).await)
    }

    /// What an account was told by mail; `None` before its first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn daily_mail(&self, account: &str) -> Result<Option<DailyMailRow>, StoreError> {
        self.told(daily_mail::Entity::find_by_id(account).one(&self.db).await)
    }

    /// A session by the hash of its token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, hash: &[u8]) -> Result<Option<SessionRow>, StoreError> {
        self.told(session::Entity::find_by_id(hash.to_vec()).one(&self.db).await)
    }

    /// The sessions of an account, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions(&self, account: &str) -> Result<Vec<SessionRow>, StoreError> {
        let query = session::Entity::find()
            .filter(session::Column::Account.eq(account))
            .order_by_desc(session::Column::CreatedAt);
        self.told(query.all(&self.db).await)
    }

    /// A one-time link by the hash of its token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn link(&self, hash: &[u8]) -> Result<Option<LinkRow>, StoreError> {
        self.told(link::Entity::find_by_id(hash.to_vec()).one(&self.db).await)
    }

    /// An invitation by the hash of its token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitation(&self, hash: &[u8]) -> Result<Option<InvitationRow>, StoreError> {
        self.told(invitation::Entity::find_by_id(hash.to_vec()).one(&self.db).await)
    }

    /// The invitations to a step, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitations(&self, instance: &str, step: &str) -> Result<Vec<InvitationRow>, StoreError> {
        let query = invitation::Entity::find()
            .filter(invitation::Column::Instance.eq(instance))
            .filter(invitation::Column::Step.eq(step))
            .order_by_desc(invitation::Column::CreatedAt);
        self.told(query.all(&self.db).await)
    }

    /// The drafts of an account in a step.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drafts(&self, account: &str, instance: &str, step: &str) -> Result<Vec<DraftRow>, StoreError> {
        let query = draft::Entity::find()
            .filter(draft::Column::Account.eq(account))
            .filter(draft::Column::Instance.eq(instance))
            .filter(draft::Column::Step.eq(step));
        self.told(query.all(&self.db).await)
    }

    /// All drafts of an account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drafts_of(&self, account: &str) -> Result<Vec<DraftRow>, StoreError> {
        let query =
            draft::Entity::find().filter(draft::Column::Account.eq(account)).order_by_desc(draft::Column::UpdatedAt);
        self.told(query.all(&self.db).await)
    }

    /// The record of a school, the newest first; of one person when named.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accesses(&self, school: &str, person: Option<&str>, limit: u64) -> Result<Vec<AccessRow>, StoreError> {
        let mut query = access::Entity::find().filter(access::Column::School.eq(school));
        if let Some(person) = person {
            query = query.filter(access::Column::Person.eq(person));
        }
        let query = query.order_by_desc(access::Column::At).order_by_desc(access::Column::Id).limit(limit);
        self.told(query.all(&self.of(Scope::School(school)).await?).await)
    }
}

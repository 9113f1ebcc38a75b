//! Staying signed in: sessions, one-time links, the first start, invitations. Passwords are in `credentials`.

use std::time::Duration;

use draaiboek_store::{AccountRow, InvitationRow, LinkRow, SessionRow};
use jiff::Timestamp;

use super::app::App;
use super::class::CLASS;
use super::memory::doors;
use super::policy::Role;
use super::secret;
use super::visit::{Member, Who};
use crate::answer::Failure;
use crate::input::Input;

const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;
/// How long a session lives without use of its rotation.
const SESSION: i64 = 14 * 24 * HOUR;
/// How long a session by invitation lives.
const INVITED: i64 = 12 * HOUR;
/// After so long the token is replaced.
const ROTATE: i64 = 24 * HOUR;
/// For so long the old token still works: requests that were under way.
const GRACE: i64 = MINUTE;
/// How long a one-time link works.
pub(crate) const LINK: i64 = 30 * MINUTE;
/// How long the code of the first start works.
const FIRST: i64 = 24 * HOUR;
/// Stretch in which tries are counted.
pub(in crate::gate) const WINDOW: i64 = 15 * MINUTE;
/// Wrong passwords, or codes, for one name from one sender.
pub(in crate::gate) const PER_PAIR: i64 = 8;

/// The one step that an invitation opens, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit<'a> {
    pub instance: &'a str,
    pub step: &'a str,
    pub until: i64,
}

/// A session that was opened: its token, and until when it works, in microseconds.
#[derive(Debug)]
pub(crate) struct Opened {
    pub token: String,
    pub until: i64,
}

/// Why somebody does not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Name or password are wrong, whichever.
    Wrong,
    /// Too many tries; wait.
    TooMany,
}

impl App {
    /// The name of the session cookie; with https the browser itself sees to it that no other host sets it.
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.secure() { "__Host-draaiboek" } else { "draaiboek" }
    }

    /// The cookie that carries a token, or takes it away.
    pub(crate) fn cookie(&self, token: Option<&str>) -> String {
        let secure = if self.secure() { "; Secure" } else { "" };
        let name = self.cookie_name();
        match token {
            Some(token) => {
                let age = Duration::from_micros(SESSION.unsigned_abs()).as_secs();
                format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
            }
            None => format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"),
        }
    }

    /// Who sends a request, and the cookie that renews the token when it is time.
    pub(crate) async fn who(&self, input: &Input) -> Result<(Who, Option<String>), Failure> {
        let bearer = input.bearer().map(str::to_owned);
        let program = bearer.is_some();
        let token = bearer.or_else(|| input.cookie(self.cookie_name()));
        let Some(token) = token.filter(|token| token.len() == 64) else { return Ok((Who::Guest, None)) };
        let now = self.now().as_microsecond();
        let Some((row, member)) = self.session(&token).await? else { return Ok((Who::Guest, None)) };
        if row.expires_at < now {
            return Ok((Who::Guest, None));
        }
        let renewed = self.keep(row, now, program).await?;
        Ok((Who::Member(Box::new(member)), renewed))
    }

    /// A session with whose it is, asked of the database once per change of sessions, accounts or schools.
    async fn session(&self, token: &str) -> Result<Option<(SessionRow, Member)>, Failure> {
        let (store, hash) = (self.engine.store(), secret::hash(token));
        let counter = doors(store);
        let key = secret::short(token);
        if let Some((row, member)) = self.memory.session(counter, &key).filter(|(row, _)| row.hash == hash) {
            return Ok(Some((row, member)));
        }
        let Some(row) = store.read().session(&hash).await? else { return Ok(None) };
        let Some(member) = self.member(&row).await? else { return Ok(None) };
        self.memory.keep_session(counter, key, row.clone(), member.clone());
        Ok(Some((row, member)))
    }

    async fn member(&self, row: &SessionRow) -> Result<Option<Member>, Failure> {
        if let (Some(instance), Some(step)) = (&row.instance, &row.step) {
            let Some((school, person)) = invited(&row.account) else { return Ok(None) };
            let place = self.place(school).await?;
            return Ok(Some(Member {
                account: row.account.clone(),
                school: school.to_owned(),
                person: person.to_owned(),
                name: place.name(person).to_owned(),
                roles: vec![Role::Invited],
                extra: Vec::new(),
                limit: Some((instance.clone(), step.clone())),
                session: row.hash.clone(),
            }));
        }
        match self.engine.store().read().account(&row.account).await? {
            Some(account) => self.member_of(account, row.hash.clone()).await,
            None => Ok(None),
        }
    }

    /// Whom an account makes of its owner; nobody when it is closed.
    pub(in crate::gate) async fn member_of(
        &self,
        account: AccountRow,
        session: Vec<u8>,
    ) -> Result<Option<Member>, Failure> {
        if account.status != "active" {
            return Ok(None);
        }
        let place = self.place(&account.school).await?;
        let extra: Vec<String> = serde_json::from_str(&account.roles).unwrap_or_default();
        let at_school = place.school.people.get(&account.person);
        let words = at_school.map(|person| person.roles.clone()).unwrap_or_default();
        let mut roles: Vec<Role> = words.iter().chain(&extra).filter_map(|word| Role::of(word)).collect();
        if roles.is_empty() && at_school.is_some() {
            roles.push(Role::Staff);
        }
        let name = at_school.map_or(&account.name, |person| &person.name).clone();
        let (school, person) = (account.school, account.person);
        Ok(Some(Member { account: account.id, school, person, name, roles, extra, limit: None, session }))
    }

    /// Notes the hour of use, and replaces an old token; a program keeps its token until it runs out.
    async fn keep(&self, row: SessionRow, now: i64, program: bool) -> Result<Option<String>, Failure> {
        let store = self.engine.store();
        let hour = now - now.rem_euclid(HOUR);
        if now - row.rotated_at > ROTATE && row.instance.is_none() && !program {
            let token = secret::token();
            let fresh = SessionRow {
                hash: secret::hash(&token),
                rotated_at: now,
                seen_at: hour,
                expires_at: now + SESSION,
                ..row.clone()
            };
            store.put_session(&fresh).await?;
            // A second request with the old token must not renew it again.
            store.put_session(&SessionRow { expires_at: now + GRACE, rotated_at: now, ..row }).await?;
            return Ok(Some(self.cookie(Some(&token))));
        }
        if row.seen_at < hour {
            store.put_session(&SessionRow { seen_at: hour, ..row }).await?;
        }
        Ok(None)
    }

    /// Opens a session and gives its cookie.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn enter(&self, account: &str, limit: Option<Limit<'_>>) -> Result<String, Failure> {
        Ok(self.cookie(Some(&self.open(account, limit).await?.token)))
    }

    /// Opens a session and gives its token: for programs.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn open(&self, account: &str, limit: Option<Limit<'_>>) -> Result<Opened, Failure> {
        let now = self.now().as_microsecond();
        let token = secret::token();
        let until = limit.map_or(now + SESSION, |limit| limit.until.min(now + INVITED));
        let store = self.engine.store();
        store.sweep_sessions(now).await?;
        store
            .put_session(&SessionRow {
                hash: secret::hash(&token),
                account: account.to_owned(),
                instance: limit.map(|limit| limit.instance.to_owned()),
                step: limit.map(|limit| limit.step.to_owned()),
                created_at: now,
                rotated_at: now,
                seen_at: now - now.rem_euclid(HOUR),
                expires_at: until,
            })
            .await?;
        Ok(Opened { token, until })
    }

    /// Makes a one-time link and gives its token.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn link(&self, account: &str, lasts: i64) -> Result<String, Failure> {
        let (token, now) = (secret::token(), self.now().as_microsecond());
        let row = LinkRow {
            hash: secret::hash(&token),
            account: Some(account.to_owned()),
            purpose: "sign-in".into(),
            created_at: now,
            expires_at: now + lasts,
            used_at: None,
        };
        self.engine.store().put_link(&row).await?;
        Ok(token)
    }

    /// Uses a one-time link: the account it opens, once.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn use_link(&self, token: &str) -> Result<Option<AccountRow>, Failure> {
        let (hash, store) = (secret::hash(token), self.engine.store());
        let Some(row) = store.read().link(&hash).await?.filter(|row| row.purpose == "sign-in") else { return Ok(None) };
        if !store.use_link(&hash, self.now().as_microsecond()).await? {
            return Ok(None);
        }
        let account = store.read().account(row.account.as_deref().unwrap_or_default()).await?;
        Ok(account.filter(|account| account.status == "active"))
    }

    /// While there is no account at all: the code that makes the first administrator, to be shown on the console.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn first_code(&self) -> Result<Option<String>, Failure> {
        let store = self.engine.store();
        if store.read().account_count().await? > 0 {
            return Ok(None);
        }
        let (code, now) = (secret::code(), self.now().as_microsecond());
        let row = LinkRow {
            hash: secret::hash(&code),
            account: None,
            purpose: "first".into(),
            created_at: now,
            expires_at: now + FIRST,
            used_at: None,
        };
        store.put_link(&row).await?;
        Ok(Some(code))
    }

    /// Whether nobody has an account yet.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn is_first(&self) -> Result<bool, Failure> {
        Ok(self.engine.store().read().account_count().await? == 0)
    }

    /// Makes the first administrator.
    ///
    /// # Errors
    /// The database; a password that is too short.
    pub(crate) async fn first(&self, first: First<'_>, address: &str) -> Result<Result<AccountRow, Refused>, Failure> {
        let store = self.engine.store();
        let now = self.now().as_microsecond();
        if store.count_try(&format!("first:{address}"), now, WINDOW).await? > PER_PAIR {
            return Ok(Err(Refused::TooMany));
        }
        let code = first.code.trim().to_lowercase();
        let hash = secret::hash(&code);
        let known = store.read().link(&hash).await?.is_some_and(|row| row.purpose == "first");
        if !known || !self.is_first().await? {
            return Ok(Err(Refused::Wrong));
        }
        let length = first.password.chars().count();
        if !(secret::MIN_PASSWORD..=secret::MAX_PASSWORD).contains(&length) {
            return Err(Failure::Invalid("password".into()));
        }
        let school = match store.read().school(first.school).await? {
            Some(school) => school.id,
            None if self.schools().await?.is_empty() => self.found(first.new_school, first.region).await?,
            None => return Ok(Err(Refused::Wrong)),
        };
        if !store.use_link(&hash, now).await? {
            return Ok(Err(Refused::Wrong));
        }
        let account = new_account(&school, "admin", first.login, first.name, &["adm"], now);
        store.put_account(&account).await?;
        self.set_password(&account.id, first.password, None).await?;
        Ok(Ok(account))
    }

    /// The schools somebody may choose from at the first start.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn schools(&self) -> Result<Vec<(String, String)>, Failure> {
        let rows = self.engine.store().read().schools().await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }

    /// An invitation that can be used now.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn invitation(&self, token: &str) -> Result<Option<InvitationRow>, Failure> {
        let now = self.now().as_microsecond();
        let row = self.engine.store().read().invitation(&secret::hash(token)).await?;
        let open = |row: &InvitationRow| row.ended_at.is_none() && row.expires_at >= now && row.person != CLASS;
        Ok(row.filter(open))
    }

    /// Opens the session of an invitation.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn accept(&self, invitation: &InvitationRow) -> Result<String, Failure> {
        let account = invited_account(&invitation.school, &invitation.person);
        let (instance, step) = (&invitation.instance, &invitation.step);
        self.enter(&account, Some(Limit { instance, step, until: invitation.expires_at })).await
    }

    /// The account of a person, made when there is none: for the operator of this machine, who has the database anyway.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn account_for(&self, school: &str, person: &str, roles: &[&str]) -> Result<AccountRow, Failure> {
        let store = self.engine.store();
        if let Some(known) = store.read().account_of(school, person).await? {
            return Ok(known);
        }
        let place = self.place(school).await?;
        let login = format!("{person}@{school}");
        let now = self.now().as_microsecond();
        let account = new_account(school, person, &login, place.name(person), roles, now);
        match store.put_account(&account).await {
            Ok(()) => Ok(account),
            // Whoever else asked for it at this moment was first.
            Err(error) => store.read().account_of(school, person).await?.ok_or_else(|| error.into()),
        }
    }

    /// Ends one session, or all of an account.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn leave(&self, member: &Member, everywhere: bool) -> Result<(), Failure> {
        let store = self.engine.store();
        if everywhere {
            return Ok(store.end_sessions(&member.account, None).await?);
        }
        Ok(store.end_session(&member.session).await?)
    }
}

/// What the first administrator fills in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct First<'a> {
    pub code: &'a str,
    pub school: &'a str,
    /// Name of the school to make when there is none yet, and the region of its calendar.
    pub new_school: &'a str,
    pub region: &'a str,
    pub login: &'a str,
    pub name: &'a str,
    pub password: &'a str,
}

/// Names for signing in are compared without case and blanks around.
pub(crate) fn normal(login: &str) -> String {
    login.trim().to_lowercase()
}

pub(in crate::gate) fn new_account(
    school: &str,
    person: &str,
    login: &str,
    name: &str,
    roles: &[&str],
    now: i64,
) -> AccountRow {
    AccountRow {
        id: uuid::Uuid::new_v4().simple().to_string(),
        school: school.to_owned(),
        person: person.to_owned(),
        login: normal(login),
        name: name.to_owned(),
        password: None,
        roles: serde_json::Value::from(roles).to_string(),
        locale: String::new(),
        status: "active".into(),
        created_at: now,
        changed_at: now,
    }
}

/// What stands for an account in the sessions of an invitation.
pub(in crate::gate) fn invited_account(school: &str, person: &str) -> String {
    format!("invited:{school}:{person}")
}

fn invited(account: &str) -> Option<(&str, &str)> {
    account.strip_prefix("invited:")?.split_once(':')
}

/// When an invitation ends that is made now.
pub(crate) fn invitation_ends(now: Timestamp, days: i64) -> i64 {
    now.as_microsecond() + days.clamp(1, 30) * 24 * HOUR
}

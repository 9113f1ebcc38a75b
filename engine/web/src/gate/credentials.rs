//! Passwords and mailed links: who may come in, and how guessing is slowed down.
//!
//! Every refusal is the same refusal, and takes as long. Nobody can lock somebody else out: wrong tries are counted per
//! name *and* sender; a sender from whom much goes wrong, such as the network of a school, stays open to every browser
//! that came in before; a one-time link always works.

use std::sync::Arc;

use draaiboek_store::{AccountRow, LinkRow};

use super::app::{App, Mail};
use super::secret;
use super::session::{LINK, PER_PAIR, Refused, WINDOW, normal};
use crate::answer::Failure;
use crate::input::Input;

/// Wrong passwords from one sender, or wrong codes.
pub(in crate::gate) const PER_ADDRESS: i64 = 60;
/// One-time links asked for one name.
const PER_MAIL: i64 = 3;
/// How long a browser that came in is known, in microseconds: half a year.
const KNOWN: i64 = 180 * 24 * 3600 * 1_000_000;
/// What a link is for that only says which browser came in before.
const DEVICE: &str = "device";

/// A try to come in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try<'a> {
    pub login: &'a str,
    pub password: &'a str,
    /// Network address of the sender.
    pub address: &'a str,
    /// What the browser shows of having come in before.
    pub device: Option<&'a str>,
}

impl App {
    /// What the browser of a request shows of having come in before.
    pub(crate) fn device(&self, input: &Input) -> Option<String> {
        input.cookie(self.device_name()).filter(|token| token.len() == 64)
    }

    fn device_name(&self) -> &'static str {
        if self.secure() { "__Host-bekend" } else { "bekend" }
    }

    /// The cookie by which a browser is known that came in with a password.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn know_device(&self, account: &str) -> Result<String, Failure> {
        let (token, now) = (secret::token(), self.now().as_microsecond());
        let row = LinkRow {
            hash: secret::hash(&token),
            account: Some(account.to_owned()),
            purpose: DEVICE.into(),
            created_at: now,
            expires_at: now + KNOWN,
            used_at: None,
        };
        self.engine.store().put_link(&row).await?;
        let (name, age) = (self.device_name(), KNOWN / 1_000_000);
        let secure = if self.secure() { "; Secure" } else { "" };
        Ok(format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}"))
    }

    /// Whether the browser came in before as this account.
    async fn knows(&self, device: Option<&str>, account: Option<&AccountRow>, now: i64) -> Result<bool, Failure> {
        let Some(device) = device else { return Ok(false) };
        let row = self.engine.store().read().link(&secret::hash(device)).await?;
        let row = row.filter(|row| row.purpose == DEVICE && row.expires_at >= now);
        Ok(row.is_some_and(|row| row.account.as_deref() == account.map(|account| account.id.as_str())))
    }

    /// The account that a name and a password open.
    ///
    /// # Errors
    /// The database, or the machine cannot hash.
    pub(crate) async fn password(&self, tried: Try<'_>) -> Result<Result<AccountRow, Refused>, Failure> {
        let login = normal(tried.login);
        let now = self.now().as_microsecond();
        let store = self.engine.store();
        let account = store.read().account_by_login(&login).await?;
        let account = account.filter(|account| account.status == "active");
        let known = self.knows(tried.device, account.as_ref(), now).await?;
        // A browser that is known has a counter of its own, which no other can fill.
        let sender = tried.device.filter(|_| known).map_or(tried.address, |device| device);
        let pair = format!("pair:{}:{}", secret::short(&login), secret::short(sender));
        let place = format!("address:{}", tried.address);
        let tries = store.count_try(&pair, now, WINDOW).await?;
        let from_here = store.count_try(&place, now, WINDOW).await?;
        if tries > PER_PAIR || (from_here > PER_ADDRESS && !known) {
            return Ok(Err(Refused::TooMany));
        }
        let stored = account.as_ref().and_then(|account| account.password.clone());
        let (stored, given) = (stored.unwrap_or_else(|| self.decoy.clone()), tried.password.to_owned());
        let fits = tokio::task::spawn_blocking(move || secret::fits(&given, &stored)).await;
        let fits = fits.map_err(|error| Failure::Broken(format!("checking a password: {error}")))?;
        match account {
            Some(account) if fits => {
                store.forget_tries(&pair).await?;
                // Only what goes wrong counts: a whole school comes in from one address in the morning.
                store.uncount_try(&place).await?;
                Ok(Ok(account))
            }
            _ => Ok(Err(Refused::Wrong)),
        }
    }

    /// Sets a password and ends all other sessions.
    ///
    /// # Errors
    /// Too short or too long; the database.
    pub(crate) async fn set_password(&self, account: &str, password: &str, but: Option<&[u8]>) -> Result<(), Failure> {
        let length = password.chars().count();
        if !(secret::MIN_PASSWORD..=secret::MAX_PASSWORD).contains(&length) {
            return Err(Failure::Invalid("password".into()));
        }
        let (given, cost) = (password.to_owned(), self.config.password_cost);
        let hashed = tokio::task::spawn_blocking(move || secret::hash_password(&given, cost)).await;
        let hashed = hashed.map_err(|error| Failure::Broken(error.to_string()))?.map_err(Failure::Broken)?;
        let store = self.engine.store();
        let row = store.read().account(account).await?.ok_or(Failure::NotFound)?;
        let changed_at = self.now().as_microsecond();
        store.put_account(&AccountRow { password: Some(hashed), changed_at, ..row }).await?;
        Ok(store.end_sessions(account, but).await?)
    }

    /// Sends a one-time link to the owner of a name, if there is one. The answer is the same in any case and comes at
    /// once: whether there is somebody shows neither in words nor in time.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn mail_link(
        self: &Arc<Self>,
        login: &str,
        address: &str,
        subject: &str,
        body: &str,
    ) -> Result<(), Failure> {
        let login = normal(login);
        let now = self.now().as_microsecond();
        let store = self.engine.store();
        let asked = store.count_try(&format!("mail:{}", secret::short(&login)), now, WINDOW).await?;
        let from_here = store.count_try(&format!("mails:{address}"), now, WINDOW).await?;
        if asked > PER_MAIL || from_here > PER_ADDRESS {
            return Ok(());
        }
        let (app, subject, body) = (Arc::clone(self), subject.to_owned(), body.to_owned());
        tokio::spawn(async move {
            if let Err(error) = app.send_link(&login, &subject, &body).await {
                tracing::error!(cause = ?error, "a sign-in link could not be made");
            }
        });
        Ok(())
    }

    async fn send_link(&self, login: &str, subject: &str, body: &str) -> Result<(), Failure> {
        let account = self.engine.store().read().account_by_login(login).await?;
        let account = account.filter(|account| account.status == "active");
        if let (Some(account), Some(mailer)) = (account, self.config.mailer.clone()) {
            let token = self.link(&account.id, LINK).await?;
            let link = self.address(&format!("/link/{token}"));
            let body = body.replace("{link}", &link);
            let mail = Mail { id: None, to: account.login, subject: subject.to_owned(), body };
            mailer.send(mail).await.map_err(|error| Failure::Broken(error.to_string()))?;
        }
        Ok(())
    }
}

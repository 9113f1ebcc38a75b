//! What all requests share: the engine, templates, words, assets, and the choices of who runs the server.

use std::pin::Pin;
use std::sync::Arc;

use draaiboek_runtime::Engine;
use jiff::Timestamp;

use super::memory::{Memory, doors};
use super::place::Place;
use super::secret;
use crate::answer::Failure;
use crate::assets::Assets;
use crate::hub::Hub;
use crate::input::Input;
use crate::show::Shower;
use crate::watch::Watcher;

/// How hard passwords are made to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PasswordCost {
    /// As OWASP advises for argon2id: 19 MiB, two passes.
    #[default]
    Full,
    /// The least there is; only for tests.
    Tests,
}

/// A mail to one person, plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What tells it from other mails, when it may be sent again: mailboxes then show it once. Absent for one that is sent
    /// once. Letters and digits.
    pub id: Option<String>,
    /// Address.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Text.
    pub body: String,
}

/// Why a mail did not leave, without address or text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// No server took any: try again later.
    #[error("the mail server cannot be reached or is busy: {0}")]
    Away(String),
    /// The server will never take this one.
    #[error("the mail server refuses this address: {0}")]
    Refused(String),
}

/// A mail on its way.
pub type Sending<'m> = Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + 'm>>;

/// Delivers mail; it may not log addresses or bodies.
pub trait Mailer: Send + Sync {
    /// Hands a mail to a server that answers for it from then on.
    fn send(&self, mail: Mail) -> Sending<'_>;
}

/// Choices of who runs the server.
#[derive(Clone, Default)]
pub struct Config {
    /// Address people use, such as `https://draaiboek.school.be`, for links in mails; with https, cookies are sent only
    /// over https. Without it, links on pages begin with the host that was asked for.
    pub public_url: Option<String>,
    /// A proxy stands before this server and sets `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Sends sign-in links and the mail of the day; without it, only administrators hand links out.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// How hard passwords are made to guess.
    pub password_cost: PasswordCost,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// What all requests share.
pub(crate) struct App {
    pub(in crate::gate) engine: Arc<Engine>,
    pub(crate) config: Config,
    pub(crate) shower: Shower,
    pub(crate) assets: Assets,
    pub(crate) hub: Arc<Hub>,
    pub(crate) watcher: Arc<Watcher>,
    /// A hash that fits no password: guessing at an unknown name takes as long as at a known one.
    pub(in crate::gate) decoy: String,
    /// Who changes a school waits for who does so already.
    pub(in crate::gate) school_lock: tokio::sync::Mutex<()>,
    pub(in crate::gate) memory: Memory,
}

impl App {
    /// Everything ready to serve.
    ///
    /// # Errors
    /// A built-in template or catalogue has a mistake; the tests see to it that none has.
    pub(crate) fn new(engine: Arc<Engine>, config: Config) -> Result<Self, String> {
        let decoy = secret::hash_password(&secret::token(), config.password_cost)?;
        let assets = Assets::new();
        let shower = Shower::new(&assets)?;
        let (hub, school_lock) = (Arc::<Hub>::default(), tokio::sync::Mutex::default());
        let heard = Arc::clone(&hub);
        let watcher = Arc::new(Watcher::following(Arc::clone(&engine), move || heard.listeners()));
        Ok(Self { engine, config, shower, assets, hub, watcher, decoy, school_lock, memory: Memory::default() })
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }

    /// A path as people can follow it from elsewhere, when the server knows its own address.
    pub(crate) fn address(&self, path: &str) -> String {
        let base = self.config.public_url.as_deref().unwrap_or_default();
        format!("{}{path}", base.trim_end_matches('/'))
    }

    /// The address at which a browser reaches this server, for links that are shown to who asks: the one that people were
    /// told, else the host of the request. What a proxy would say counts only when one stands before the server. Mails
    /// never go by it, for anybody can ask for those.
    pub(in crate::gate) fn reached(&self, input: &Input) -> String {
        if let Some(url) = &self.config.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let proxy = |name: &str| input.header(name).filter(|_| self.config.behind_proxy);
        let host = proxy("x-forwarded-host").or(input.header("host")).filter(|host| is_host(host));
        let scheme = if proxy("x-forwarded-proto") == Some("https") { "https" } else { "http" };
        host.map(|host| format!("{scheme}://{host}")).unwrap_or_default()
    }

    /// Whether cookies travel over https only.
    pub(crate) fn secure(&self) -> bool {
        self.config.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Cycles that other processes on the same database change; `None` where there are no others.
    pub(crate) fn elsewhere(&self) -> Option<tokio::sync::broadcast::Receiver<String>> {
        self.engine.store().elsewhere()
    }

    /// A school with its calendar, decoded once per change.
    pub(crate) async fn place(&self, school: &str) -> Result<Arc<Place>, Failure> {
        let store = self.engine.store();
        let counter = doors(store);
        if let Some(known) = self.memory.place(counter, school) {
            return Ok(known);
        }
        let row = store.read().school(school).await?.ok_or(Failure::NotFound)?;
        let place = match self.memory.last_place(school).filter(|known| known.stored == row.content) {
            Some(known) => known,
            None => Arc::new(Place::new(&row)?),
        };
        self.memory.keep_place(counter, school, &place);
        Ok(place)
    }
}

/// A name or address with or without a port, and nothing that could end the link or begin another.
fn is_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    (1..=255).contains(&text.len()) && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_and_a_port() {
        for fine in ["berk.example", "127.0.0.1:8080", "[::1]:8080", "localhost"] {
            assert!(is_host(fine), "{fine}");
        }
        for evil in ["", "evil.example/path", "a@b", "a b", "a\"b", "a?b", "a#b"] {
            assert!(!is_host(evil), "{evil}");
        }
    }
}

//! Listening: binds an address, answers until told to stop, hands out the codes that only the console may show.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use draaiboek_runtime::Engine;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;

use crate::answer::Failure;
use crate::gate::{App, Config};
use crate::watch::Watcher;
use crate::{guard, routes};

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}; choose another port with {option}, or stop what uses it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The option that chose it.
        option: &'static str,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The listener broke.
    #[error("the server stopped: {0}")]
    Serve(std::io::Error),
    /// A built-in template or text has a mistake.
    #[error("the pages of this program are damaged: {0}; install it again")]
    Pages(String),
    /// The database could not be asked.
    #[error("{0}")]
    Database(String),
}

/// A server that listens.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Listens on an address; requests wait until [`Server::run`].
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub async fn bind(engine: Arc<Engine>, address: SocketAddr, config: Config) -> Result<Self, ServerError> {
        let app = Arc::new(App::new(engine, config).map_err(ServerError::Pages)?);
        let listen = |cause| ServerError::Listen { address, option: "--listen", cause };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self { app, listener, address })
    }

    /// What watches over it, for another listener.
    pub fn watcher(&self) -> Arc<Watcher> {
        Arc::clone(&self.app.watcher)
    }

    /// The address it listens on; with port 0 the one the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address for people, without a slash at the end.
    pub fn url(&self) -> String {
        match &self.app.config.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.address),
        }
    }

    /// While there is no account: the code that makes the first administrator at `/first`. Show it on the console only.
    ///
    /// # Errors
    /// The database.
    pub async fn first_code(&self) -> Result<Option<String>, ServerError> {
        self.app.first_code().await.map_err(database)
    }

    /// A one-time link that signs a person of a school in; an account is made when there is none. For the console of
    /// whoever runs the machine, and for the demo.
    ///
    /// # Errors
    /// No such school; the database.
    pub async fn sign_in_link(&self, school: &str, person: &str) -> Result<String, ServerError> {
        let account = self.app.account_for(school, person, &[]).await.map_err(database)?;
        self.link_of(&account.id).await
    }

    /// The same for an administrator of a school.
    ///
    /// # Errors
    /// As [`Server::sign_in_link`].
    pub async fn administrator_link(&self, school: &str) -> Result<String, ServerError> {
        let account = self.app.account_for(school, "admin", &["adm"]).await.map_err(database)?;
        self.link_of(&account.id).await
    }

    async fn link_of(&self, account: &str) -> Result<String, ServerError> {
        let token = self.app.link(account, crate::gate::session::LINK).await.map_err(database)?;
        Ok(format!("{}/link/{token}", self.url()))
    }

    /// Answers until `stop` resolves; requests under way are finished first.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServerError> {
        let app = Arc::clone(&self.app);
        let relay = tokio::spawn(relay(Arc::clone(&self.app)));
        let post = tokio::spawn(crate::post::run(Arc::clone(&self.app)));
        let stop = async move {
            stop.await;
            app.watcher.drain();
            relay.abort();
            post.abort();
            app.hub.close();
        };
        let service = router(self.app).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(self.listener, service).with_graceful_shutdown(stop).await.map_err(ServerError::Serve)
    }
}

/// Tells open pages of what other processes on the same database changed.
async fn relay(app: Arc<App>) {
    let Some(mut elsewhere) = app.elsewhere() else { return };
    loop {
        match elsewhere.recv().await {
            Ok(cycle) => app.hub.changed(&cycle),
            // Who fell behind hears of the next change.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Listens and answers until `stop` resolves.
///
/// # Errors
/// As [`Server::bind`] and [`Server::run`].
pub async fn serve(
    engine: Arc<Engine>,
    address: SocketAddr,
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    Server::bind(engine, address, config).await?.run(stop).await
}

fn database(error: Failure) -> ServerError {
    ServerError::Database(match error {
        Failure::NotFound => "there is no such school; load one with `draaiboek school load FILE`".into(),
        Failure::Broken(text) | Failure::Invalid(text) => text,
        other => other.word().to_owned(),
    })
}

/// All routes with what lies around them.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for route in routes::all() {
        let right = format!("{:?} {:?}", route.resource, route.action);
        tracing::debug!(method = %route.method, path = route.path, name = route.name, right, "route");
        router = router.route(route.path, route.handler);
    }
    let lost = Arc::clone(&app);
    let router = router.fallback(move |request: axum::extract::Request| {
        let app = Arc::clone(&lost);
        async move { crate::route::lost(&app, request.uri().path()) }
    });
    let watcher = Arc::clone(&app.watcher);
    guard::around(router.with_state(app), &watcher)
}

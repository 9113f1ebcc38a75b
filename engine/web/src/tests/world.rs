//! The world of the tests: two schools, a workflow with a step of every privacy, a session for whoever is asked for.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Engine, School, StartRequest, VirtualClock};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::api::names;
use crate::gate::{App, Config, PasswordCost};
use crate::server::router;

const SCHOOL: &str = "
school: berk
name: School De Berk
level: BaO
calendar: {base: be-nl, years: [2026-2027]}
people:
  dir: {name: Dirk Directie, roles: [dir]}
  pol: {name: Pola Beleid, roles: [pol]}
  coach: {name: Cora Coach, roles: [coach]}
  tch: {name: Tine Leraar, roles: [tch]}
  other: {name: Otto Anders, roles: [tch]}
  zc: {name: Zoë Zorg, roles: [zc]}
  ment: {name: Menno Mentor, roles: [ment]}
  adv: {name: Ada Advies, roles: [adv]}
  staff: {name: Stef Staf, roles: [staff]}
  ext: {name: Eva Extern, roles: [ext]}
  pup: {name: Pim Leerling, roles: [pup]}
  par: {name: Pat Ouder, roles: [par]}
teams:
  a: {title: Team A, kind: row, members: [tch, coach], coach: coach}
";

/// A workflow of the tests: a director, a coach, and the members that its configuration names. `more` is what else stands above
/// its states: further roles.
pub(super) fn workflow(id: &str, privacy: &str, more: &str, states: &str) -> String {
    format!(
        "
workflow: {id}
version: 1.0.0
privacy: {privacy}
config:
  members: {{type: [person], required: true}}
roles:
  dir: {{}}
  coach: {{}}
  member: {{from: config.members}}
{more}{states}"
    )
}

const PROBE: &str = "initial: open
states:
  open:
    steps:
      talk:
        uses: input
        roles: [dir, coach, member]
        minutes: 5
        with:
          reaction_prompt: {nl: Wat neem je mee?, en: What do you take along?}
          materials:
            - {id: card, title: {nl: <b>Kaart</b>, en: Card}}
            - {id: link, title: {nl: Lees dit, en: Read this}, ref: 'https://lees.example/dit'}
            - {id: trap, title: {nl: Klik niet, en: Do not}, ref: 'javascript:alert(1)'}
      think: {uses: reflection, roles: [member], privacy: P2, retain: 10 schooldays, minutes: 5}
      secret: {uses: input, roles: [member], identity: anonymous, minutes: 5}
      pupils: {uses: goal, roles: [member], privacy: P4, minutes: 5}
    on:
      never: {to: done, roles: [dir, coach, member], require: [{that: 'size(config.members) > 99', else: NO_TEAM}]}
      next: {to: done, roles: [dir]}
  done:
    final: true
";

/// Everything the tests ask.
pub(super) struct World {
    /// All routes.
    pub router: Router,
    /// The application.
    pub app: Arc<App>,
    /// The engine, to look behind the pages.
    pub engine: Arc<Engine>,
    /// The time of this world.
    pub clock: Arc<VirtualClock>,
    _folder: TempDir,
}

/// One runtime for all tests: the writer of the database lives in it.
pub(super) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

static WORLD: LazyLock<World> = LazyLock::new(|| RUNTIME.block_on(World::new()));

/// Runs a test in the world.
pub(super) fn within<F: Future<Output = ()>>(test: impl FnOnce(&'static World) -> F) {
    let world = LazyLock::force(&WORLD);
    RUNTIME.block_on(test(world));
}

/// The answer to a request.
#[derive(Debug)]
pub(super) struct Got {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The cookie of the session that was opened.
    pub(super) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }
}

impl World {
    /// A database with both schools and a running cycle in each.
    pub(super) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    /// The same, as somebody chose to run the server.
    pub(super) async fn with(config: Config) -> Self {
        let world = Self::bare(config).await;
        publish(&world.engine, "probe", &workflow("probe", "P1", "", PROBE)).await;
        for (id, cycle) in [("berk", "probe-1"), ("eik", "probe-2")] {
            let school = School::parse(&SCHOOL.replace("school: berk", &format!("school: {id}"))).expect("a school");
            world.engine.put_school(&school).await.expect("stored");
            start(&world.engine, id, cycle).await;
        }
        world
    }

    /// A database with nothing in it.
    pub(super) async fn empty() -> Self {
        Self::bare(Config::default()).await
    }

    async fn bare(config: Config) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("school.db");
        let store = Store::open(&path.display().to_string(), OpenOptions::default()).await.expect("a database");
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/dist");
        let cache = std::env::temp_dir().join("draaiboek-test-code");
        let library = Library::new(Limits::default(), Some(&cache)).expect("a sandbox");
        for name in ["input", "reflection", "goal", "sociogram"] {
            library.add_file(&dist.join(format!("{name}.wasm"))).expect("a component");
        }
        let clock = Arc::new(VirtualClock::new("2026-10-05T08:00:00Z".parse().expect("a moment")));
        let engine = Arc::new(Engine::new(Arc::new(store), Arc::new(library), clock.clone()));
        let config = Config { password_cost: PasswordCost::Tests, ..config };
        let app = Arc::new(App::new(Arc::clone(&engine), config).expect("pages"));
        Self { router: router(Arc::clone(&app)), app, engine, clock, _folder: folder }
    }

    /// A fresh cycle of the first school.
    pub(super) async fn fresh(&self) -> String {
        let id = format!("fresh-{}", uuid::Uuid::new_v4().simple());
        start(&self.engine, "berk", &id).await;
        id
    }

    /// Lets time go by.
    pub(super) fn later(&self, seconds: i64) {
        let to = self.app.now() + jiff::SignedDuration::from_secs(seconds);
        self.clock.advance_to(to);
    }

    /// The session cookie of a person.
    pub(super) async fn cookie(&self, school: &str, person: &str) -> String {
        let roles: &[&str] = if person == "admin" { &["adm"] } else { &[] };
        let account = self.app.account_for(school, person, roles).await.expect("an account");
        let cookie = self.app.enter(&account.id, None).await.expect("a session");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// A request as a browser sends it.
    pub(super) async fn send(&self, method: &str, path: &str, cookie: &str, body: &str) -> Got {
        let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "berk.example");
        if method == "POST" {
            request = request.header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, kind);
        }
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, cookie);
        }
        self.raw(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    /// A request as it is. Whatever the API answers must be in its description.
    pub(super) async fn raw(&self, request: Request<Body>) -> Got {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        assert!(names(&method, &path, parts.status.as_u16()), "{method} {path}: {} is undescribed", parts.status);
        let stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let bytes = if stream { Default::default() } else { to_bytes(body, usize::MAX).await.expect("a body") };
        Got { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// The size of the body of an answer as it travels.
    pub(super) async fn bytes(&self, request: Request<Body>) -> usize {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        to_bytes(response.into_body(), usize::MAX).await.expect("a body").len()
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Got {
        self.send("GET", path, cookie, "").await
    }

    pub(super) async fn post(&self, path: &str, cookie: &str, body: &str) -> Got {
        self.send("POST", path, cookie, body).await
    }
}

/// Publishes a workflow.
pub(super) async fn publish(engine: &Engine, name: &str, text: &str) {
    let bundle = Bundle { main: SourceFile::new(format!("{name}.yaml"), text.to_owned()), texts: Vec::new() };
    let checked = language::check(&bundle, &Options::default());
    let workflow = checked.workflow.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    engine.publish(&workflow, text).await.expect("published");
}

async fn start(engine: &Engine, school: &str, id: &str) {
    begin(engine, "probe", school, id).await;
}

/// Begins a cycle of a workflow whose configuration names its members.
pub(super) async fn begin(engine: &Engine, workflow: &str, school: &str, id: &str) {
    let config = json!({"members": ["tch"]}).as_object().cloned().unwrap_or_default();
    let request = StartRequest {
        id: Some(id.to_owned()),
        school: school.to_owned(),
        workflow: workflow.to_owned(),
        config,
        ..StartRequest::default()
    };
    let actor = engine.school(school).await.and_then(|school| school.actor("dir")).expect("a director");
    engine.start(request, &actor, None).await.expect("started");
}

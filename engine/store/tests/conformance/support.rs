//! A database in a temporary folder with a school and a definition, and rows to put into it.

use crate::SERVER;
use draaiboek_store::{
    ArtifactRow, ContributionRow, DefinitionRow, Ids, IncidentRow, InstanceRow, InstanceWrite, JournalEntry,
    NewContribution, OpenOptions, OutboxRow, SchoolRow, Scope, StepRunRow, Store, TaskRow, TimerRow, Turn,
    content_hash, genesis_hash,
};
use draaiboek_test_postgres::Server;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::OnceCell;

pub const SCHOOL: &str = "de-wegwijzer";
pub const NOON: i64 = 1_790_000_000_000_000;

/// The number of the n-th row of a table in a new database.
pub const fn id(n: i64) -> i64 {
    if SERVER { n << 10 } else { n }
}

pub struct Bed {
    home: Home,
    pub store: Arc<Store>,
}

/// Where the database of a bed is.
pub enum Home {
    Folder(TempDir),
    Server(String),
}

impl Home {
    async fn new() -> Option<Self> {
        if SERVER {
            return Some(Self::Server(prepared().await?));
        }
        Some(Self::Folder(tempfile::tempdir().unwrap()))
    }

    /// A place for a database in which there is nothing yet.
    pub async fn bare() -> Option<Self> {
        match SERVER {
            true => Some(Self::Server(Server::shared()?.database())),
            false => Self::new().await,
        }
    }

    /// A database with all tables that nobody has open: who takes a table away waits for nobody and nobody for it.
    pub async fn made() -> Option<Self> {
        let home = Self::new().await?;
        if !SERVER {
            drop(Store::open(&home.address(), OpenOptions::default()).await.unwrap());
        }
        Some(home)
    }

    pub fn address(&self) -> String {
        match self {
            Self::Folder(folder) => folder.path().join("school.db").to_str().unwrap().to_owned(),
            Self::Server(address) => address.clone(),
        }
    }
}

/// The address of a copy of a database with all tables: making them anew takes ten times as long.
async fn prepared() -> Option<String> {
    static ORIGINAL: OnceCell<String> = OnceCell::const_new();
    let server = Server::shared()?;
    let original = ORIGINAL.get_or_init(async || {
        let address = server.database();
        drop(Store::open(&address, OpenOptions::default()).await.unwrap());
        let name = address.rsplit_once('/').unwrap().1.to_owned();
        server.ask(&name, "DELETE FROM node");
        name
    });
    Some(server.copy(original.await))
}

impl Bed {
    /// `None` where there is no server to test on.
    pub async fn new() -> Option<Self> {
        Self::with(OpenOptions::default()).await
    }

    pub async fn with(options: OpenOptions) -> Option<Self> {
        Some(Self::on(Home::new().await?, options).await)
    }

    pub async fn on(home: Home, options: OpenOptions) -> Self {
        let store = open(&home.address(), options).await;
        Self { home, store }
    }

    pub fn address(&self) -> String {
        self.home.address()
    }

    pub fn ids(&self) -> &Ids {
        self.store.ids()
    }

    /// Closes the store; gives the folder, which is to be kept for as long as the database is needed.
    pub fn close(self) -> Option<TempDir> {
        match self.home {
            Home::Folder(folder) => Some(folder),
            Home::Server(_) => None,
        }
    }

    /// Closes the store and opens the same database again.
    pub async fn reopen(self) -> Self {
        let Self { home, store } = self;
        drop(store);
        Self::on(home, OpenOptions::default()).await
    }

    /// A second way in, behind the store's back.
    pub async fn raw(&self) -> DatabaseConnection {
        raw(&self.address()).await
    }

    pub async fn tamper(&self, sql: &str) {
        let done = self.raw().await.execute_unprepared(sql).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{sql}");
    }

    /// What a newer program does that takes away what this one needs.
    pub async fn outdated(&self) {
        self.tamper("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m0999_far_future', 0)").await;
        self.tamper("UPDATE meta SET value = 'm0999_far_future' WHERE key = 'oldest_schema'").await;
    }

    /// A stored instance.
    pub async fn instance(&self, id: &str) -> InstanceRow {
        let (turn, row) = self.create(id);
        one(self.store.commit(vec![turn]).await).unwrap();
        row
    }

    /// The turn that makes an instance, and the row it makes.
    pub fn create(&self, id: &str) -> (Turn, InstanceRow) {
        let mut row = blank(self.ids(), id);
        let journal = vec![row.append(self.ids(), entry("start"))];
        let turn = Turn { instance: Some(InstanceWrite::create(row.clone())), journal, ..Turn::default() };
        (turn, row)
    }

    /// The turn after the one that made `row`; moves `row` along.
    pub fn next(&self, row: &mut InstanceRow) -> Turn {
        next(self.ids(), row)
    }

    pub async fn load(&self, id: &str) -> InstanceRow {
        self.store.read().instance(Scope::All, id).await.unwrap().unwrap()
    }
}

/// The turn after the one that made `row`; moves `row` along.
pub fn next(ids: &Ids, row: &mut InstanceRow) -> Turn {
    row.revision += 1;
    row.set_snapshot(format!(r#"{{"revision":{}}}"#, row.revision));
    row.updated_at += 1;
    let journal = vec![row.append(ids, entry("go"))];
    Turn { instance: Some(InstanceWrite::advance(row.clone(), false)), journal, ..Turn::default() }
}

pub async fn raw(address: &str) -> DatabaseConnection {
    let address = if SERVER {
        format!("{address}?options=-c draaiboek.school=*")
    } else {
        format!("sqlite://{address}?mode=rwc")
    };
    Database::connect(address).await.unwrap()
}

async fn open(address: &str, options: OpenOptions) -> Arc<Store> {
    let store = Store::open(address, options).await.unwrap();
    let content = r#"{"states":[]}"#.to_owned();
    let definition = DefinitionRow {
        hash: content_hash(&content),
        id: "study-day".into(),
        version: "1".into(),
        ir_version: 1,
        content,
        source: "states: []".into(),
        created_at: NOON,
    };
    store.put_definition(&definition).await.unwrap();
    for id in [SCHOOL, "de-brug"] {
        let school = SchoolRow { id: id.into(), name: id.into(), content: "{}".into(), updated_at: NOON };
        store.put_school(&school).await.unwrap();
    }
    Arc::new(store)
}

fn blank(ids: &Ids, id: &str) -> InstanceRow {
    let snapshot = r#"{"revision":1}"#.to_owned();
    InstanceRow {
        pk: ids.instance(),
        id: id.into(),
        school: SCHOOL.into(),
        title: format!("Studiedag {id}"),
        workflow: "study-day".into(),
        version: "1".into(),
        definition_hash: content_hash(r#"{"states":[]}"#),
        calendar_hash: None,
        parent_id: None,
        parent_key: None,
        origin: "{}".into(),
        lifecycle: "active".into(),
        status: "draft".into(),
        snapshot_hash: content_hash(&snapshot),
        snapshot,
        revision: 1,
        journal_head: None,
        journal_head_hash: genesis_hash(id),
        created_at: NOON,
        updated_at: NOON,
        finished_at: None,
    }
}

pub fn entry(command: &str) -> JournalEntry {
    JournalEntry {
        at: NOON,
        actor: "dir-1".into(),
        on_behalf: None,
        outcome: "accepted".into(),
        command: format!(r#"{{"type":"{command}"}}"#),
        answers: "[]".into(),
        core_version: "0.1.0".into(),
    }
}

pub fn step_run(ids: &Ids, instance: &InstanceRow, step: &str) -> StepRunRow {
    StepRunRow {
        id: ids.step_run(),
        instance_pk: instance.pk,
        step: step.into(),
        kind: "cards".into(),
        status: "open".into(),
        opened_at: NOON,
        closed_at: None,
        contribution_head: None,
        outcome: None,
    }
}

pub fn contribution(ids: &Ids, run: &mut StepRunRow, text: &str) -> ContributionRow {
    let new = NewContribution {
        external_id: format!("c-{text}"),
        slot: "cards".into(),
        participant: Some("tch-1".into()),
        roles: r#"["tch"]"#.into(),
        revision: 1,
        at: NOON,
        status: "effective".into(),
        salt: vec![7; 16],
        payload: format!(r#"{{"text":"{text}"}}"#),
        ..NewContribution::default()
    };
    run.append(ids, new)
}

pub fn task(ids: &Ids, run: &StepRunRow, roles: &[&str], persons: &[&str], due_at: Option<i64>) -> TaskRow {
    TaskRow {
        id: ids.task(),
        instance_pk: run.instance_pk,
        step_run: run.id,
        school: SCHOOL.into(),
        title: "Kaarten invullen".into(),
        roles: serde_json::to_string(roles).unwrap(),
        assignees: serde_json::to_string(persons).unwrap(),
        minutes: 15,
        privacy: "P1".into(),
        status: "open".into(),
        opened_at: NOON,
        due_at,
        closed_at: None,
    }
}

pub fn timer(ids: &Ids, instance: &InstanceRow, due_at: i64) -> TimerRow {
    TimerRow {
        id: ids.timer(),
        instance_pk: instance.pk,
        timer_id: "remind".into(),
        due_at,
        civil: "2026-09-21T12:00[Europe/Brussels]".into(),
        rule: "after: 3 schooldays".into(),
        event: r#"{"name":"remind"}"#.into(),
        status: "pending".into(),
        fired_at: None,
        lateness: None,
    }
}

pub fn effect(ids: &Ids, instance: &InstanceRow, key: &str, not_before: i64) -> OutboxRow {
    OutboxRow {
        id: ids.outbox(),
        instance_pk: Some(instance.pk),
        key: key.into(),
        kind: "mail".into(),
        payload: "{}".into(),
        not_before,
        attempts: 0,
        status: "pending".into(),
        last_error: None,
        created_at: NOON,
        done_at: None,
    }
}

pub fn incident(ids: &Ids, instance: &InstanceRow) -> IncidentRow {
    IncidentRow {
        id: ids.incident(),
        instance_pk: instance.pk,
        step: "concretise".into(),
        cause: "plugin out of fuel".into(),
        input: "{}".into(),
        attempts: 1,
        status: "open".into(),
        opened_at: NOON,
        closed_at: None,
    }
}

pub fn artifact(ids: &Ids, instance: &InstanceRow, content: &str) -> ArtifactRow {
    ArtifactRow {
        id: ids.artifact(),
        instance_pk: instance.pk,
        name: "principles".into(),
        version: 1,
        content: content.into(),
        content_hash: content_hash(content),
        created_at: NOON,
    }
}

/// The only answer of a commit of one turn.
pub fn one<T: std::fmt::Debug>(mut answers: Vec<T>) -> T {
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

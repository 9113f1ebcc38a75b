//! The version after this one, as a program of its own: a node with pages, timers and effects on a schema that has one
//! more column. What it would write into that column a trigger writes for its sessions: the engine is that of this version.
//! While it serves it fills the column where older nodes left it empty, a few rows at a time; a still later version takes
//! away that it may be empty.
//!
//! It is this test program once more, in another role; what it does is told in its environment.
#![expect(clippy::print_stdout, clippy::exit, reason = "a program that talks to who started it")]

use std::error::Error;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use draaiboek_migrations::{Edition, MigrationTrait, OWN};
use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{CommonClock, Engine, SystemClock, verify};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_web::{Config, Server};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use sea_orm_migration::prelude::{DbErr, MigrationName, SchemaManager, async_trait};

const DATABASE: &str = "NEXT_DATABASE";
const STAGE: &str = "NEXT_STAGE";
/// How its sessions are called.
pub const NAME: &str = "draaiboek-next";
/// Rows that are filled in one transaction.
const STEP: u32 = 25;

/// What it is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Adds the column, serves, fills.
    Expand,
    /// The same, but rests in the middle of adding.
    ExpandSlowly,
    /// The same, but fills one step only.
    FillOnce,
    /// The version after that: the column may not be empty any more.
    Contract,
    /// Runs every journal again, on the schema of the last one.
    Verify,
    /// No next version at all: a node of this one without plugins.
    Bare,
}

impl Stage {
    const ALL: [Self; 6] = [Self::Expand, Self::ExpandSlowly, Self::FillOnce, Self::Contract, Self::Verify, Self::Bare];

    fn edition(self) -> Edition {
        match self {
            Self::Expand | Self::FillOnce => Edition { migrations: expanded, ..OWN },
            Self::ExpandSlowly => Edition { migrations: expanded_slowly, ..OWN },
            Self::Bare => OWN,
            Self::Contract | Self::Verify => Edition { migrations: contracted, oldest: EXPAND },
        }
    }
}

/// Starts it on a database.
pub fn command(database: &str, stage: Stage) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "next::the_next_version", "--ignored", "--nocapture"]);
    command.env(DATABASE, format!("{database}?application_name={NAME}")).env(STAGE, format!("{stage:?}"));
    command
}

#[test]
#[ignore = "no test but a program: the tests of updates start it"]
fn the_next_version() {
    let (Ok(database), Ok(stage)) = (std::env::var(DATABASE), std::env::var(STAGE)) else { return };
    let stage = Stage::ALL.into_iter().find(|known| format!("{known:?}") == stage).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let code = match runtime.block_on(work(&database, stage)) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("error: {error}");
            5
        }
    };
    std::process::exit(code);
}

async fn work(database: &str, stage: Stage) -> Result<(), Box<dyn Error>> {
    let options = OpenOptions { edition: stage.edition(), ..OpenOptions::default() };
    let store = Arc::new(Store::open(database, options).await?);
    if stage == Stage::Verify {
        let report = verify(store.read(), |_| ()).await?;
        store.leave().await?;
        return if report.is_clean() { Ok(()) } else { Err(format!("{report:?}").into()) };
    }
    let library = Arc::new(Library::new(Limits::default(), None)?);
    let clock = Arc::new(CommonClock::new(Arc::new(SystemClock)));
    let engine = Arc::new(Engine::new(Arc::clone(&store), library, clock));
    engine.align().await?;
    let mut ended = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let server = Server::bind(Arc::clone(&engine), ([127, 0, 0, 1], 0).into(), Config::default()).await?;
    println!("\nnext listens on {};", server.url());
    let (end, over) = tokio::sync::oneshot::channel::<()>();
    let pump = tokio::spawn(Arc::clone(&engine).run(async move { drop(over.await) }));
    let steps = match stage {
        Stage::Bare => Some(0),
        Stage::FillOnce => Some(1),
        _ => None,
    };
    let fill = tokio::spawn(fill(database.to_owned(), steps));
    let stop = async move {
        let _ = ended.recv().await;
    };
    server.run(stop).await?;
    fill.abort();
    drop(end);
    pump.await?;
    Ok(store.leave().await?)
}

/// Says of rows without it which version wrote them: in steps that are small, may be cut off anywhere and begun again by
/// anybody. Nodes of the version before go on writing rows without it, so this goes on too.
async fn fill(database: String, mut steps: Option<u32>) -> Result<(), DbErr> {
    let mut options = ConnectOptions::new(database);
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await?;
    database.execute_unprepared("SET draaiboek.school = '*'").await?;
    while steps != Some(0) {
        let mut filled = 0;
        for (table, key) in [("instance", "pk"), ("journal", "id")] {
            let text = format!(
                "UPDATE {table} SET program = 'this' WHERE {key} IN (SELECT {key} FROM {table} \
                 WHERE program IS NULL ORDER BY {key} LIMIT {STEP} FOR UPDATE SKIP LOCKED)"
            );
            filled += database.execute_unprepared(&text).await?.rows_affected();
        }
        let pause = if filled > 0 { 5 } else { 100 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        steps = steps.map(|left| left - 1);
    }
    Ok(())
}

const EXPAND: &str = "m0901_program";

fn with(more: impl IntoIterator<Item = Step>) -> Vec<Box<dyn MigrationTrait>> {
    let mut all = (OWN.migrations)();
    all.extend(more.into_iter().map(|step| Box::new(step) as Box<dyn MigrationTrait>));
    all
}

fn expanded() -> Vec<Box<dyn MigrationTrait>> {
    with([Step { name: EXPAND, texts: vec![COLUMN_OF_INSTANCE, COLUMN_OF_JOURNAL] }])
}

fn expanded_slowly() -> Vec<Box<dyn MigrationTrait>> {
    with([Step { name: EXPAND, texts: vec![COLUMN_OF_INSTANCE, "SELECT pg_sleep(1)", COLUMN_OF_JOURNAL] }])
}

fn contracted() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = expanded();
    all.push(Box::new(Step { name: "m0902_program_always", texts: vec![ALWAYS] }));
    all
}

const COLUMN_OF_INSTANCE: &str = "
ALTER TABLE instance ADD COLUMN program text COLLATE \"C\";
CREATE FUNCTION written_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('application_name') = 'draaiboek-next' THEN NEW.program := 'next'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER written_by BEFORE INSERT ON instance FOR EACH ROW EXECUTE FUNCTION written_by();
";

const COLUMN_OF_JOURNAL: &str = "
ALTER TABLE journal ADD COLUMN program text COLLATE \"C\";
CREATE TRIGGER written_by BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION written_by();
";

const ALWAYS: &str = "
ALTER TABLE instance ALTER COLUMN program SET NOT NULL;
ALTER TABLE journal ALTER COLUMN program SET NOT NULL;
";

/// A migration of a version to come.
struct Step {
    name: &'static str,
    texts: Vec<&'static str>,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for text in &self.texts {
            manager.get_connection().execute_unprepared(text).await?;
        }
        Ok(())
    }
}

//! Faults out of a seed: the engine over a real database file, with a clock that jumps, processes that die at any
//! commit, answers that get lost, effects that come twice or in another order, and a second process beside it. The same
//! seed gives the same faults and, byte for byte, the same journals.
//!
//! What runs is what runs at a school: the same engine, the same store, the same SQLite. Only the clock and the moments
//! at which a commit fails are given. The disk below is memory, because power cuts are another test's work.

mod chance;
mod check;
mod life;
mod script;
mod weather;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Clock, Engine, School};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use tempfile::TempDir;

use check::End;
use life::{Failure, Life, gone};
use weather::Weather;

/// How many different lists of requests there are; each is run once without faults, to compare with.
const SCRIPTS: u64 = 24;

/// What became of one seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// Hash over all journals, snapshots and effects at the end.
    pub digest: String,
    /// How often each kind of fault happened.
    pub faults: BTreeMap<&'static str, usize>,
    /// What must not be and is; empty when all is well.
    pub broken: Vec<String>,
    /// What happened, line by line.
    pub log: Vec<String>,
}

/// A place where seeds are run: a database to begin with, and how each list of requests ends without faults.
pub struct Bench {
    folder: TempDir,
    library: Arc<Library>,
    runtime: tokio::runtime::Runtime,
    /// The files of a database to begin with, by the end of their names.
    files: Vec<(&'static str, Vec<u8>)>,
    ends: BTreeMap<u64, End>,
    /// Databases used so far.
    runs: Cell<u64>,
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Bench").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Bench {
    /// Prepares a database with a school and its workflows.
    ///
    /// # Errors
    /// Whatever keeps it from being made.
    pub fn new() -> Result<Self, Failure> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new()? };
        let library = Arc::new(Library::new(Limits::default(), None)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut bench = Self { folder, library, runtime, files: Vec::new(), ends: BTreeMap::new(), runs: Cell::new(0) };
        bench.files = bench.runtime.block_on(bench.furnish())?;
        Ok(bench)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn furnish(&self) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
        let store = Arc::new(Store::open(&self.path("first.db").display().to_string(), OpenOptions::default()).await?);
        let held = Arc::downgrade(&store);
        let clock: Arc<dyn Clock> = Arc::new(Weather::fine());
        let engine = Engine::new(store, Arc::clone(&self.library), clock);
        for (name, text) in script::workflows() {
            let bundle = Bundle { main: SourceFile::new(format!("{name}.yaml"), text.clone()), texts: Vec::new() };
            let checked = language::check(&bundle, &Options::default());
            let workflow = checked.workflow.ok_or_else(|| format!("{name}: {:?}", checked.diagnostics))?;
            engine.publish(&workflow, &text).await?;
        }
        engine.put_school(&School::parse(&script::school(0))?).await?;
        // Nothing is under way, so the file and its log stay as they are.
        let read = |end| Ok((end, std::fs::read(self.path(&format!("first.db{end}")))?));
        let files = ["", "-wal"].into_iter().map(read).collect();
        drop(engine);
        gone(&held).await;
        files
    }

    /// Runs a seed and looks at what is left.
    ///
    /// # Errors
    /// Only what has nothing to do with the seed: the folder, memory.
    pub fn run(&mut self, seed: u64) -> Result<Outcome, Failure> {
        let number = seed % SCRIPTS;
        if !self.ends.contains_key(&number) {
            let (end, outcome) = self.live(seed, number, Weather::fine())?;
            if let Some(first) = outcome.broken.first() {
                return Err(format!("requests {number} without any fault: {first}\n{}", tail(&outcome.log)).into());
            }
            self.ends.insert(number, end);
        }
        let (end, mut outcome) = self.live(seed, number, Weather::of(seed))?;
        let expected = self.ends.get(&number).cloned().unwrap_or_default();
        if outcome.broken.is_empty() {
            for id in expected.keys().chain(end.keys()).collect::<std::collections::BTreeSet<_>>() {
                let (wanted, found) = (expected.get(id), end.get(id));
                if wanted != found {
                    outcome.broken.push(format!("{id} ends as {found:?}, without faults as {wanted:?}"));
                }
            }
        }
        Ok(outcome)
    }

    fn live(&self, seed: u64, number: u64, weather: Weather) -> Result<(End, Outcome), Failure> {
        // A name of its own: connections of the run before may still be closing their files.
        self.runs.set(self.runs.get() + 1);
        let name = format!("run-{}.db", self.runs.get());
        let path = self.path(&name);
        for (end, content) in &self.files {
            std::fs::write(self.path(&format!("{name}{end}")), content)?;
        }
        let lived = self.runtime.block_on(async {
            let mut life = Life::begin(&path, &self.library, weather).await?;
            let ran = work(&mut life, number).await;
            let looked = match ran {
                Ok(()) => check::look(&mut life).await,
                Err(error) => Err(error),
            };
            let (end, digest) = looked.unwrap_or_else(|error| {
                life.broken.push(error.to_string());
                Default::default()
            });
            let (faults, log) = life.weather.told();
            let broken = std::mem::take(&mut life.broken);
            life.end().await;
            Ok::<_, Failure>((end, Outcome { seed, digest, faults, broken, log }))
        });
        for end in ["", "-wal", "-shm", ".lock"] {
            let _ = std::fs::remove_file(self.path(&format!("{name}{end}")));
        }
        lived
    }
}

async fn work(life: &mut Life<'_>, number: u64) -> Result<(), Failure> {
    for (index, ask) in script::requests(number).iter().enumerate() {
        life.insist(ask, &format!("k-{index}")).await?;
    }
    life.settle().await
}

fn tail(log: &[String]) -> String {
    log.get(log.len().saturating_sub(20)..).unwrap_or_default().join("\n")
}

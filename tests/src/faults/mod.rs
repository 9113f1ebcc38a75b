//! Faults out of a seed: the engine over a real database file, with a clock that jumps, processes that die at any
//! commit, answers that get lost, effects that come twice or in another order, and a second process beside it. The same
//! seed gives the same faults and, byte for byte, the same journals.
//!
//! What runs is what runs at a school: the same engine, the same store, the same SQLite. Only the clock and the moments
//! at which a commit fails are given. The disk below is memory, because power cuts are another test's work.

mod chance;
mod check;
mod core;
mod life;
mod script;
mod stored;
mod weather;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Clock, Engine, School};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;
use tokio::task::{JoinSet, LocalSet};

pub use self::core::stay_on;
use check::{Calendars, End};
use life::{Failure, Life, gone};
use weather::Weather;

/// How many different lists of requests there are; each is run once without faults, to compare with.
const SCRIPTS: usize = 24;
/// Seeds that run side by side.
const LANES: usize = 6;

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
    // Ends before the folder goes: connections may still be closing their files.
    runtime: Runtime,
    ground: Rc<Ground>,
}

struct Ground {
    folder: TempDir,
    library: Arc<Library>,
    /// The files of a database to begin with, by the end of their names.
    files: Vec<(&'static str, Vec<u8>)>,
    /// How each list of requests ends without faults.
    ends: [OnceCell<End>; SCRIPTS],
    calendars: Calendars,
    /// Databases used so far.
    runs: Cell<u64>,
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Bench").field("folder", &self.ground.folder).finish_non_exhaustive()
    }
}

impl Bench {
    /// Prepares a database with a school and its workflows.
    ///
    /// # Errors
    /// Whatever keeps it from being made.
    pub fn new() -> Result<Self, Failure> {
        let memory = Path::new("/dev/shm");
        let mut named = tempfile::Builder::new();
        named.prefix("draaiboek-faults-");
        let folder = if memory.is_dir() { named.tempdir_in(memory)? } else { named.tempdir()? };
        let library = Arc::new(Library::new(Limits::default(), None)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (ends, calendars) = (std::array::from_fn(|_| OnceCell::new()), Calendars::new()?);
        let mut ground = Ground { folder, library, files: Vec::new(), ends, calendars, runs: Cell::new(0) };
        ground.files = runtime.block_on(ground.furnish())?;
        Ok(Self { runtime, ground: Rc::new(ground) })
    }

    /// Runs a seed and looks at what is left.
    ///
    /// # Errors
    /// Only what has nothing to do with the seed: the folder, memory.
    pub fn run(&self, seed: u64) -> Result<Outcome, Failure> {
        self.runtime.block_on(self.ground.run(seed))
    }

    /// Runs seeds, some side by side: while one waits for its database, another goes on. Each has a database, a clock and
    /// a weather of its own and runs as it does alone.
    ///
    /// # Errors
    /// As [`Bench::run`].
    pub fn run_each(
        &self,
        seeds: impl Iterator<Item = u64> + 'static,
        told: impl FnMut(Outcome) + 'static,
    ) -> Result<(), Failure> {
        let (seeds, told) = (Rc::new(RefCell::new(seeds)), Rc::new(RefCell::new(told)));
        let mut lanes = JoinSet::new();
        let local = LocalSet::new();
        for _ in 0..LANES {
            let (ground, seeds, told) = (Rc::clone(&self.ground), Rc::clone(&seeds), Rc::clone(&told));
            let lane = async move {
                loop {
                    let Some(seed) = seeds.borrow_mut().next() else { return Ok::<(), Failure>(()) };
                    let outcome = ground.run(seed).await?;
                    (*told.borrow_mut())(outcome);
                }
            };
            lanes.spawn_local_on(lane, &local);
        }
        local.block_on(&self.runtime, async {
            while let Some(ended) = lanes.join_next().await {
                ended??;
            }
            Ok(())
        })
    }
}

impl Ground {
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

    async fn run(&self, seed: u64) -> Result<Outcome, Failure> {
        let number = usize::try_from(seed % SCRIPTS as u64)?;
        let expected = self.ends[number].get_or_try_init(|| self.without_faults(seed, number)).await?;
        let (end, mut outcome) = Box::pin(self.live(seed, number, Weather::of(seed))).await?;
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

    async fn without_faults(&self, seed: u64, number: usize) -> Result<End, Failure> {
        let (end, outcome) = Box::pin(self.live(seed, number, Weather::fine())).await?;
        match outcome.broken.first() {
            None => Ok(end),
            Some(first) => Err(format!("requests {number} without any fault: {first}\n{}", tail(&outcome.log)).into()),
        }
    }

    async fn live(&self, seed: u64, number: usize, weather: Weather) -> Result<(End, Outcome), Failure> {
        // A name of its own: connections of the run before may still be closing their files.
        self.runs.set(self.runs.get() + 1);
        let name = format!("run-{}.db", self.runs.get());
        for (end, content) in &self.files {
            let path = self.path(&format!("{name}{end}"));
            std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let mut life = Life::begin(self.path(&name), Arc::clone(&self.library), weather).await?;
        let looked = match work(&mut life, number).await {
            Ok(()) => check::look(&mut life, &self.calendars).await,
            Err(error) => Err(error),
        };
        let (end, digest) = looked.unwrap_or_else(|error| {
            life.broken.push(error.to_string());
            Default::default()
        });
        let (faults, log) = life.weather.told();
        let broken = std::mem::take(&mut life.broken);
        life.end().await;
        for end in ["", "-wal", "-shm", ".lock"] {
            let _ = std::fs::remove_file(self.path(&format!("{name}{end}")));
        }
        Ok((end, Outcome { seed, digest, faults, broken, log }))
    }
}

async fn work(life: &mut Life, number: usize) -> Result<(), Failure> {
    for (index, ask) in script::requests(number as u64).iter().enumerate() {
        life.insist(ask, &format!("k-{index}")).await?;
    }
    life.settle().await
}

fn tail(log: &[String]) -> String {
    log.get(log.len().saturating_sub(20)..).unwrap_or_default().join("\n")
}

//! Files in, report out: finds scenarios, sets a stage for each play, walks through it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use draaiboek_plugin_host::Library;
use draaiboek_runtime::School;
use jiff::civil::DateTime;

use super::narrator::Narrator;
use super::place::{Moment, Placed};
use super::player::Player;
use super::read::{Loaded, ReadError, read};
use super::report::{Played, Report};
use super::scenario::{Element, Scenario, Variation};
use super::stage::{Stage, StageError, furnish};
use super::words::Language;
use crate::shelf::{Mistakes, Published, Shelf};

/// What a play is given.
pub struct Options {
    /// The plugins.
    pub library: Arc<Library>,
    /// Which plays of a file.
    pub which: Which,
    /// Language of titles and story.
    pub language: Language,
    /// Makes a teller for a play that is told as a story; `None` tells nothing.
    pub teller: Option<Teller>,
    /// Leave out what happens after this moment.
    pub until: Option<DateTime>,
    /// Database for the play; `None`: one of its own in a temporary folder, gone afterwards. Only for one play.
    pub database: Option<PathBuf>,
}

/// Makes the place where the text of a story goes, one per play.
pub type Teller = Box<dyn Fn() -> Box<dyn FnMut(&str) + Send> + Send + Sync>;

/// Which plays of a file are played.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Which {
    /// The main play and all variations.
    #[default]
    All,
    /// The main play.
    Main,
    /// One variation, by name.
    Variation(String),
}

/// Why nothing was played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// A scenario cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A workflow cannot be used.
    #[error(transparent)]
    Workflow(#[from] Mistakes),
    /// A school or a database cannot be used.
    #[error("{0}")]
    Stage(#[from] StageError),
    /// There is nothing to play.
    #[error("{0}")]
    Nothing(String),
}

/// Plays the scenarios in `paths`: files, or folders below which all `scenarios/*.yaml` are meant.
///
/// # Errors
/// [`PlayError`] when something cannot be read; expectations that are not met are in the report.
pub async fn play(paths: &[PathBuf], options: &Options) -> Result<Report, PlayError> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(find(path)?);
    }
    let loaded = files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    for scenario in &loaded {
        report.plays.extend(play_loaded(scenario, options).await?.plays);
    }
    match (&options.which, report.plays.is_empty()) {
        (Which::Variation(name), true) => Err(PlayError::Nothing(format!("no variation is called `{name}`"))),
        _ => Ok(report),
    }
}

/// The scenario files meant by a path.
///
/// # Errors
/// There are none.
pub fn find(path: &Path) -> Result<Vec<PathBuf>, PlayError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let inside = folder.file_name().is_some_and(|name| name == "scenarios");
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if inside && path.extension().is_some_and(|extension| extension == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(PlayError::Nothing(format!("no `scenarios/*.yaml` below {}", path.display())));
    }
    Ok(found)
}

/// Plays a scenario that has been read.
///
/// # Errors
/// [`PlayError`] when its school or workflows cannot be used.
pub async fn play_loaded(loaded: &Loaded, options: &Options) -> Result<Report, PlayError> {
    let scenario = &loaded.scenario;
    let setting = Setting {
        school: school(loaded)?,
        workflows: published(loaded)?,
        begin: begin(scenario),
        file: loaded.path.display().to_string(),
    };
    let mut report = Report::default();
    if matches!(options.which, Which::All | Which::Main) {
        report.plays.push(one(scenario, None, &setting, options).await?);
    }
    for variation in &scenario.variations {
        let wanted = match &options.which {
            Which::All => true,
            Which::Main => false,
            Which::Variation(name) => *name == variation.variation,
        };
        if wanted {
            report.plays.push(one(scenario, Some(variation), &setting, options).await?);
        }
    }
    Ok(report)
}

struct Setting {
    school: School,
    workflows: Vec<Published>,
    begin: Moment,
    file: String,
}

fn school(loaded: &Loaded) -> Result<School, PlayError> {
    let given = &loaded.scenario.given;
    let school = School::parse(&loaded.school).map_err(StageError::from)?;
    Ok(furnish(school, given)?)
}

/// The workflows that the scenario starts, with their children: from its folders, else the program's own.
fn published(loaded: &Loaded) -> Result<Vec<Published>, PlayError> {
    let scenario = &loaded.scenario;
    let named = &scenario.given.workflows;
    let base = loaded.path.parent().unwrap_or(Path::new("."));
    let shelf = match named.as_slice() {
        [] => Shelf::around(&loaded.path),
        named => Shelf::of(named.iter().map(|folder| base.join(folder)).collect()),
    };
    let variations = scenario.variations.iter().flat_map(|variation| &variation.play);
    let started = scenario.play.iter().chain(variations).filter_map(|element| element.start.as_ref());
    Ok(shelf.needed(started.map(|start| start.workflow.clone()))?)
}

/// First moment of the clock: as given, or midnight before the first element.
fn begin(scenario: &Scenario) -> Moment {
    let first = scenario.play.first().and_then(|element| element.at);
    scenario.given.begin.or(first.map(|at| Moment(at.0.date().at(0, 0, 0, 0)))).unwrap_or_default()
}

async fn one(
    scenario: &Scenario,
    variation: Option<&Placed<Variation>>,
    setting: &Setting,
    options: &Options,
) -> Result<Played, PlayError> {
    // Wall time, for the report only: the play itself runs on a virtual clock.
    let started = Instant::now();
    let stage = Stage::open(
        Arc::clone(&options.library),
        &setting.workflows,
        setting.school.clone(),
        setting.begin,
        options.database.as_deref(),
    )
    .await?;
    let title = variation.and_then(|variation| variation.title.as_ref()).or(scenario.title.as_ref());
    let played = Played {
        file: setting.file.clone(),
        scenario: scenario.scenario.clone(),
        variation: variation.map(|variation| variation.variation.clone()),
        title: title.map_or_else(String::new, |title| title.get(options.language.locale()).to_owned()),
        ..Played::default()
    };
    let narrator = options.teller.as_ref().map(|teller| {
        let mut narrator = Narrator::new(options.language, teller());
        narrator.heading(&played.title);
        narrator
    });
    let mut player = Player::new(stage, played, narrator);
    walk(&mut player, scenario, variation, options.until).await;
    player.played.milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(player.played)
}

/// The main play, or what leads up to a variation's mark and then the variation.
async fn walk(
    player: &mut Player,
    scenario: &Scenario,
    variation: Option<&Placed<Variation>>,
    until: Option<DateTime>,
) {
    let Some(variation) = variation else {
        let late = |element: &Placed<Element>| element.at.zip(until).is_some_and(|(at, until)| at.0 > until);
        let end = scenario.play.iter().position(late).unwrap_or(scenario.play.len());
        return elements(player, scenario.play.get(..end).unwrap_or_default()).await;
    };
    if let Some(mark) = &variation.from {
        let end = scenario.play.iter().position(|element| element.mark.as_ref() == Some(mark));
        player.quiet = true;
        let lead = scenario.play.get(..=end.unwrap_or_default()).unwrap_or_default();
        elements(player, lead).await;
        player.quiet = false;
    }
    if player.played.stopped.is_none() {
        elements(player, &variation.play).await;
    }
}

async fn elements(player: &mut Player, play: &[Placed<Element>]) {
    for element in play {
        if let Err(error) = player.element(element).await {
            player.played.stopped = Some(format!("line {}: {error}", element.line));
            return;
        }
    }
}

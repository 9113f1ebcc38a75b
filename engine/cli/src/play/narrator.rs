//! From journal lines to scenes: titles instead of ids, many contributions as one sentence. Prints nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use draaiboek_workflow::decide::{Actor, Answer, Command, Effect, Happening, Rejection, with_names};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::ir::{State, StateKind};
use draaiboek_workflow::migration;
use jiff::civil::DateTime;
use serde_json::Value;

use super::chronicle::{Line, Outcome};
use super::scenario::Text;
use super::stage::{Stage, StageError};
use super::story::{Scene, Story};
use super::words::{Language, Words};

/// Tells what happens as a story.
pub struct Narrator {
    story: Story,
    language: Language,
    sink: Box<dyn FnMut(&str) + Send>,
}

impl Narrator {
    /// A narrator that gives each piece of text to `sink` as soon as it is told.
    pub fn new(language: Language, sink: Box<dyn FnMut(&str) + Send>) -> Self {
        Self { story: Story::new(language), language, sink }
    }

    /// A heading.
    pub fn heading(&mut self, title: &str) {
        self.story.heading(title);
        self.flush();
    }

    /// A sentence of the scenario itself.
    pub fn told(&mut self, at: DateTime, text: &Text) {
        let scene = Scene::Told(text.get(self.language.locale()).to_owned());
        self.story.tell(at, None, &scene);
        self.flush();
    }

    /// What the journals say happened.
    ///
    /// # Errors
    /// The engine cannot be read.
    pub async fn lines(&mut self, stage: &Stage, lines: &[Line]) -> Result<(), StageError> {
        let mut handed: Option<Handed> = None;
        for line in lines {
            let Ok(outcome) = &line.outcome else { continue };
            let about = About::of(stage, &line.instance, self.language).await?;
            if let Command::Contribute { step, .. } = &line.command {
                let late = matches!(outcome.answer, Answer::Late);
                let same = handed.as_ref().is_some_and(|handed| handed.fits(line, step));
                if !same {
                    self.hand(handed.take(), stage);
                }
                handed.get_or_insert_with(|| Handed::new(line, step, &about)).count(about.person(&line.actor), late);
            } else {
                self.hand(handed.take(), stage);
            }
            for scene in scenes(stage, line, outcome, &about).await? {
                self.hand(handed.take(), stage);
                self.story.tell(stage.local(line.at), about.subject.as_deref(), &scene);
            }
        }
        self.hand(handed.take(), stage);
        self.flush();
        Ok(())
    }

    /// A command that was refused.
    ///
    /// # Errors
    /// The engine cannot be read.
    pub async fn refused(
        &mut self,
        stage: &Stage,
        instance: &str,
        actor: &Actor,
        asked: &Command,
        rejection: &Rejection,
    ) -> Result<(), StageError> {
        let about = About::of(stage, instance, self.language).await?;
        let what = match asked {
            Command::Send { event, .. } => about.text(&format!("event.{event}")),
            Command::Conclude { step } | Command::Skip { step, .. } | Command::Admit { step, .. } => about.step(step),
            other => lifecycle_word(other, self.language).unwrap_or_default().to_owned(),
        };
        self.no(stage, &about, actor, what, rejection);
        Ok(())
    }

    /// A contribution that was refused.
    ///
    /// # Errors
    /// The engine cannot be read.
    pub async fn refused_entry(
        &mut self,
        stage: &Stage,
        instance: &str,
        actor: &Actor,
        step: &str,
        rejection: &Rejection,
    ) -> Result<(), StageError> {
        let about = About::of(stage, instance, self.language).await?;
        let what = about.step(step);
        self.no(stage, &about, actor, what, rejection);
        Ok(())
    }

    fn no(&mut self, stage: &Stage, about: &About, actor: &Actor, what: String, rejection: &Rejection) {
        let because = about.error(&rejection.word).unwrap_or_default();
        let reasons = rejection.reasons.iter().map(|reason| about.reason(reason, &because));
        let scene = Scene::Refused { who: about.person(actor), what, reasons: reasons.collect(), because };
        self.story.tell(stage.now(), about.subject.as_deref(), &scene);
        self.flush();
    }

    fn hand(&mut self, handed: Option<Handed>, stage: &Stage) {
        if let Some(handed) = handed {
            let at = stage.local(handed.at);
            let scene = Scene::Handed { who: handed.who, count: handed.number, step: handed.title, late: handed.late };
            self.story.tell(at, handed.subject.as_deref(), &scene);
        }
    }

    fn flush(&mut self) {
        let text = self.story.take();
        if !text.is_empty() {
            (self.sink)(&text);
        }
    }
}

/// Contributions to one step that are told as one sentence.
struct Handed {
    at: jiff::Timestamp,
    instance: String,
    step: String,
    title: String,
    subject: Option<String>,
    who: BTreeSet<String>,
    number: usize,
    late: usize,
}

impl Handed {
    fn new(line: &Line, step: &str, about: &About) -> Self {
        Self {
            at: line.at,
            instance: line.instance.clone(),
            step: step.to_owned(),
            title: about.step(step),
            subject: about.subject.clone(),
            who: BTreeSet::new(),
            number: 0,
            late: 0,
        }
    }

    fn fits(&self, line: &Line, step: &str) -> bool {
        self.at == line.at && self.instance == line.instance && self.step == step
    }

    fn count(&mut self, who: String, late: bool) {
        self.who.insert(who);
        self.number += 1;
        self.late += usize::from(late);
    }
}

/// The names and titles around one instance.
struct About {
    definition: Arc<Definition>,
    language: Language,
    /// Whom a child instance is about.
    subject: Option<String>,
    people: BTreeMap<String, String>,
    teams: BTreeMap<String, String>,
}

impl About {
    async fn of(stage: &Stage, instance: &str, language: Language) -> Result<Self, StageError> {
        let engine = stage.engine();
        let definition = engine.definition(instance).await?;
        let row = engine.store().read().instance(draaiboek_store::Scope::All, instance).await?;
        let school = stage.school();
        let teams: BTreeMap<String, String> =
            school.teams.iter().map(|(id, team)| (id.clone(), team.title.clone())).collect();
        let key = row.and_then(|row| row.parent_key);
        let subject = key.map(|key| {
            let key = key.split_once(':').map_or(key.as_str(), |(_, key)| key).to_owned();
            teams.get(&key).cloned().unwrap_or(key)
        });
        let people = school.people.iter().map(|(id, person)| (id.clone(), person.name.clone())).collect();
        Ok(Self { definition, language, subject, people, teams })
    }

    /// A text of the workflow, when there is one.
    fn known(&self, key: &str) -> Option<String> {
        let texts = &self.definition.ir.texts;
        [self.language.locale(), "nl", "en"].iter().find_map(|locale| texts.get(*locale)?.get(key)).cloned()
    }

    /// A text of the workflow, or the last word of its key.
    fn text(&self, key: &str) -> String {
        self.known(key).unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key).to_owned())
    }

    fn step(&self, step: &str) -> String {
        self.known(&format!("step.{step}")).unwrap_or_else(|| self.text(&format!("state.{step}")))
    }

    /// A role within a sentence.
    fn role(&self, role: &str) -> String {
        let title = self.text(&format!("role.{role}"));
        let mut letters = title.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    }

    /// The name of who acts.
    fn person(&self, actor: &Actor) -> String {
        let name = |id: &str| self.people.get(id).cloned().unwrap_or_else(|| id.to_owned());
        match (actor.person.as_deref(), actor.on_behalf_of.as_deref()) {
            (Some(person), Some(whom)) if person != whom => {
                let behalf = if self.language == Language::Dutch { "namens" } else { "on behalf of" };
                format!("{} ({behalf} {})", name(person), name(whom))
            }
            (person, whom) => name(whom.or(person).unwrap_or("–")),
        }
    }

    /// What an error word means: by the workflow, else by the engine.
    fn error(&self, word: &str) -> Option<String> {
        let own = Words::new(self.language).error(word).map(str::to_owned);
        self.known(&format!("error.{word}")).or(own)
    }

    /// A reason in words, with what it is about; what `because` said is not said again.
    fn reason(&self, reason: &str, because: &str) -> String {
        let (word, about) = reason.split_once(':').map_or((reason, None), |(word, about)| (word, Some(about)));
        match (self.error(word), about) {
            (Some(sentence), Some(about)) if sentence == because => self.named(about),
            (Some(sentence), Some(about)) => format!("{sentence} ({})", self.named(about)),
            (Some(sentence), None) => sentence,
            (None, _) => migration::reason(reason, self.language.locale()).unwrap_or_else(|| self.named(reason)),
        }
    }

    /// What people call a team, a person, a step, a date or a field.
    fn named(&self, id: &str) -> String {
        let date = id.parse().ok().map(|date| Words::new(self.language).date(date));
        self.teams
            .get(id)
            .or_else(|| self.people.get(id))
            .cloned()
            .or(date)
            .or_else(|| self.known(&format!("step.{id}")))
            .unwrap_or_else(|| id.trim_start_matches('/').to_owned())
    }

    /// Titles of the states without children that were entered and not left again.
    fn now(&self, trace: &[Happening]) -> Vec<String> {
        let mut entered: Vec<&str> = Vec::new();
        for happening in trace {
            match happening {
                Happening::Entered { state } if self.kind(state) != Some(StateKind::Compound) => entered.push(state),
                Happening::Exited { state } => entered.retain(|entered| entered != state),
                _ => {}
            }
        }
        entered.into_iter().map(|state| self.text(&format!("state.{state}"))).collect()
    }

    fn kind(&self, id: &str) -> Option<StateKind> {
        let find = |state: &&State| state.id == id;
        self.definition.ir.all_states().into_iter().find(find).map(|state| state.kind)
    }

    /// Whether the instance came to its end.
    fn ended(&self, trace: &[Happening]) -> bool {
        let last =
            |id: &str| self.definition.ir.states.iter().any(|state| state.id == id && state.kind == StateKind::Final);
        trace.iter().any(|happening| matches!(happening, Happening::Entered { state } if last(state)))
    }
}

async fn scenes(stage: &Stage, line: &Line, outcome: &Outcome, about: &About) -> Result<Vec<Scene>, StageError> {
    let now = about.now(&outcome.trace);
    let mut scenes: Vec<Scene> = command_scene(line, about, now).into_iter().collect();
    for happening in &outcome.trace {
        if let Happening::Published { artifact, version } = happening
            && let Some(title) = about.known(&format!("artifact.{artifact}"))
        {
            scenes.push(published(stage, &line.instance, artifact, *version, title, about).await?);
        }
    }
    scenes.extend(line.effects.iter().filter_map(|effect| notice(effect, about)));
    scenes.extend(spawned(&line.effects, stage, about));
    if about.ended(&outcome.trace) {
        scenes.push(Scene::Ended { what: about.text("title") });
    }
    Ok(scenes)
}

fn command_scene(line: &Line, about: &About, now: Vec<String>) -> Option<Scene> {
    let who = about.person(&line.actor);
    let system = line.actor.is_system();
    match &line.command {
        Command::Start { origin } if origin.parent.is_none() => {
            Some(Scene::Began { who, what: about.text("title"), now })
        }
        Command::Start { .. } => None,
        // What other instances send is told by where it leads.
        Command::Send { .. } if system => (!now.is_empty()).then_some(Scene::Now { now }),
        Command::Send { event, reason, .. } => {
            let mut what = about.text(&format!("event.{event}"));
            if let Some(reason) = reason {
                what.push_str(&format!(" ({reason})"));
            }
            Some(Scene::Moved { who: Some(who), what, now })
        }
        Command::Withdraw { step, .. } => Some(Scene::TakenBack { who, step: about.step(step) }),
        Command::Admit { step, .. } => Some(Scene::Admitted { who, step: about.step(step) }),
        Command::Conclude { step } | Command::Skip { step, .. } => {
            Some(Scene::Moved { who: Some(who), what: about.step(step), now })
        }
        // The clock and contributions are told by where they lead.
        Command::Timer { .. } => (!now.is_empty()).then_some(Scene::Moved { who: None, what: String::new(), now }),
        Command::Contribute { .. } | Command::ChildEnded { .. } => (!now.is_empty()).then_some(Scene::Now { now }),
        other => lifecycle_word(other, about.language).map(|word| Scene::Moved {
            who: (!system).then_some(who),
            what: match other {
                Command::Pause { reason } | Command::Cancel { reason } | Command::Move { reason, .. } => {
                    format!("{word} ({reason})")
                }
                Command::Migrate { target, reason: None, .. } => format!("{word} ({})", target.version),
                Command::Migrate { target, reason: Some(reason), .. } => {
                    format!("{word} ({}: {reason})", target.version)
                }
                _ => word.to_owned(),
            },
            now,
        }),
    }
}

/// What a command over the states is called.
fn lifecycle_word(command: &Command, language: Language) -> Option<&'static str> {
    let (dutch, english) = match command {
        Command::Pause { .. } => ("even stoppen", "pause"),
        Command::Resume => ("weer verder", "go on"),
        Command::Cancel { .. } => ("stopzetten", "cancel"),
        Command::Reschedule { .. } => ("een andere datum", "another date"),
        Command::Move { .. } => ("naar een andere stap", "move to another step"),
        Command::Migrate { .. } => ("een andere versie van het draaiboek", "another version of the workflow"),
        Command::Unmigrate { .. } => ("terug naar de vorige versie", "back to the version before"),
        Command::Recalendar => ("de kalender is gewijzigd", "the calendar has changed"),
        _ => return None,
    };
    Some(if language == Language::Dutch { dutch } else { english })
}

async fn published(
    stage: &Stage,
    instance: &str,
    name: &str,
    version: u32,
    title: String,
    about: &About,
) -> Result<Scene, StageError> {
    let reader = stage.engine().store().read();
    let mut content = Value::Null;
    if let Some(row) = reader.instance(draaiboek_store::Scope::All, instance).await? {
        let artifacts = reader.artifacts(row.pk).await?;
        let found = artifacts.iter().find(|row| row.name == name && row.version == i64::from(version));
        content = found.and_then(|row| serde_json::from_str(&row.content).ok()).unwrap_or_default();
    }
    name_owners(&mut content, about);
    Ok(Scene::Published { title, version, content })
}

/// Puts names where an agreement has ids.
fn name_owners(content: &mut Value, about: &About) {
    let actions = content.get_mut("actions").and_then(Value::as_array_mut).into_iter().flatten();
    for action in actions.filter_map(Value::as_object_mut) {
        for key in ["owner", "group"] {
            if let Some(Value::String(id)) = action.get_mut(key) {
                *id = about.named(id);
            }
        }
    }
}

fn notice(effect: &Effect, about: &About) -> Option<Scene> {
    let Effect::Notify { roles, persons, text, .. } = effect else { return None };
    let to = roles
        .iter()
        .map(|role| about.role(role))
        .chain(persons.iter().map(|id| about.people.get(id).unwrap_or(id).clone()))
        .collect();
    let text = [about.language.locale(), "nl", "en"].iter().find_map(|locale| text.get(*locale))?;
    let text = with_names(text, |id| about.people.get(id).map(String::as_str));
    Some(Scene::Notice { to, text })
}

/// Children that were begun together, told as one.
fn spawned(effects: &[Effect], stage: &Stage, about: &About) -> Vec<Scene> {
    let mut by_workflow: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for effect in effects {
        if let Effect::StartChild { workflow, parent, .. } = effect {
            let whom = about.teams.get(&parent.key).cloned().unwrap_or_else(|| parent.key.clone());
            by_workflow.entry(workflow).or_default().push(whom);
        }
    }
    by_workflow
        .into_iter()
        .map(|(workflow, whom)| Scene::Spawned { what: stage.workflow_title(workflow, about.language.locale()), whom })
        .collect()
}

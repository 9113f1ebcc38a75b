//! Walks through a play: moves the clock, carries commands out, checks, tells. One player per play.

use std::path::Path;

use draaiboek_runtime::{EngineError, Reply, StaffError};
use draaiboek_workflow::decide::{Actor, Answer, Command as Asked, Rejection, Target};

use super::checks::{Seen, check};
use super::command::Command;
use super::entries::entries;
use super::expectation::Expect;
use super::matching::Difference;
use super::migration;
use super::narrator::Narrator;
use super::place::Placed;
use super::report::{Check, Played};
use super::scenario::{Because, Contribute, Element, Migrate, Move, Note, OneContribution, OneStep, Reschedule, Send};
use super::stage::{Stage, StageError};

/// What the sender of a command was told.
#[derive(Debug, Clone)]
pub enum Told {
    /// It was done, or it changed nothing.
    Answer(Answer),
    /// An expected "no".
    Refused(Rejection),
    /// A plugin broke.
    Broken(String),
}

/// Plays elements on a stage.
pub struct Player {
    /// The stage.
    pub stage: Stage,
    /// What came of it.
    pub played: Played,
    /// Tells the story, when somebody listens.
    pub narrator: Option<Narrator>,
    actor: Option<String>,
    current: Option<String>,
    /// Whether this only leads up to a mark: nothing is checked or told.
    pub quiet: bool,
}

impl Player {
    /// A player on an empty stage.
    pub fn new(stage: Stage, played: Played, narrator: Option<Narrator>) -> Self {
        Self { stage, played, narrator, actor: None, current: None, quiet: false }
    }

    /// Plays one element.
    ///
    /// # Errors
    /// The play cannot go on.
    pub async fn element(&mut self, element: &Placed<Element>) -> Result<(), StageError> {
        if let Some(at) = element.at {
            self.stage.advance(at).await?;
            self.narrate().await?;
        }
        if let (Some(tell), Some(narrator), false) = (&element.tell, &mut self.narrator, self.quiet) {
            narrator.told(self.stage.now(), tell);
        }
        if element.actor.is_some() {
            self.actor.clone_from(&element.actor);
        }
        let told = match element.commands().first() {
            Some(command) => Some(self.carry_out(element, *command).await?),
            None => None,
        };
        if told.is_some() {
            self.stage.pump().await?;
            self.narrate().await?;
        }
        self.expectations(element, told.as_ref()).await
    }

    async fn expectations(&mut self, element: &Placed<Element>, told: Option<&Told>) -> Result<(), StageError> {
        let expected = element.expect.as_slice();
        if let Some(told) = told {
            let spoken = expected.iter().any(|expect| expect.answer.is_some() || expect.refused.is_some());
            if let (false, Some(difference)) = (spoken, unexpected(told)) {
                self.record(element, "accepted", vec![difference]);
            }
        }
        for expect in expected {
            self.expectation(element, expect, told).await?;
        }
        Ok(())
    }

    async fn expectation(
        &mut self,
        element: &Placed<Element>,
        expect: &Expect,
        told: Option<&Told>,
    ) -> Result<(), StageError> {
        if expect.instance.is_some() {
            self.current.clone_from(&expect.instance);
        }
        if self.quiet {
            return Ok(());
        }
        let instance = match &self.current {
            Some(name) => Some(self.stage.find(name).await?),
            None => None,
        };
        let seen = Seen { stage: &self.stage, instance: instance.as_deref(), told };
        for (what, differences) in check(expect, &seen).await? {
            self.record(element, &what, differences);
        }
        Ok(())
    }

    fn record(&mut self, element: &Placed<Element>, what: &str, differences: Vec<Difference>) {
        if self.quiet {
            return;
        }
        let named = self.current.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
        self.played.checks.push(Check {
            line: element.line,
            at: self.stage.now().strftime("%Y-%m-%d %H:%M").to_string(),
            what: format!("{named}{what}"),
            differences,
        });
    }

    async fn narrate(&mut self) -> Result<(), StageError> {
        let lines = self.stage.news().await?;
        match &mut self.narrator {
            Some(narrator) if !self.quiet => narrator.lines(&self.stage, &lines).await,
            _ => Ok(()),
        }
    }

    /// The instance meant by `in`, or by the element before.
    async fn instance(&mut self, named: Option<&String>) -> Result<String, StageError> {
        if named.is_some() {
            self.current = named.cloned();
        }
        match &self.current {
            Some(name) => self.stage.find(name).await,
            None => Err(StageError::Unknown("no instance yet; begin with `start`, or name one with `in`".into())),
        }
    }

    /// The person who acts in `element`.
    fn acting(&self, element: &Element, entry: Option<&str>) -> Result<Actor, StageError> {
        let person = entry.or(element.actor.as_deref()).or(self.actor.as_deref());
        let person = person.ok_or_else(|| StageError::Unknown("nobody acts; give `as`".into()))?;
        let mut actor = self.stage.actor(person)?;
        actor.on_behalf_of.clone_from(&element.on_behalf_of);
        Ok(actor)
    }

    async fn carry_out(&mut self, element: &Placed<Element>, command: Command<'_>) -> Result<Told, StageError> {
        self.played.commands += 1;
        match command {
            Command::Start(start) => {
                let actor = self.acting(element, None)?;
                let reply = self.stage.start(start, &actor).await;
                if reply.is_ok() {
                    self.current = Some(start.name.clone().unwrap_or_else(|| start.workflow.clone()));
                }
                told(reply)
            }
            Command::Contribute(contribute) => self.contribute(element, contribute).await,
            Command::Withdraw(OneContribution { instance, step, id, token }) => {
                let (actor, instance) = (self.acting(element, None)?, self.instance(instance.as_ref()).await?);
                told(self.stage.withdraw(&instance, &actor, step, id, token.as_deref()).await)
            }
            Command::Absent(whom) | Command::Present(whom) => {
                let instance = match &whom.instance {
                    Some(name) => Some(self.stage.find(name).await?),
                    None => None,
                };
                let present = matches!(command, Command::Present(_));
                self.stage.attendance(instance.as_deref(), &whom.person, present).await?;
                Ok(Told::Answer(Answer::Accepted))
            }
            Command::Leave(whom) => self.stage.leave(&whom.person).await.map(done),
            Command::Join(join) => self.stage.join(join).await.map(done),
            Command::Absence(absence) => told_staff(self.stage.absence(absence).await?),
            Command::Back(whom) => self.stage.back(&whom.person).await.map(done),
            Command::Duo(duo) => told_staff(self.stage.duo(duo).await?),
            Command::Calendar(change) => self.stage.calendar(change).await.map(done),
            Command::Downtime(downtime) => self.stage.sleep(downtime.until).await.map(done),
            Command::Find(find) => {
                self.stage.name(find).await?;
                self.current = Some(find.name.clone());
                Ok(Told::Answer(Answer::Accepted))
            }
            Command::Migrate(migrate) => self.migrate(element, migrate).await,
            other => self.ask(element, other).await,
        }
    }

    async fn migrate(&mut self, element: &Placed<Element>, migrate: &Migrate) -> Result<Told, StageError> {
        let actor = self.acting(element, None)?;
        let instance = self.instance(migrate.instance.as_ref()).await?;
        let beside = Path::new(&self.played.file).parent().unwrap_or(Path::new("."));
        let answer = told(migration::migrate(&self.stage, &instance, &actor, migrate, beside).await?)?;
        let reason = migrate.reason.clone();
        let asked = match &migrate.to {
            Some(to) if !migrate.undo => {
                let target = Target { version: to.clone(), ..Target::default() };
                Asked::Migrate { target: Box::new(target), map: Box::default(), reason }
            }
            _ => Asked::Unmigrate { reason },
        };
        self.tell_refusal(&instance, &actor, &asked, &answer).await?;
        Ok(answer)
    }

    /// The commands that the core knows by the same name.
    async fn ask(&mut self, element: &Placed<Element>, command: Command<'_>) -> Result<Told, StageError> {
        let Some((named, asked)) = core_command(command) else {
            return Err(StageError::Unknown(format!("`{}` is no command of an instance", command.word())));
        };
        let actor = self.acting(element, None)?;
        let instance = self.instance(named.as_ref()).await?;
        let answer = told(self.stage.command(&instance, &actor, asked.clone()).await)?;
        self.tell_refusal(&instance, &actor, &asked, &answer).await?;
        Ok(answer)
    }

    async fn contribute(&mut self, element: &Placed<Element>, contribute: &Contribute) -> Result<Told, StageError> {
        let wanted = entries(contribute).map_err(StageError::Unknown)?;
        let instance = self.instance(contribute.instance.as_ref()).await?;
        let mut last = None;
        for entry in wanted {
            self.earlier(element, last.take());
            if let Some(at) = entry.at {
                self.stage.advance(at).await?;
                self.narrate().await?;
            }
            let actor = self.acting(element, entry.actor.as_deref())?;
            let answer = told(self.stage.hand_in(&instance, &actor, &contribute.step, &entry).await)?;
            self.played.commands += 1;
            if let (Told::Refused(rejection), Some(narrator), false) = (&answer, &mut self.narrator, self.quiet) {
                narrator.refused_entry(&self.stage, &instance, &actor, &contribute.step, rejection).await?;
            }
            last = Some(answer);
        }
        Ok(last.unwrap_or(Told::Answer(Answer::Accepted)))
    }

    /// An entry that is not the last one must have been accepted.
    fn earlier(&mut self, element: &Placed<Element>, answer: Option<Told>) {
        if let Some(difference) = answer.as_ref().and_then(unexpected) {
            self.record(element, "an earlier entry is accepted", vec![difference]);
        }
    }

    async fn tell_refusal(
        &mut self,
        instance: &str,
        actor: &Actor,
        asked: &Asked,
        answer: &Told,
    ) -> Result<(), StageError> {
        match (answer, &mut self.narrator) {
            (Told::Refused(rejection), Some(narrator)) if !self.quiet => {
                narrator.refused(&self.stage, instance, actor, asked, rejection).await
            }
            _ => Ok(()),
        }
    }
}

fn core_command(command: Command<'_>) -> Option<(Option<String>, Asked)> {
    let reason = |because: &Because| because.reason.clone().unwrap_or_default();
    Some(match command {
        Command::Admit(OneContribution { instance, step, id, .. }) => {
            (instance.clone(), Asked::Admit { step: step.clone(), id: id.clone() })
        }
        Command::Conclude(OneStep { instance, step, .. }) => (instance.clone(), Asked::Conclude { step: step.clone() }),
        Command::Skip(OneStep { instance, step, reason }) => {
            (instance.clone(), Asked::Skip { step: step.clone(), reason: reason.clone().unwrap_or_default() })
        }
        Command::Send(Send { instance, event, data, reason }) => {
            let asked = Asked::Send { event: event.clone(), data: data.clone().into(), reason: reason.clone() };
            (instance.clone(), asked)
        }
        Command::Pause(because) => (because.instance.clone(), Asked::Pause { reason: reason(because) }),
        Command::Resume(because) => (because.instance.clone(), Asked::Resume),
        Command::Cancel(because) => (because.instance.clone(), Asked::Cancel { reason: reason(because) }),
        Command::Reschedule(Reschedule { instance, target, to, reason }) => {
            (instance.clone(), Asked::Reschedule { target: target.clone(), to: to.0, reason: reason.clone() })
        }
        Command::Move(Move { instance, to, reason }) => {
            (instance.clone(), Asked::Move { to: to.clone(), reason: reason.clone() })
        }
        Command::Note(Note { instance, text }) => (instance.clone(), Asked::Note { text: text.clone() }),
        _ => return None,
    })
}

/// An absence or a shared job that cannot be is a "no" with the word of what contradicts it.
fn told_staff(answer: Result<(), StaffError>) -> Result<Told, StageError> {
    Ok(match answer {
        Ok(()) => Told::Answer(Answer::Accepted),
        Err(error) => {
            let reason = error.word().to_uppercase();
            Told::Refused(Rejection::new("INVALID", error.to_string()).because(vec![reason]))
        }
    })
}

fn done((): ()) -> Told {
    Told::Answer(Answer::Accepted)
}

/// An answer or a "no" is something to check; anything else ends the play.
fn told(reply: Result<Reply, EngineError>) -> Result<Told, StageError> {
    match reply {
        Ok(reply) => Ok(Told::Answer(reply.answer)),
        Err(EngineError::Rejected(rejection)) => Ok(Told::Refused(rejection)),
        Err(EngineError::Incident { step, cause, .. }) => Ok(Told::Broken(format!("step {step}: {cause}"))),
        Err(EngineError::Invalid(help)) => Ok(Told::Refused(Rejection::new("INVALID", help))),
        Err(error @ EngineError::NotFound { .. }) => Ok(Told::Refused(Rejection::new("NOT_FOUND", error.to_string()))),
        Err(other) => Err(other.into()),
    }
}

/// The difference when a command should simply have been accepted.
fn unexpected(told: &Told) -> Option<Difference> {
    let got = match told {
        Told::Answer(Answer::Accepted) => return None,
        Told::Answer(answer) => answer_word(answer).to_owned(),
        Told::Refused(rejection) => format!("refused: {rejection} ({})", rejection.help),
        Told::Broken(cause) => format!("broken: {cause}"),
    };
    Some(Difference::new("answer", "accepted", got))
}

/// The word of an answer in a scenario.
pub fn answer_word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Accepted => "accepted",
        Answer::Duplicate => "duplicate",
        Answer::StaleRevision => "stale_revision",
        Answer::Late => "late",
    }
}

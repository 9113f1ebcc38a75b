//! Checking one expectation against the stage: each thing that is expected gives one line and its differences.

use std::collections::BTreeMap;

use draaiboek_runtime::{EngineError, Reader};
use draaiboek_store::Scope;
use draaiboek_workflow::decide::{Answer, Effect, Snapshot, StepStatus};
use serde_json::{Map, Value, json};

use super::expectation::{
    ArtifactExpect, ChildExpect, Expect, MomentOrNone, Notice, ProjectionExpect, Refused, StoredExpect, ViewExpect,
};
use super::matching::{Difference, differences, same_set, shown, words};
use super::place::Moment;
use super::player::{Told, answer_word};
use super::stage::{Stage, StageError};

/// What an expectation is held against.
pub struct Seen<'s> {
    /// The stage.
    pub stage: &'s Stage,
    /// The instance looked at, when there is one.
    pub instance: Option<&'s str>,
    /// What the sender of the element's command was told.
    pub told: Option<&'s Told>,
}

/// What was expected in one line, and where it differs.
type Line = (String, Vec<Difference>);

/// Holds an expectation against what is there.
///
/// # Errors
/// The play cannot go on.
pub async fn check(expect: &Expect, seen: &Seen<'_>) -> Result<Vec<Line>, StageError> {
    let mut lines = Vec::new();
    if let Some(told) = seen.told {
        answers(expect, told, &mut lines);
    }
    let Some(instance) = seen.instance else { return Ok(lines) };
    let Some(snapshot) = snapshot(seen.stage, instance).await? else {
        return Ok(lines);
    };
    let looked = Looked { stage: seen.stage, instance, snapshot: &snapshot };
    looked.whole(expect, &mut lines);
    looked.tasks(&expect.tasks, &mut lines).await?;
    for (step, wanted) in &expect.steps {
        lines.push((format!("step {step} {}", shown(&wanted.clone().into())), looked.step(step, wanted).await?));
    }
    for (name, wanted) in &expect.artifacts {
        lines.push(looked.artifact(name, wanted).await?);
    }
    looked.notices(&expect.notices, &expect.no_notices, &mut lines);
    if let Some(children) = &expect.children {
        lines.push(looked.children(children).await?);
    }
    for wanted in &expect.projections {
        lines.push(looked.projection(wanted).await?);
    }
    for wanted in &expect.view {
        lines.push(looked.view(wanted).await?);
    }
    for (step, wanted) in &expect.stored {
        lines.push(looked.stored(step, *wanted).await?);
    }
    if !expect.journal.is_empty() {
        lines.push(looked.journal(&expect.journal));
    }
    Ok(lines)
}

/// The snapshot; none when the instance was never begun (its `start` was refused).
async fn snapshot(stage: &Stage, instance: &str) -> Result<Option<Snapshot>, StageError> {
    match stage.snapshot(instance).await {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(StageError::Engine(EngineError::NotFound { .. })) => Ok(None),
        Err(other) => Err(other),
    }
}

fn answers(expect: &Expect, told: &Told, lines: &mut Vec<Line>) {
    if let Some(wanted) = expect.answer {
        let got = match told {
            Told::Answer(answer) => answer_word(answer).to_owned(),
            Told::Refused(rejection) => format!("refused: {rejection} ({})", rejection.help),
            Told::Broken(cause) => format!("broken: {cause}"),
        };
        let found = (wanted.word() != got).then(|| Difference::new("answer", wanted.word(), got));
        lines.push((format!("answer {}", wanted.word()), found.into_iter().collect()));
    }
    if let Some(wanted) = &expect.refused {
        let reasons = wanted.reasons().map(|reasons| format!(" {}", words(reasons))).unwrap_or_default();
        lines.push((format!("refused {}{reasons}", wanted.word()), refusal(wanted, told)));
    }
}

fn refusal(wanted: &Refused, told: &Told) -> Vec<Difference> {
    let (word, reasons): (&str, &[String]) = match told {
        Told::Refused(rejection) => (&rejection.word, &rejection.reasons),
        // The domain's word for a contribution that is kept apart.
        Told::Answer(Answer::Late) => ("LATE", &[]),
        Told::Answer(answer) => return vec![Difference::new("refused", wanted.word(), answer_word(answer))],
        Told::Broken(cause) => return vec![Difference::new("refused", wanted.word(), format!("broken: {cause}"))],
    };
    let mut found = Vec::new();
    if wanted.word() != word {
        found.push(Difference::new("refused.word", wanted.word(), word));
    }
    if let Some(expected) = wanted.reasons().filter(|expected| *expected != reasons) {
        found.push(Difference::new("refused.reasons", words(expected), words(reasons)));
    }
    found
}

struct Looked<'l> {
    stage: &'l Stage,
    instance: &'l str,
    snapshot: &'l Snapshot,
}

impl Looked<'_> {
    /// What the snapshot alone answers.
    fn whole(&self, expect: &Expect, lines: &mut Vec<Line>) {
        if let Some(states) = &expect.states {
            let found = same_set(states, &self.snapshot.chart.active, "states");
            lines.push((format!("states {}", words(states)), found.into_iter().collect()));
        }
        if let Some(wanted) = &expect.lifecycle {
            let got = self.snapshot.lifecycle.word();
            let found = (wanted != got).then(|| Difference::new("lifecycle", wanted, got));
            lines.push((format!("lifecycle {wanted}"), found.into_iter().collect()));
        }
        if let Some(wanted) = &expect.open {
            let got: Vec<String> = self.open().map(str::to_owned).collect();
            lines.push((format!("open steps {}", words(wanted)), same_set(wanted, &got, "open").into_iter().collect()));
        }
        if let Some(wanted) = &expect.data {
            let wanted = Value::Object(wanted.clone());
            let got = Value::Object(self.snapshot.data.clone());
            lines.push((format!("data {}", shown(&wanted)), differences(&wanted, &got, "data")));
        }
        for (timer, wanted) in &expect.timers {
            let got = match self.snapshot.timers.get(timer) {
                Some(pending) => MomentOrNone::At(Moment(pending.civil)),
                None => MomentOrNone::None,
            };
            let found = (*wanted != got)
                .then(|| Difference::new(format!("timers.{timer}"), wanted.to_string(), got.to_string()));
            lines.push((format!("timer {timer} {wanted}"), found.into_iter().collect()));
        }
        if let Some(wanted) = &expect.incidents {
            let wanted: Value = wanted.iter().cloned().map(Value::Object).collect();
            let got: Value = self.snapshot.incidents.values().map(|incident| json!(incident)).collect();
            lines.push((format!("incidents {}", shown(&wanted)), differences(&wanted, &got, "incidents")));
        }
    }

    fn open(&self) -> impl Iterator<Item = &str> {
        self.snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open).map(|(id, _)| id.as_str())
    }

    async fn tasks(&self, wanted: &BTreeMap<String, Vec<String>>, lines: &mut Vec<Line>) -> Result<(), StageError> {
        for (person, steps) in wanted {
            let got = self.stage.waiting(self.instance, person).await?;
            let found = same_set(steps, &got, &format!("tasks.{person}"));
            lines.push((format!("tasks of {person} {}", words(steps)), found.into_iter().collect()));
        }
        Ok(())
    }

    async fn step(&self, step: &str, wanted: &Map<String, Value>) -> Result<Vec<Difference>, StageError> {
        let place = format!("steps.{step}");
        let Some(state) = self.snapshot.steps.get(step) else {
            return Ok(vec![Difference::new(place, "a step that is or was open", "never opened")]);
        };
        let mut got = Map::new();
        got.insert("status".into(), json!(state.status));
        got.insert("round".into(), json!(state.round));
        got.insert("due".into(), state.due.map_or(Value::Null, |due| Moment(due).to_string().into()));
        if ["ready", "problems", "result"].iter().any(|key| wanted.contains_key(*key)) {
            let picture = self.stage.engine().picture(self.instance, step).await?;
            got.insert("ready".into(), picture.ready.into());
            got.insert("result".into(), picture.result);
            got.insert("problems".into(), picture.problems.iter().map(|problem| problem.reason()).collect());
        }
        Ok(differences(&Value::Object(wanted.clone()), &Value::Object(got), &place))
    }

    async fn artifact(&self, name: &str, wanted: &ArtifactExpect) -> Result<Line, StageError> {
        let place = format!("artifacts.{name}");
        let reader = self.stage.engine().store().read();
        let row = match reader.instance(Scope::All, self.instance).await? {
            Some(instance) => reader.artifact(instance.pk, name).await?,
            None => None,
        };
        let found = match (wanted, row) {
            (ArtifactExpect::None(_), None) => Vec::new(),
            (ArtifactExpect::None(_), Some(row)) => {
                vec![Difference::new(place, "none", format!("version {}", row.version))]
            }
            (ArtifactExpect::Some(_), None) => vec![Difference::new(place, "an artifact", "none")],
            (ArtifactExpect::Some(wanted), Some(row)) => {
                let mut found = Vec::new();
                if let Some(version) = wanted.version.filter(|version| i64::from(*version) != row.version) {
                    found.push(Difference::new(
                        format!("{place}.version"),
                        version.to_string(),
                        row.version.to_string(),
                    ));
                }
                if let Some(is) = &wanted.is {
                    let content: Value = serde_json::from_str(&row.content).unwrap_or(Value::Null);
                    found.extend(differences(is, &content, &place));
                }
                found
            }
        };
        let what = match wanted {
            ArtifactExpect::None(_) => format!("no artifact {name}"),
            ArtifactExpect::Some(wanted) => {
                let version = wanted.version.map(|version| format!(" version {version}")).unwrap_or_default();
                format!("artifact {name}{version} {}", wanted.is.as_ref().map(shown).unwrap_or_default())
            }
        };
        Ok((what.trim_end().to_owned(), found))
    }

    fn notices(&self, wanted: &[Notice], unwanted: &[Notice], lines: &mut Vec<Line>) {
        for notice in wanted {
            let got = self.sent(notice);
            let enough = notice.times.map_or(got > 0, |times| times == got);
            let expected = notice.times.map_or_else(|| "at least once".to_owned(), |times| format!("{times} times"));
            let found = (!enough).then(|| {
                let sent = self.sent_keys();
                Difference::new(
                    format!("notices.{}", notice.text),
                    expected,
                    format!("{got} times; sent so far: {}", words(&sent)),
                )
            });
            lines.push((format!("notice {}", notice.text), found.into_iter().collect()));
        }
        for notice in unwanted {
            let got = self.sent(notice);
            let found = (got > 0)
                .then(|| Difference::new(format!("no_notices.{}", notice.text), "never", format!("{got} times")));
            lines.push((format!("no notice {}", notice.text), found.into_iter().collect()));
        }
    }

    /// How often a message was sent.
    fn sent(&self, notice: &Notice) -> usize {
        let fits = |wanted: Option<&Vec<String>>, got: &[String]| {
            wanted.is_none_or(|wanted| same_set(wanted, got, "").is_none())
        };
        self.stage
            .chronicle
            .of(self.instance)
            .flat_map(|line| &line.effects)
            .filter(|effect| {
                matches!(effect, Effect::Notify { roles, persons, key, .. }
                    if key.strip_prefix("notice.").unwrap_or(key) == notice.text
                        && fits(notice.roles.as_ref(), roles) && fits(notice.persons.as_ref(), persons))
            })
            .count()
    }

    fn sent_keys(&self) -> Vec<String> {
        self.stage
            .chronicle
            .of(self.instance)
            .flat_map(|line| &line.effects)
            .filter_map(|effect| match effect {
                Effect::Notify { key, roles, .. } => Some(format!("{key} to {}", roles.join("+"))),
                _ => None,
            })
            .collect()
    }

    async fn children(&self, wanted: &BTreeMap<String, ChildExpect>) -> Result<Line, StageError> {
        let mut got = BTreeMap::new();
        for children in self.snapshot.children.values() {
            for (key, child) in &children.entries {
                got.insert(key.clone(), child.instance.clone());
            }
        }
        let keys = |keys: Vec<&String>| keys.into_iter().cloned().collect::<Vec<String>>();
        let (expected, there) = (keys(wanted.keys().collect()), keys(got.keys().collect()));
        let mut found: Vec<Difference> = same_set(&expected, &there, "children").into_iter().collect();
        for (key, child) in wanted {
            let Some(instance) = got.get(key) else { continue };
            let Some(snapshot) = snapshot(self.stage, instance).await? else {
                found.push(Difference::new(format!("children.{key}"), "begun", "not begun"));
                continue;
            };
            if let Some(states) = &child.states {
                found.extend(same_set(states, &snapshot.chart.active, &format!("children.{key}.states")));
            }
            let got = snapshot.lifecycle.word();
            if let Some(wanted) = child.lifecycle.as_deref().filter(|wanted| *wanted != got) {
                found.push(Difference::new(format!("children.{key}.lifecycle"), wanted, got));
            }
        }
        Ok((format!("children {}", words(&expected)), found))
    }

    async fn projection(&self, wanted: &ProjectionExpect) -> Result<Line, StageError> {
        let who = wanted.person.as_ref().or(wanted.audience.as_ref()).cloned().unwrap_or_default();
        let what = format!("projection of {} for {who}", wanted.step);
        let place = format!("projections.{}", wanted.step);
        let got = self.look(wanted).await;
        let found = match (got, &wanted.refused, &wanted.is) {
            (Ok(data), None, Some(is)) => differences(is, &data, &place),
            (Ok(data), Some(word), _) => vec![Difference::new(place, format!("refused {word}"), shown(&data))],
            (Err(StageError::Engine(error)), Some(word), _) => match error.rejection() {
                Some(rejection) if rejection.word == *word => Vec::new(),
                _ => vec![Difference::new(place, format!("refused {word}"), error.to_string())],
            },
            (Err(error), _, _) => vec![Difference::new(place, "something to see", error.to_string())],
            (Ok(_), None, None) => Vec::new(),
        };
        Ok((what, found))
    }

    async fn look(&self, wanted: &ProjectionExpect) -> Result<Value, StageError> {
        let engine = self.stage.engine();
        let actor = wanted.person.as_ref().map(|person| self.stage.actor(person)).transpose()?;
        let reader = match (&wanted.audience, &actor, &wanted.of) {
            (Some(audience), _, _) => Reader::Audience(audience),
            (None, Some(by), Some(of)) => Reader::Part { of, by },
            (None, Some(actor), None) => Reader::Person(actor),
            (None, None, _) => Reader::Audience(""),
        };
        Ok(engine.projection(self.instance, &wanted.step, reader).await?.data)
    }

    async fn view(&self, wanted: &ViewExpect) -> Result<Line, StageError> {
        let actor = self.stage.actor(&wanted.person)?;
        let seen = self.stage.engine().view(self.instance, &actor).await?;
        let found = match (seen.map(Value::Object), &wanted.is, &wanted.refused) {
            (Some(seen), Some(is), _) => differences(is, &seen, "view"),
            (Some(seen), None, Some(word)) => vec![Difference::new("view", format!("refused {word}"), shown(&seen))],
            (None, _, Some(word)) if word == "NOT_ALLOWED" => Vec::new(),
            (None, _, _) => vec![Difference::new("view", "something to see", "no view for this person")],
            (Some(_), None, None) => Vec::new(),
        };
        Ok((format!("view of {}", wanted.person), found))
    }

    async fn stored(&self, step: &str, wanted: StoredExpect) -> Result<Line, StageError> {
        let reader = self.stage.engine().store().read();
        let (mut kept, mut with_content) = (0, 0);
        if let Some(instance) = reader.instance(Scope::All, self.instance).await? {
            for run in
                reader.step_runs(instance.pk).await?.iter().filter(|run| run.step.split('#').next() == Some(step))
            {
                let rows = reader.contributions(run).await?;
                kept += rows.len();
                with_content += rows.iter().filter(|row| row.payload.is_some()).count();
            }
        }
        let mut found = Vec::new();
        for (name, wanted, got) in [("kept", wanted.kept, kept), ("with_content", wanted.with_content, with_content)] {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != got) {
                found.push(Difference::new(format!("stored.{step}.{name}"), wanted.to_string(), got.to_string()));
            }
        }
        Ok((format!("stored contributions of {step}"), found))
    }

    fn journal(&self, wanted: &[Map<String, Value>]) -> Line {
        let got: Vec<Value> = self
            .stage
            .chronicle
            .of(self.instance)
            .filter_map(|line| line.outcome.as_ref().ok())
            .flat_map(|outcome| &outcome.trace)
            .map(|happening| json!(happening))
            .collect();
        let mut rest = got.iter();
        let missing = wanted.iter().find(|wanted| {
            let wanted = Value::Object((*wanted).clone());
            !rest.any(|got| differences(&wanted, got, "").is_empty())
        });
        let found = missing.map(|missing| {
            Difference::new(
                "journal",
                shown(&Value::Object(missing.clone())),
                format!("not there after what comes before it ({} happenings)", got.len()),
            )
        });
        (format!("journal {} happenings in order", wanted.len()), found.into_iter().collect())
    }
}

//! Publishing workflows and starting instances of them.

use std::collections::BTreeMap;

use draaiboek_store::{CommitError, InstanceRow, content_hash, genesis_hash};
use draaiboek_workflow::decide::{Actor, Command, Object, Origin, Parent};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::ir::Workflow;
use serde_json::Value;

use crate::consult::Consulted;
use crate::engine::{Engine, Reply, repeat};
use crate::error::EngineError;
use crate::live::Live;

/// What is needed to start an instance.
#[derive(Debug, Clone, Default)]
pub struct StartRequest {
    /// Id of the instance; one is made when there is none.
    pub id: Option<String>,
    /// School.
    pub school: String,
    /// Workflow id.
    pub workflow: String,
    /// Version requirement, such as `^1`; the newest when there is none.
    pub version: Option<String>,
    /// Configuration.
    pub config: Object,
    /// Place in a parent.
    pub parent: Option<Parent>,
}

impl Engine {
    /// Publishes a workflow: from now on new instances may run this version. Running ones keep theirs.
    ///
    /// # Errors
    /// The database.
    pub async fn publish(&self, workflow: &Workflow, source: &str) -> Result<(), EngineError> {
        self.catalog.publish(&self.store, workflow, source, self.clock.now()).await.map(drop)
    }

    /// Starts an instance.
    ///
    /// # Errors
    /// Unknown workflow, version or school; a configuration that does not fit; an id that is taken.
    pub async fn start(&self, request: StartRequest, actor: &Actor, key: Option<&str>) -> Result<Reply, EngineError> {
        self.meter.command("start", self.begin(request, actor, key)).await
    }

    async fn begin(&self, request: StartRequest, actor: &Actor, key: Option<&str>) -> Result<Reply, EngineError> {
        if let Some(first) = self.first_answer(key).await? {
            return Ok(first);
        }
        let id = match &request.id {
            Some(id) => valid_id(id)?.to_owned(),
            None => format!("{}-{}", request.workflow, &uuid::Uuid::now_v7().simple().to_string()[20..]),
        };
        let _place = match actor.is_system() {
            true => None,
            false => Some(
                self.crowd.enter(&request.school.as_str().into()).map_err(|waiting| EngineError::Busy { waiting })?,
            ),
        };
        let slot = self.slot(&id);
        let mut guard = slot.lock().await;
        if guard.is_some() || self.store.read().instance(draaiboek_store::Scope::All, &id).await?.is_some() {
            return Err(EngineError::Invalid(format!("there is a cycle `{id}` already; choose another id")));
        }
        let mut live = self.blank(&id, request).await?;
        let command = Command::Start { origin: Box::new(live.origin.clone()) };
        match self.settle(&mut live, actor, &command, Consulted::default(), key).await {
            Ok(reply) => {
                *guard = Some(live);
                Ok(reply)
            }
            // Asked for at two nodes at once: the first answer counts.
            Err(EngineError::Commit(CommitError::Repeat(first))) => repeat(key.unwrap_or_default(), &first),
            Err(error) => Err(error),
        }
    }

    /// An instance before its first command.
    async fn blank(&self, id: &str, request: StartRequest) -> Result<Live, EngineError> {
        let now = self.clock.now();
        let reader = self.store.read();
        let school = self.school(&request.school).await?;
        let hash = self.newest(&request.workflow, request.version.as_deref()).await?;
        let definition = self.catalog.definition(reader, &hash).await?;
        let config = complete_config(&definition, request.config)?;
        let plugins = self.pins(&definition)?;
        let (calendar, calendar_hash) = self.catalog.calendar_of(&self.store, &school, now).await?;
        let origin = Origin {
            instance: id.to_owned(),
            school: request.school.clone(),
            workflow: definition.ir.id.clone(),
            version: definition.ir.version.clone(),
            definition: definition.hash.clone(),
            config,
            parent: request.parent,
            plugins,
        };
        let row = InstanceRow {
            pk: self.store.ids().instance(),
            id: id.to_owned(),
            school: request.school,
            title: definition.ir.text(&school.locale, "title").to_owned(),
            workflow: definition.ir.id.clone(),
            version: definition.ir.version.clone(),
            definition_hash: hash,
            calendar_hash: Some(calendar_hash),
            parent_id: origin.parent.as_ref().map(|parent| parent.instance.clone()),
            parent_key: origin.parent.as_ref().map(|parent| format!("{}:{}", parent.state, parent.key)),
            lifecycle: "active".into(),
            status: "[]".into(),
            origin: serde_json::to_string(&origin).map_err(|error| EngineError::Invalid(error.to_string()))?,
            snapshot: String::new(),
            snapshot_hash: content_hash(""),
            revision: 0,
            journal_head: None,
            journal_head_hash: genesis_hash(id),
            created_at: now.as_microsecond(),
            updated_at: now.as_microsecond(),
            finished_at: None,
        };
        Ok(Live {
            origin,
            definition,
            calendar,
            row: row.into(),
            snapshot: None,
            pools: BTreeMap::new(),
            tasks: BTreeMap::new(),
            timers: BTreeMap::new(),
            incidents: BTreeMap::new(),
            sight: std::sync::OnceLock::new(),
        })
    }

    /// Hash of the newest published version that fits the requirement.
    pub(crate) async fn newest(&self, workflow: &str, requirement: Option<&str>) -> Result<Vec<u8>, EngineError> {
        let wanted = requirement
            .map(|text| {
                semver::VersionReq::parse(text)
                    .map_err(|error| EngineError::Invalid(format!("version `{text}` of `{workflow}`: {error}")))
            })
            .transpose()?;
        let published = self.store.read().definitions().await?;
        let mut fitting: Vec<_> = published
            .iter()
            .filter(|definition| definition.id == workflow)
            .filter_map(|definition| Some((semver::Version::parse(&definition.version).ok()?, definition)))
            .filter(|(version, _)| wanted.as_ref().is_none_or(|wanted| wanted.matches(version)))
            .collect();
        // Of two publications of one version the later one counts.
        fitting.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.created_at.cmp(&y.created_at)));
        match fitting.last() {
            Some((_, definition)) => Ok(definition.hash.clone()),
            None => {
                let mut names: Vec<String> = published.iter().map(|d| format!("{}@{}", d.id, d.version)).collect();
                names.sort();
                names.dedup();
                Err(EngineError::not_found("workflow", workflow, format!("published: {}", names.join(", "))))
            }
        }
    }

    /// The plugin each step kind is pinned to.
    pub(crate) fn pins(&self, definition: &Definition) -> Result<BTreeMap<String, String>, EngineError> {
        let mut pins = BTreeMap::new();
        for def in definition.steps.values() {
            let kind = &def.step.kind;
            let plugin = self.library.kind(kind).ok_or_else(|| {
                EngineError::not_found("plugin for step kind", kind, "`draaiboek plugin list` shows the installed ones")
            })?;
            pins.insert(kind.clone(), plugin.sha256().to_owned());
        }
        Ok(pins)
    }
}

/// An id people can type: letters, digits, `-`, `_`, `.`, and `/` and `:` between a parent and its child.
fn valid_id(id: &str) -> Result<&str, EngineError> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if id.is_empty() || id.len() > 200 || !id.chars().all(fine) {
        return Err(EngineError::Invalid(format!("`{id}` is no id: use at most 200 letters, digits, `-`, `_`, `.`")));
    }
    Ok(id)
}

/// The configuration with defaults filled in, checked against the workflow's schema.
fn complete_config(definition: &Definition, mut config: Object) -> Result<Object, EngineError> {
    let schema = &definition.ir.config;
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            if let (false, Some(default)) = (config.contains_key(name), property.get("default")) {
                config.insert(name.clone(), default.clone());
            }
        }
    }
    let validator = jsonschema::validator_for(schema)
        .map_err(|error| EngineError::Invalid(format!("the config schema of `{}`: {error}", definition.ir.id)))?;
    let value = Value::Object(config);
    let problems: Vec<String> = validator
        .iter_errors(&value)
        .take(10)
        .map(|error| format!("config{}: {error}", error.instance_path()))
        .collect();
    match (problems.is_empty(), value) {
        (true, Value::Object(config)) => Ok(config),
        _ => Err(EngineError::Invalid(format!(
            "the configuration does not fit `{}`: {}",
            definition.ir.id,
            problems.join("; ")
        ))),
    }
}

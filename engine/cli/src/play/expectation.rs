//! What a scenario expects to be true: answers, states, artifacts, timers, messages, children, what people see.
//!
//! Plain data, like `scenario`.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::place::Moment;

/// What must be true.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Instance that is looked at.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// What the sender is told.
    pub answer: Option<Answered>,
    /// That it is refused.
    pub refused: Option<Refused>,
    /// Active states without children, in any order.
    pub states: Option<Vec<String>>,
    /// active, paused, cancelled, blocked or ended.
    pub lifecycle: Option<String>,
    /// All open steps, in any order.
    pub open: Option<Vec<String>>,
    /// Person -> all steps that wait for that person.
    #[serde(default)]
    pub tasks: BTreeMap<String, Vec<String>>,
    /// Step -> status, ready, problems, due, result.
    #[serde(default)]
    pub steps: BTreeMap<String, Map<String, Value>>,
    /// Artifact -> version and content, or `none`.
    #[serde(default)]
    pub artifacts: BTreeMap<String, ArtifactExpect>,
    /// The workflow's data.
    pub data: Option<Map<String, Value>>,
    /// Timer -> local moment, or `none`.
    #[serde(default)]
    pub timers: BTreeMap<String, MomentOrNone>,
    /// Messages sent so far.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// Messages that must not have been sent so far.
    #[serde(default)]
    pub no_notices: Vec<Notice>,
    /// Key -> child; exactly these.
    pub children: Option<BTreeMap<String, ChildExpect>>,
    /// What somebody sees of a step.
    #[serde(default)]
    pub projections: Vec<ProjectionExpect>,
    /// What somebody sees of the instance.
    #[serde(default)]
    pub view: Vec<ViewExpect>,
    /// Step -> number of contributions kept and still with content.
    #[serde(default)]
    pub stored: BTreeMap<String, StoredExpect>,
    /// Happenings in the journal, in this order.
    #[serde(default)]
    pub journal: Vec<Map<String, Value>>,
    /// Open incidents.
    pub incidents: Option<Vec<Map<String, Value>>>,
}

/// What the sender is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// Done.
    Accepted,
    /// The same again: nothing changed.
    Duplicate,
    /// Older than what is there: nothing changed.
    StaleRevision,
    /// Kept apart, not counted.
    Late,
}

impl Answered {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::StaleRevision => "stale_revision",
            Self::Late => "late",
        }
    }
}

/// A refusal: its word alone, or word and reasons.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Refused {
    /// The word.
    Word(String),
    /// Word and all reasons in order.
    Full(RefusedFull),
}

/// A refusal with its reasons.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedFull {
    /// Error word.
    pub word: String,
    /// All reasons in order; without it they are not looked at.
    pub reasons: Option<Vec<String>>,
}

impl Refused {
    /// The word.
    pub fn word(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Full(full) => &full.word,
        }
    }

    /// The reasons, when they are to be compared.
    pub fn reasons(&self) -> Option<&[String]> {
        match self {
            Self::Word(_) => None,
            Self::Full(full) => full.reasons.as_deref(),
        }
    }
}

/// An artifact, or `none`.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum ArtifactExpect {
    /// There must not be one.
    None(NoneWord),
    /// Its newest version and content.
    Some(ArtifactIs),
}

/// The newest version of an artifact.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArtifactIs {
    /// Number of the newest version.
    pub version: Option<u32>,
    /// Its content.
    pub is: Option<Value>,
}

/// The word `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoneWord {
    /// Nothing there.
    None,
}

/// A local moment, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentOrNone {
    /// Nothing there.
    None,
    /// Then.
    At(Moment),
}

impl<'de> Deserialize<'de> for MomentOrNone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "none" {
            return Ok(Self::None);
        }
        text.parse().map(Self::At).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for MomentOrNone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MomentOrNone".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"const": "none"}, generator.subschema_for::<Moment>()]})
    }
}

impl fmt::Display for MomentOrNone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::At(moment) => moment.fmt(f),
        }
    }
}

/// A message to people.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Key below `notice` in the workflow's texts.
    pub text: String,
    /// Roles it goes to, in any order.
    pub roles: Option<Vec<String>>,
    /// Persons it goes to, in any order.
    pub persons: Option<Vec<String>>,
    /// How often; default: at least once.
    pub times: Option<usize>,
}

/// A child instance.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildExpect {
    /// Active states without children, in any order.
    pub states: Option<Vec<String>>,
    /// Lifecycle.
    pub lifecycle: Option<String>,
}

/// What somebody sees of a step.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectionExpect {
    /// Step id.
    pub step: String,
    /// Person who looks.
    #[serde(rename = "as")]
    pub person: Option<String>,
    /// Audience, instead of a person.
    pub audience: Option<String>,
    /// Person whose own part is looked at.
    pub of: Option<String>,
    /// What is seen.
    pub is: Option<Value>,
    /// That looking is refused, with this word.
    pub refused: Option<String>,
}

/// What somebody sees of an instance.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewExpect {
    /// Person who looks.
    #[serde(rename = "as")]
    pub person: String,
    /// What is seen.
    pub is: Option<Value>,
    /// That looking is refused, with this word.
    pub refused: Option<String>,
}

/// Contributions of a step as they are stored.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredExpect {
    /// How many are there.
    pub kept: Option<usize>,
    /// How many of them still have content.
    pub with_content: Option<usize>,
}

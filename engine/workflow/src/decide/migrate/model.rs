//! What a migration is asked to do, and what stays of it in the snapshot. Plain values only; nothing here computes more
//! than names.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::model::{Object, Origin};

/// The version to go by, as the runtime found it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Target {
    /// Hash of the definition it goes by now; another one means that somebody else was first.
    pub from: String,
    /// Hash of the definition to go by.
    pub definition: String,
    /// Its version.
    pub version: String,
    /// Step kind -> component hash that steps opened from now on are pinned to.
    pub plugins: BTreeMap<String, String>,
}

/// What has another name in the new version. What is not in it keeps its name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// State -> the state or states that take its place.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, Vec<String>>,
    /// Step -> its name from now on; `None`: when it is open it ends with the migration.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<String, Option<String>>,
    /// Data of the workflow.
    #[serde(skip_serializing_if = "Renames::is_empty")]
    pub data: Renames,
    /// Settings given at the start.
    #[serde(skip_serializing_if = "Renames::is_empty")]
    pub config: Renames,
}

/// Other names, and values for what is new.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Renames {
    /// Name before -> name from now on.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
    /// Value of what is not there yet.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub default: BTreeMap<String, Value>,
}

impl Renames {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.rename.is_empty() && self.default.is_empty()
    }
}

impl Mapping {
    /// Whether the map lets a step end.
    pub fn ends(&self, step: &str) -> bool {
        matches!(self.steps.get(step), Some(None))
    }
}

/// What stays of earlier versions in an instance that was migrated.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Migrated {
    /// Steps that go by the form of an earlier version: until they close, or for good where the new version has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, Kept>,
    /// Step -> names it had before, under which the journal knows it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<String, BTreeSet<String>>,
    /// Name of a state by which children know it -> its name now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, String>,
    /// The way back, until something else happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Before>>,
    /// What closed the way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
}

/// A step in the form of an earlier version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Hash of the definition it was opened with.
    pub definition: String,
    /// Its id there.
    pub step: String,
    /// State it belongs to now.
    pub state: String,
    /// Step that owns its pool now.
    pub pool: String,
    /// Component hash of its plugin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
}

/// What a migration changed, as it was before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// What the instance was.
    pub origin: Origin,
    /// Parts of the snapshot that are otherwise now; of maps only the entries that are, null for those that are new.
    pub sections: Object,
    /// What stayed of still earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrated: Option<Box<Migrated>>,
}

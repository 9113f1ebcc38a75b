//! The school that a rehearsal is for: its people, its teams, its calendar; and the short names by which a rehearsal
//! file asks for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::calendar::Calendar;

/// A school.
#[derive(Debug, Clone)]
pub struct School {
    /// Id.
    pub id: String,
    /// Its calendar.
    pub calendar: Calendar,
    /// People by id.
    pub people: BTreeMap<String, Person>,
    /// Teams by id.
    pub teams: BTreeMap<String, Team>,
    /// The most minutes that the school asks of a person in a week, when it has agreed on that.
    pub minutes_per_week: Option<u32>,
}

/// A person of the school.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Display name.
    pub name: String,
    /// Roles at school.
    pub roles: Vec<String>,
    /// Further attributes, such as `row`.
    pub attributes: BTreeMap<String, Value>,
}

/// A team.
#[derive(Debug, Clone, Default)]
pub struct Team {
    /// Name for people.
    pub title: String,
    /// Such as `row` or `theme`.
    pub kind: String,
    /// Theme of a theme team.
    pub theme: Option<String>,
    /// Members.
    pub members: Vec<String>,
    /// Coach.
    pub coach: Option<String>,
}

/// The short names, for messages.
pub const TOKENS: &str = "@people, @people:ROLE, @teams, @teams:KIND, @team:ID, @team_ids, @team_ids:KIND, @coaches, @by_team:VALUE, @attributes:NAME";

impl School {
    /// Whether somebody holds a role of the school.
    pub fn has_role(&self, role: &str) -> bool {
        self.people.values().any(|person| person.roles.iter().any(|held| held == role))
    }

    /// Ids of the people with a role, or of all.
    pub fn ids(&self, role: Option<&str>) -> Vec<String> {
        let held = |person: &Person| role.is_none_or(|role| person.roles.iter().any(|held| held == role));
        self.people.iter().filter(|(_, person)| held(person)).map(|(id, _)| id.clone()).collect()
    }

    /// Teams of a kind, or all, as the workflows know them.
    pub fn team_values(&self, kind: Option<&str>) -> Value {
        let fitting = self.teams.iter().filter(|(_, team)| kind.is_none_or(|kind| team.kind == kind));
        fitting.map(|(id, team)| team_value(id, team)).collect()
    }

    /// Ids of the teams of a kind, or of all.
    pub fn team_ids(&self, kind: Option<&str>) -> Vec<String> {
        self.teams
            .iter()
            .filter(|(_, team)| kind.is_none_or(|kind| team.kind == kind))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Team -> coach.
    pub fn coaches(&self) -> Value {
        let coached = self.teams.iter().filter_map(|(id, team)| Some((id.clone(), json!(team.coach.as_ref()?))));
        Value::Object(coached.collect())
    }

    /// What a text such as `@teams:row` stands for; a text that does not begin with `@` stands for itself.
    ///
    /// # Errors
    /// There is no such name.
    pub fn meaning(&self, text: &str) -> Result<Value, String> {
        let Some(name) = text.strip_prefix('@') else { return Ok(json!(text)) };
        let (name, of) = name.split_once(':').map_or((name, None), |(name, of)| (name, Some(of)));
        Ok(match (name, of) {
            ("people", role) => json!(self.ids(role)),
            ("teams", kind) => self.team_values(kind),
            ("team_ids", kind) => json!(self.team_ids(kind)),
            ("coaches", None) => self.coaches(),
            ("team", Some(id)) => match self.teams.get(id) {
                Some(team) => team_value(id, team),
                None => {
                    let known = self.team_ids(None).join(", ");
                    return Err(format!("school `{}` has no team `{id}`; it has {known}", self.id));
                }
            },
            ("by_team", Some(value)) => Value::Object(self.teams.keys().map(|id| (id.clone(), json!(value))).collect()),
            ("attributes", Some(attribute)) => Value::Object(
                self.people
                    .iter()
                    .filter_map(|(id, person)| {
                        let value = person.attributes.get(attribute)?;
                        Some((id.clone(), Value::Object(Map::from_iter([(attribute.to_owned(), value.clone())]))))
                    })
                    .collect(),
            ),
            _ => return Err(format!("`{text}` stands for nothing; a rehearsal knows {TOKENS}")),
        })
    }

    /// A value with everything in it that begins with `@` replaced.
    ///
    /// # Errors
    /// The name that stands for nothing.
    pub fn filled(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => self.meaning(text)?,
            Value::Array(items) => Value::Array(items.iter().map(|item| self.filled(item)).collect::<Result<_, _>>()?),
            Value::Object(fields) => {
                Value::Object(fields.iter().map(|(key, item)| Ok((key.clone(), self.filled(item)?))).collect::<Result<
                    _,
                    String,
                >>(
                )?)
            }
            other => other.clone(),
        })
    }
}

fn team_value(id: &str, team: &Team) -> Value {
    json!({
        "id": id,
        "label": team.title,
        "kind": team.kind,
        "theme": team.theme,
        "members": team.members,
        "coach": team.coach,
    })
}

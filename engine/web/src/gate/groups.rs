//! The groups one can enter for in a step, and whose they are. Only ids, names and members leave this file.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cycle::Cycle;
use super::step::OpenStep;

/// A group of people in a cycle: a mixed group of a study day, a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// Id.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// Persons in it.
    pub members: Vec<String>,
}

impl Cycle {
    /// The groups of this cycle that are meant in a step: those its settings name, else those of the steps that the
    /// workflow counts together with it, else all that were made here, else the team it is for, else the school's teams.
    pub(crate) async fn groups(&self, step: &OpenStep) -> Vec<Group> {
        let made = self.made(&step.id).await;
        let named = step.config.get("groups").and_then(Value::as_array).cloned().unwrap_or_default();
        if !named.is_empty() {
            let ids = named.iter().filter_map(|group| group.as_str().or_else(|| group.get("id")?.as_str()));
            return ids.map(|id| self.group(id, &made)).collect();
        }
        if !made.is_empty() {
            return made;
        }
        let own = self.parent().1.filter(|key| self.place.school.teams.contains_key(*key));
        match own {
            Some(team) => vec![self.group(team, &[])],
            None => self.place.school.teams.keys().map(|id| self.group(id, &[])).collect(),
        }
    }

    /// Groups that steps of this cycle made.
    async fn made(&self, step: &str) -> Vec<Group> {
        let mut found: Vec<Group> = Vec::new();
        for other in self.counted_with(step) {
            let result = self.app.engine.result(self.id(), &other).await.unwrap_or_default();
            add(&mut found, groups_in(&result));
        }
        if found.is_empty() {
            for result in self.snapshot.steps.values().filter_map(|state| state.result.as_ref()) {
                add(&mut found, groups_in(result));
            }
        }
        for group in &mut found {
            if group.label.is_empty() {
                group.label = self.place.team(&group.id).to_owned();
            }
        }
        found
    }

    /// Opened steps that the workflow names in one requirement with this one.
    fn counted_with(&self, step: &str) -> BTreeSet<String> {
        let states = self.definition.ir.all_states();
        let rules = states.iter().flat_map(|state| &state.on).flat_map(|transition| &transition.require);
        let texts = rules.map(|rule| {
            let each = rule.each.as_ref().map_or("", |each| each.list.as_str());
            format!("{each} {} {}", rule.when.as_deref().unwrap_or_default(), rule.that)
        });
        let own = format!("steps.{step}.");
        let together: Vec<String> = texts.filter(|text| text.contains(&own)).collect();
        let named = |id: &&String| together.iter().any(|text| text.contains(&format!("steps.{id}.")));
        self.snapshot.steps.keys().filter(|id| *id != step).filter(named).cloned().collect()
    }

    fn group(&self, id: &str, made: &[Group]) -> Group {
        let team = || self.place.school.teams.get(id).map(|team| team.members.clone());
        made.iter().find(|group| group.id == id).cloned().unwrap_or_else(|| Group {
            id: id.to_owned(),
            label: self.place.team(id).to_owned(),
            members: team().unwrap_or_default(),
        })
    }
}

fn add(found: &mut Vec<Group>, more: Vec<Group>) {
    found.extend(more.into_iter().filter(|group| !group.members.is_empty()));
}

/// The groups with members in a result.
fn groups_in(result: &Value) -> Vec<Group> {
    let all = result.get("groups").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|group| {
        let members = group.get("members")?.as_array()?;
        Some(Group {
            id: group.get("id")?.as_str()?.to_owned(),
            label: group.get("label").and_then(Value::as_str).unwrap_or_default().to_owned(),
            members: members.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    })
    .collect()
}

/// The group that somebody is in, when it is one only.
pub(crate) fn group_of<'g>(groups: &'g [Group], person: &str) -> Option<&'g Group> {
    let mut own = groups.iter().filter(|group| group.members.iter().any(|member| member == person));
    own.next().filter(|_| own.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_person_in_one_group_need_not_say_which() {
        let result = json!({"groups": [
            {"id": "G1", "label": null, "members": ["a", "b"]}, {"id": "G2", "label": "Twee", "members": ["c", "b"]}, {"id": "x"},
        ]});
        let groups = groups_in(&result);
        assert_eq!(groups.len(), 2);
        for (person, expected) in [("a", Some("G1")), ("c", Some("G2")), ("b", None), ("z", None)] {
            assert_eq!(group_of(&groups, person).map(|group| group.id.as_str()), expected, "{person}");
        }
    }
}

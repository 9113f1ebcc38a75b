//! Messages that cycles have for people: who may read which, newest first. A message is delivered by being there to read.

use std::collections::BTreeMap;

use draaiboek_store::{InstanceRow, OutboxRow, Scope};
use draaiboek_workflow::decide::{Actor, Effect};
use serde::Serialize;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::decode;

/// Newest messages that are looked through.
const LOOKED_AT: u64 = 2_000;

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    /// The cycle it comes from.
    pub instance: String,
    /// Its title.
    pub title: String,
    /// Text key, such as `remind`.
    pub key: String,
    /// Text per locale; people are named by `@id`.
    pub text: BTreeMap<String, String>,
    /// From when it may be read, in microseconds since 1970.
    pub at: i64,
}

impl Engine {
    /// The newest messages for a person, or of all of a school; those that wait for the hours for messages are left out.
    ///
    /// # Errors
    /// The database.
    pub async fn notices(&self, school: &str, reader: Option<&Actor>, most: usize) -> Result<Vec<Notice>, EngineError> {
        let now = self.clock.now().as_microsecond();
        let rows = self.store.read().newest_notices(Scope::School(school), LOOKED_AT).await?;
        let mut known: BTreeMap<i64, Option<(InstanceRow, Vec<String>)>> = BTreeMap::new();
        let mut found = Vec::new();
        for row in rows.iter().filter(|row| row.not_before <= now) {
            let Some(pk) = row.instance_pk else { continue };
            if let std::collections::btree_map::Entry::Vacant(entry) = known.entry(pk) {
                entry.insert(self.place_of(pk, reader).await?);
            }
            let Some(Some((instance, roles))) = known.get(&pk) else { continue };
            found.extend(notice(row, instance, roles, reader)?);
            if found.len() >= most {
                break;
            }
        }
        found.sort_by_key(|notice: &Notice| std::cmp::Reverse(notice.at));
        Ok(found)
    }

    /// The cycle of a message with the roles that the reader holds there.
    async fn place_of(
        &self,
        pk: i64,
        reader: Option<&Actor>,
    ) -> Result<Option<(InstanceRow, Vec<String>)>, EngineError> {
        let Some(row) = self.store.read().instance_by_pk(pk).await? else { return Ok(None) };
        let roles = match reader {
            Some(reader) => self.roles(&row.id, reader).await?,
            None => Vec::new(),
        };
        Ok(Some((row, roles)))
    }
}

fn notice(
    row: &OutboxRow,
    instance: &InstanceRow,
    held: &[String],
    reader: Option<&Actor>,
) -> Result<Option<Notice>, EngineError> {
    let Effect::Notify { roles, persons, text, key, .. } = decode("message", &row.key, &row.payload)? else {
        return Ok(None);
    };
    let named = |person: &String| persons.contains(person);
    let mine = reader
        .is_none_or(|reader| reader.person.as_ref().is_some_and(named) || roles.iter().any(|role| held.contains(role)));
    Ok(mine.then(|| Notice {
        instance: instance.id.clone(),
        title: instance.title.clone(),
        key,
        text,
        at: row.not_before,
    }))
}

//! Definitions, calendars and schools in memory, by hash or id: immutable things are decoded once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use draaiboek_store::{CalendarRow, DefinitionRow, Reader, SchoolRow, Store, content_hash};
use draaiboek_workflow::calendar::Calendar;
use draaiboek_workflow::decide::{Migrated, form_of};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::ir::{IR_VERSION, Workflow};
use jiff::Timestamp;

use crate::error::EngineError;
use crate::live::decode;
use crate::school::School;

/// Decoded immutable things.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    definitions: Mutex<HashMap<Vec<u8>, Arc<Definition>>>,
    calendars: Mutex<HashMap<Vec<u8>, Arc<Calendar>>>,
    /// Hash of the stored calendar by the calendar part of a school, as JSON.
    stored: Mutex<HashMap<String, Vec<u8>>>,
}

impl Catalog {
    /// The definition of this hash, as it was published.
    pub async fn definition(&self, reader: &Reader, hash: &[u8]) -> Result<Arc<Definition>, EngineError> {
        if let Some(known) = lock(&self.definitions).get(hash) {
            return Ok(Arc::clone(known));
        }
        let row = reader.definition(hash).await?.ok_or_else(|| {
            EngineError::not_found("definition", &hex(hash), "the database is damaged; restore a backup")
        })?;
        let workflow: Workflow = decode("definition", &row.id, &row.content)?;
        let definition = Arc::new(Definition::load(workflow).map_err(EngineError::Definition)?);
        lock(&self.definitions).insert(hash.to_vec(), Arc::clone(&definition));
        Ok(definition)
    }

    /// The definition of this hash for an instance that keeps forms of earlier ones.
    pub async fn form(
        &self,
        reader: &Reader,
        hash: &[u8],
        migrated: Option<&Migrated>,
    ) -> Result<Arc<Definition>, EngineError> {
        let base = self.definition(reader, hash).await?;
        let Some(migrated) = migrated.filter(|migrated| !migrated.kept.is_empty()) else {
            return Ok(base);
        };
        let kept = serde_json::to_string(&migrated.kept).map_err(|error| EngineError::Invalid(error.to_string()))?;
        let key = content_hash(&format!("{}\n{kept}", hex(hash)));
        if let Some(known) = lock(&self.definitions).get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut earlier = HashMap::new();
        for kept in migrated.kept.values() {
            earlier.insert(kept.definition.clone(), self.definition(reader, &bytes(&kept.definition)).await?);
        }
        let base = Definition::load(base.ir.clone()).map_err(EngineError::Definition)?;
        let form = form_of(base, migrated, |step, kept| {
            earlier.get(&kept.definition)?.form(&kept.step, step, &kept.state, &kept.pool)
        });
        let form = Arc::new(form);
        lock(&self.definitions).insert(key, Arc::clone(&form));
        Ok(form)
    }

    /// The calendar of this hash.
    pub async fn calendar(&self, reader: &Reader, hash: Option<&[u8]>) -> Result<Arc<Calendar>, EngineError> {
        let hash = hash.ok_or_else(|| EngineError::Invalid("the cycle has no calendar".into()))?;
        if let Some(known) = lock(&self.calendars).get(hash) {
            return Ok(Arc::clone(known));
        }
        let row = reader.calendar(hash).await?.ok_or_else(|| {
            EngineError::not_found("calendar", &hex(hash), "the database is damaged; restore a backup")
        })?;
        let calendar: Arc<Calendar> = Arc::new(decode("calendar", &hex(hash), &row.content)?);
        lock(&self.calendars).insert(hash.to_vec(), Arc::clone(&calendar));
        Ok(calendar)
    }

    /// Publishes a workflow: an immutable version under its hash.
    pub async fn publish(
        &self,
        store: &Store,
        workflow: &Workflow,
        source: &str,
        now: Timestamp,
    ) -> Result<Vec<u8>, EngineError> {
        let content = workflow.canonical();
        let hash = content_hash(&content);
        let row = DefinitionRow {
            hash: hash.clone(),
            id: workflow.id.clone(),
            version: workflow.version.clone(),
            ir_version: i64::from(IR_VERSION),
            content,
            source: source.to_owned(),
            created_at: now.as_microsecond(),
        };
        store.put_definition(&row).await?;
        Ok(hash)
    }

    /// Stores a school and its calendar; gives the calendar's hash.
    pub async fn put_school(&self, store: &Store, school: &School, now: Timestamp) -> Result<Vec<u8>, EngineError> {
        let (_, hash) = self.calendar_of(store, school, now).await?;
        let content = serde_json::to_string(school).map_err(|error| EngineError::Invalid(error.to_string()))?;
        let row = SchoolRow {
            id: school.school.clone(),
            name: school.name.clone(),
            content,
            updated_at: now.as_microsecond(),
        };
        store.put_school(&row).await?;
        Ok(hash)
    }

    /// The calendar of a school with its hash, stored when it was not yet.
    pub async fn calendar_of(
        &self,
        store: &Store,
        school: &School,
        now: Timestamp,
    ) -> Result<(Arc<Calendar>, Vec<u8>), EngineError> {
        let roles: Vec<_> = school.absences.iter().map(|a| school.people.get(&a.person).map(|p| &p.roles)).collect();
        let staff = (&school.absences, &school.duos, roles);
        let source = serde_json::to_string(&(&school.calendar, &school.timezone, &school.quiet_hours, staff));
        let source = source.map_err(|error| EngineError::Invalid(error.to_string()))?;
        let known = lock(&self.stored).get(&source).cloned();
        let hash = match known {
            Some(hash) => hash,
            None => {
                let hash = self.put_calendar(store, &school.calendar()?, now).await?;
                lock(&self.stored).insert(source, hash.clone());
                hash
            }
        };
        Ok((self.calendar(store.read(), Some(&hash)).await?, hash))
    }

    /// Stores a calendar under its hash.
    async fn put_calendar(&self, store: &Store, calendar: &Calendar, now: Timestamp) -> Result<Vec<u8>, EngineError> {
        let content = serde_json::to_string(calendar).map_err(|error| EngineError::Invalid(error.to_string()))?;
        let hash = content_hash(&content);
        let row = CalendarRow { hash: hash.clone(), content, created_at: now.as_microsecond() };
        store.put_calendar(&row).await?;
        Ok(hash)
    }

    /// The school of this id.
    pub async fn school(&self, reader: &Reader, id: &str) -> Result<School, EngineError> {
        let row = reader
            .school(id)
            .await?
            .ok_or_else(|| EngineError::not_found("school", id, "load one with `draaiboek school load FILE`"))?;
        decode("school", id, &row.content)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes of hex; none of what is no hex.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Bytes as hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

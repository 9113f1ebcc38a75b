//! What must hold after a run, whatever happened in it.
//!
//! Lives here: comparing. May not live here: running, reading the database.

use std::collections::BTreeMap;

use draaiboek_runtime::{Reply, School, verify};
use draaiboek_store::content_hash;
use serde_json::{Value, json};

use super::life::{Failure, Life};
use super::script::{Ask, MOST_DAYS_OFF, school};
use super::stored::Stored;

/// The end of a run: what each cycle came to, in words that do not depend on when things happened.
pub(crate) type End = BTreeMap<String, Value>;

/// Looks at everything; gives the end and a digest of every byte that was decided.
pub(crate) async fn look(life: &mut Life, calendars: &Calendars) -> Result<(End, String), Failure> {
    let mut broken = Vec::new();
    let report = verify(life.engine()?.store().read(), |_| ()).await?;
    if !report.is_clean() {
        broken.push(format!("verify: {report:?}"));
    }
    let stored = Stored::read(&life.path)?;
    stored.answers(&life.acknowledged, &mut broken)?;
    stored.counts(&life.acknowledged, &mut broken);
    stored.effects(&mut broken)?;
    stored.timers(&mut broken);
    stored.families(&mut broken);
    calendars.check(&stored, &life.acknowledged, &mut broken);
    life.broken.extend(broken);
    Ok((stored.end(), stored.digest()))
}

/// The hashes of the calendars that the school may get, by its number of days off.
pub(crate) struct Calendars(Vec<Vec<u8>>);

impl Calendars {
    pub(crate) fn new() -> Result<Self, Failure> {
        let hash = |days_off| Ok(content_hash(&serde_json::to_string(&School::parse(&school(days_off))?.calendar()?)?));
        (0..=MOST_DAYS_OFF).map(hash).collect::<Result<_, Failure>>().map(Self)
    }

    /// Every cycle that runs goes by the newest calendar that was acknowledged.
    fn check(&self, stored: &Stored, acknowledged: &BTreeMap<String, (Ask, Reply)>, broken: &mut Vec<String>) {
        let days = acknowledged.values().find_map(|(ask, _)| match ask {
            Ask::DaysOff(days) => Some(*days),
            _ => None,
        });
        let hash = self.0.get(days.unwrap_or(0));
        for (id, row) in stored.rows.iter().filter(|(_, row)| row.lifecycle == "active") {
            if row.calendar_hash.as_ref() != hash {
                broken.push(format!("{id} goes by an older calendar than was acknowledged"));
            }
        }
    }
}

impl Stored {
    /// The answer that was heard is the answer that is stored.
    fn answers(&self, acknowledged: &BTreeMap<String, (Ask, Reply)>, broken: &mut Vec<String>) -> Result<(), Failure> {
        for (key, (_, first)) in acknowledged.iter().filter(|(_, (ask, _))| ask.has_key()) {
            let stored: Option<Reply> = self.answers.get(key).map(|text| serde_json::from_str(text)).transpose()?;
            if stored.as_ref() != Some(first) {
                broken.push(format!("{key} was acknowledged with {first:?}, stored is {stored:?}"));
            }
        }
        Ok(())
    }

    /// How many accepted commands of a cycle are of this kind and hold these fields.
    fn accepted(&self, id: &str, kind: &str, fields: &Value) -> usize {
        let fits = |command: &&Value| {
            let same = |(name, value): (&String, &Value)| command.get(name) == Some(value);
            command.get("do").and_then(Value::as_str) == Some(kind)
                && fields.as_object().is_none_or(|fields| fields.iter().all(same))
        };
        self.accepted.get(id).map_or(0, |commands| commands.iter().filter(fits).count())
    }

    fn over(&self, id: &str) -> bool {
        self.rows.get(id).is_some_and(|row| matches!(row.lifecycle.as_str(), "ended" | "cancelled"))
    }

    /// Every acknowledged number counts once, and none that nobody sent.
    fn counts(&self, acknowledged: &BTreeMap<String, (Ask, Reply)>, broken: &mut Vec<String>) {
        for (id, row) in &self.rows {
            let sent = acknowledged.values().filter_map(|(ask, _)| match ask {
                Ask::Event { instance, event: "add", data } if instance == id => data.get("n").and_then(Value::as_i64),
                _ => None,
            });
            let (count, sum) = sent.fold((0_i64, 0), |(count, sum), n| (count + 1, sum + n));
            let data = &row.snapshot["data"];
            if data.get("count") != Some(&json!(count)) || data.get("sum") != Some(&json!(sum)) {
                broken.push(format!("{id}: {count} numbers of together {sum} were acknowledged, stored is {data}"));
            }
        }
    }

    /// Every effect was carried out, and its receiver took it once.
    fn effects(&self, broken: &mut Vec<String>) -> Result<(), Failure> {
        let mut expected: BTreeMap<(String, &str, String), usize> = BTreeMap::new();
        for effect in &self.effects {
            if effect.status != "done" {
                broken.push(format!(
                    "effect {} {} is {}: {:?}",
                    effect.key, effect.kind, effect.status, effect.last_error
                ));
            }
            let payload: Value = serde_json::from_str(&effect.payload)?;
            let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (receiver, kind, fields) = match effect.kind.as_str() {
                "start_child" => (text("/instance"), "start", json!({})),
                "cancel_child" => (text("/instance"), "cancel", json!({})),
                "child_ended" => {
                    let fields = json!({"state": text("/parent/state"), "key": text("/parent/key")});
                    (text("/parent/instance"), "child_ended", fields)
                }
                "deliver" => (text("/instance"), "send", json!({"event": text("/event"), "data": payload["data"]})),
                "notify" => continue,
                other => return Err(format!("an effect of a kind that is not looked at: {other}").into()),
            };
            // A cycle that has ended takes nothing any more, and says so.
            let refused = match kind {
                "start" => !self.rows.contains_key(&receiver),
                "cancel" => !self.rows.contains_key(&receiver) || (effect.last_error.is_some() && self.over(&receiver)),
                _ => effect.last_error.is_some() && self.over(&receiver),
            };
            *expected.entry((receiver, kind, fields.to_string())).or_default() += usize::from(!refused);
        }
        for ((receiver, kind, fields), times) in expected {
            let found = self.accepted(&receiver, kind, &serde_json::from_str(&fields)?);
            if found != times {
                broken.push(format!("{receiver} took {kind} {fields} {found} times, it was sent {times} times"));
            }
        }
        Ok(())
    }

    /// No timer fired twice.
    fn timers(&self, broken: &mut Vec<String>) {
        for (id, commands) in &self.accepted {
            let mut fired: Vec<&Value> =
                commands.iter().filter(|c| c.get("do").and_then(Value::as_str) == Some("timer")).collect();
            let all = fired.len();
            fired.sort_by_key(ToString::to_string);
            fired.dedup();
            if fired.len() != all {
                broken.push(format!("{id}: a timer fired twice"));
            }
        }
    }

    /// Parents know of their children what these are, and nobody is left behind.
    fn families(&self, broken: &mut Vec<String>) {
        for (id, row) in &self.rows {
            let Some(states) = row.snapshot.get("children").and_then(Value::as_object) else { continue };
            let entries = states.values().filter_map(|state| state.get("entries")?.as_object()).flatten();
            for (key, child) in entries {
                let name = child.get("instance").and_then(Value::as_str).unwrap_or_default();
                let known = child.get("status").and_then(Value::as_str).unwrap_or_default();
                let is = self.rows.get(name).map_or("not there", |row| row.lifecycle.as_str());
                let left = self.over(id) && matches!(is, "cancelled" | "ended" | "not there");
                let agree = known == is || left;
                if !agree {
                    broken.push(format!("{id} believes its child {key} {known}, it is {is}"));
                }
            }
        }
    }

    fn end(&self) -> End {
        let mut end = End::new();
        for (id, row) in &self.rows {
            let snapshot = &row.snapshot;
            let data = &snapshot["data"];
            let told = match row.lifecycle.as_str() {
                // Whether its parent had begun it before all was stopped depends on what happened.
                "cancelled" if row.parent_id.is_some() && data["count"] == json!(0) => continue,
                // When it was stopped does too; that it was, and what it had counted, does not.
                "cancelled" => json!({"lifecycle": "cancelled", "count": data["count"], "sum": data["sum"]}),
                lifecycle => json!({
                    "lifecycle": lifecycle,
                    "states": snapshot["chart"]["active"],
                    "data": data,
                    "timers": snapshot["timers"].as_object().map(|timers| timers.keys().cloned().collect::<Vec<_>>()),
                }),
            };
            end.insert(id.clone(), told);
        }
        end
    }

    /// Every snapshot and every journal, by their hashes.
    fn digest(&self) -> String {
        let mut all = String::new();
        for (id, row) in &self.rows {
            all.push_str(&format!("{id} {} {:?} {}\n", row.revision, row.journal_head_hash, row.text));
        }
        for effect in &self.effects {
            all.push_str(&format!("{} {} {}\n", effect.key, effect.status, effect.payload));
        }
        content_hash(&all).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

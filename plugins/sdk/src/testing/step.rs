//! A host in miniature, for tests: sends contributions through `check` and keeps what is in force by the laws L2-L4.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Plugin;

/// One open step.
#[derive(Debug, Clone)]
pub struct Step {
    plugin: &'static Plugin,
    ctx: Value,
    people: BTreeMap<String, (Vec<String>, Option<String>)>,
    kept: Vec<Value>,
    seq: u64,
}

impl Step {
    /// Opens a step on Friday 2 October 2026, in Flanders' school year 2026-2027.
    #[must_use]
    pub fn new(plugin: &'static Plugin, kind: &str, config: Value) -> Self {
        let closed = json!([
            ["2026-11-02", "2026-11-08"],
            ["2026-11-11", "2026-11-11"],
            ["2026-12-21", "2027-01-03"],
            ["2027-02-08", "2027-02-14"],
            ["2027-03-29", "2027-04-11"],
            ["2027-05-01", "2027-05-01"],
            ["2027-05-06", "2027-05-07"],
            ["2027-05-17", "2027-05-17"],
        ]);
        let ctx = json!({
            "kind": kind, "config": config, "inputs": {}, "actor": null, "locale": "nl", "now": "2026-10-02T12:00:00",
            "today": "2026-10-02", "calendar": {"from": "2026-09-01", "to": "2027-06-30", "closed": closed}, "seed": "7",
            "counts": {}, "invited": null,
        });
        Self { plugin, ctx, people: BTreeMap::new(), kept: Vec::new(), seq: 0 }
    }

    /// Gives a person roles and a group.
    pub fn person(&mut self, name: &str, roles: &[&str], group: Option<&str>) {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        self.people.insert(name.to_owned(), (roles, group.map(str::to_owned)));
    }

    /// Moves the clock to `2026-10-05T09:00:00`.
    pub fn at(&mut self, now: &str) {
        self.ctx["now"] = now.into();
        self.ctx["today"] = now.get(..10).into();
    }

    /// Sets a field of the context: `invited`, `inputs`, `actor`, `counts`, `closed`, `identity`, `k`.
    pub fn set(&mut self, field: &str, value: Value) {
        self.ctx[field] = value;
    }

    /// Changes a field of the configuration.
    pub fn configure(&mut self, field: &str, value: Value) {
        self.ctx["config"][field] = value;
    }

    /// Sends a payload; gives the answer of `check`, or the problems as `WORD:args /path`.
    ///
    /// # Errors
    /// The refusal.
    pub fn send(&mut self, who: &str, payload: Value) -> Result<Value, Vec<String>> {
        let (roles, group) = self.people.get(who).cloned().unwrap_or_default();
        let mut ctx = self.ctx.clone();
        ctx["contributions"] = self.kept.clone().into();
        ctx["actor"] = json!({"participant": who, "roles": roles, "group": group});
        let at = self.ctx["now"].clone();
        let sent = json!({"participant": who, "roles": roles, "group": group, "at": at, "payload": payload});
        let answer = self
            .plugin
            .check(&ctx.to_string(), &sent.to_string())
            .map_err(|refusal| shown(&tree(&refusal)["problems"]))?;
        let answer = tree(&answer);
        self.keep(who, &answer, &sent);
        Ok(answer)
    }

    fn keep(&mut self, who: &str, answer: &Value, sent: &Value) {
        let shared = answer["shared"] == json!(true);
        self.kept.retain(|one| {
            let same = one["entry"] == answer["entry"] && one["slot"] == answer["slot"];
            !(same && (shared || one["participant"] == who))
        });
        self.seq += 1;
        let mut one = sent.clone();
        one["id"] = format!("i{}", self.seq).into();
        one["seq"] = self.seq.into();
        for field in ["entry", "slot", "value"] {
            one[field] = answer[field].clone();
        }
        if let Some(fields) = one.as_object_mut() {
            fields.remove("payload");
        }
        self.kept.push(one);
    }

    /// Takes a contribution back (L4).
    pub fn withdraw(&mut self, who: &str, entry: &str, slot: &str) {
        self.kept.retain(|one| !(one["participant"] == who && one["entry"] == entry && one["slot"] == slot));
    }

    /// What `conclude` answers.
    #[must_use]
    pub fn conclude(&self) -> Value {
        self.call(Plugin::conclude)
    }

    /// The result of `conclude`.
    #[must_use]
    pub fn result(&self) -> Value {
        self.conclude()["result"].clone()
    }

    /// The reasons why the step is not ready, as `WORD:args`.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        shown(&self.conclude()["problems"])
    }

    /// The projection for an audience.
    #[must_use]
    pub fn shows(&self, audience: &str) -> Value {
        self.call(Plugin::summarise)["projections"][audience].clone()
    }

    fn call(&self, function: fn(&Plugin, &str, &str) -> Result<String, String>) -> Value {
        let contributions = Value::Array(self.kept.clone()).to_string();
        match function(self.plugin, &self.ctx.to_string(), &contributions) {
            Ok(text) | Err(text) => tree(&text),
        }
    }
}

fn tree(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn shown(problems: &Value) -> Vec<String> {
    let one = |problem: &Value| {
        let args: Vec<&str> = problem["args"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let word = problem["word"].as_str().unwrap_or_default();
        let path = problem["path"].as_str().map(|path| format!(" {path}")).unwrap_or_default();
        if args.is_empty() { format!("{word}{path}") } else { format!("{word}:{}{path}", args.join(",")) }
    };
    problems.as_array().into_iter().flatten().map(one).collect()
}

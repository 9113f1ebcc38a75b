//! A definition as one instance sees it after a migration: steps that keep the form in which they were opened.
//!
//! Which steps these are is decided by `decide`; here they are only put in place. No evaluation.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compile::Compiler;
use super::{Definition, StepDef};
use crate::ir;

/// A step in the form of an earlier version.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The step, under the id it has now.
    pub step: ir::Step,
    /// State it belongs to now.
    pub state: String,
    /// Step that owns its pool now.
    pub pool: String,
    /// Its texts: locale -> key -> text.
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
}

impl Definition {
    /// A step of this definition as a form that stands on its own, under the id `now`: with the configuration of the
    /// step it shares, and with its texts.
    pub fn form(&self, id: &str, now: &str, state: &str, pool: &str) -> Option<Form> {
        let def = self.steps.get(id)?;
        let mut step = def.step.clone();
        step.id = now.to_owned();
        step.shares = (pool != now).then(|| pool.to_owned());
        let empty = step.with.is_null() || step.with.as_object().is_some_and(serde_json::Map::is_empty);
        if let (true, Some(owner)) = (empty && def.pool != id, self.steps.get(&def.pool)) {
            step.with.clone_from(&owner.step.with);
        }
        if step.with.is_null() {
            step.with = Value::Object(serde_json::Map::new());
        }
        let key = format!("step.{id}");
        let texts = self.ir.texts.iter().map(|(locale, texts)| {
            let own = texts.iter().filter_map(|(name, text)| {
                let rest = name.strip_prefix(&key).filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
                Some((format!("step.{now}{rest}"), text.clone()))
            });
            (locale.clone(), own.collect())
        });
        Some(Form { step, state: state.to_owned(), pool: pool.to_owned(), texts: texts.collect() })
    }

    /// The same definition for an instance that keeps these forms. A step that the definition does not have is there to
    /// be read only: no state opens it.
    pub fn keeping(mut self, forms: &[Form]) -> Self {
        let mut compiler = Compiler::new(&self.ir, false);
        for form in forms {
            let id = &form.step.id;
            let def = StepDef { pool: form.pool.clone(), ..compiler.step_def(&form.step, &form.state) };
            replace(&mut self.ir.states, &form.step);
            match self.steps.insert(id.clone(), def) {
                Some(fresh) => {
                    self.fresh.insert(id.clone(), fresh);
                }
                None => {
                    for (locale, texts) in &form.texts {
                        let known = self.ir.texts.entry(locale.clone()).or_default();
                        for (key, text) in texts {
                            known.entry(key.clone()).or_insert_with(|| text.clone());
                        }
                    }
                }
            }
        }
        self
    }
}

/// Puts a form in the place of the step of its id, where there is one.
fn replace(states: &mut [ir::State], form: &ir::Step) {
    for state in states {
        for step in &mut state.steps {
            if step.id == form.id {
                step.clone_from(form);
            }
        }
        replace(&mut state.states, form);
    }
}

//! Texts that people will miss.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use super::outline::is_reserved;
use crate::diagram::counted_from;
use crate::ir::{Action, StateKind, Workflow};

/// Keys named in one message.
const SHOWN: usize = 8;

/// DB207: for each language that has texts, the keys that it misses; one message a language.
pub fn check(lint: &mut Lint<'_>) {
    if lint.workflow.texts.is_empty() {
        return;
    }
    let wanted = wanted(lint);
    let mut found = Vec::new();
    for (locale, texts) in &lint.workflow.texts {
        let lacks =
            |(key, _): &&(String, String)| !texts.contains_key(key) && !said_otherwise(lint.workflow, texts, key);
        let missing: Vec<&(String, String)> = wanted.iter().filter(lacks).collect();
        if let Some((_, path)) = missing.first() {
            found.push((locale.clone(), path.clone(), summary(&missing)));
        }
    }
    for (locale, path, keys) in found {
        lint.add(
            "DB207",
            path,
            format!("Texts are missing in `{locale}`: {keys}."),
            format!("add them to `texts/{locale}.yaml`, or give `title:` beside the thing"),
        );
    }
}

fn summary(missing: &[&(String, String)]) -> String {
    let shown: Vec<String> = missing.iter().take(SHOWN).map(|(key, _)| format!("`{key}`")).collect();
    match missing.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A setting may have its words in its schema.
fn said_otherwise(workflow: &Workflow, texts: &BTreeMap<String, String>, key: &str) -> bool {
    let title = |name: &str| workflow.config.pointer(&format!("/properties/{name}/title")).is_some();
    let step = |name: &str| texts.contains_key(&format!("step.{name}"));
    key.strip_prefix("config.").is_some_and(title)
        || key.strip_prefix("steps.").and_then(|rest| rest.split('.').next()).is_some_and(step)
}

/// Keys that the screens show, each with the element it belongs to.
fn wanted(lint: &Lint<'_>) -> Vec<(String, String)> {
    let mut wanted = vec![("title".to_owned(), "workflow".to_owned())];
    let mut add = |key: String, path: String| wanted.push((key, path));
    for id in lint.workflow.roles.keys() {
        add(format!("role.{id}"), format!("role/{id}/name"));
    }
    for place in &lint.outline.places {
        let state = place.state;
        if !matches!(state.kind, StateKind::History | StateKind::DeepHistory) {
            add(format!("state.{}", state.id), format!("state/{}", state.id));
        }
        for step in &state.steps {
            add(format!("step.{}", step.id), format!("step/{}", step.id));
        }
        for (n, transition) in state.on.iter().enumerate() {
            let path = format!("state/{}/on/{n}", state.id);
            if !transition.roles.is_empty() {
                for event in transition.events.iter().filter(|event| !is_reserved(event)) {
                    add(format!("event.{event}"), path.clone());
                }
            }
            if let Some(word) = &transition.error {
                add(format!("error.{word}"), format!("{path}/error"));
            }
            for (i, requirement) in transition.require.iter().enumerate() {
                if let Some(word) = word(&requirement.reason) {
                    add(format!("error.{word}"), format!("{path}/require/{i}/else"));
                }
            }
        }
    }
    // People read when something happens by itself: a date has a name, or the timer says what it is for.
    for place in &lint.outline.places {
        for timer in &place.state.timers {
            let own = format!("timer.{}", timer.id);
            let named = lint.workflow.texts.values().all(|texts| texts.contains_key(&own));
            if let Some(date) = counted_from(&timer.rule).filter(|_| !named) {
                wanted.push((date.to_owned(), format!("timer/{}", timer.id)));
            }
        }
    }
    for (path, action) in &lint.actions {
        if let Action::Notify { text, .. } = action {
            wanted.push((format!("notice.{text}"), format!("{path}/text")));
        }
    }
    let mut seen = BTreeSet::new();
    wanted.retain(|(key, _)| seen.insert(key.clone()));
    wanted
}

/// The error word of a reason, when it is not computed.
fn word(reason: &str) -> Option<&str> {
    let word = reason.split(':').next().unwrap_or_default();
    (!word.is_empty() && !word.contains('{')).then_some(word)
}

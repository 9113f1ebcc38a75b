//! `trace-back`: what a product rests on, or what came of a remark, through all cycles of a family. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use draaiboek_runtime::{Branch, Lineage, MAX_BRANCHES, MAX_DEPTH, Member, Origin, Part, Way};
use draaiboek_store::{InstanceFilter, InstanceRow, Reader};
use draaiboek_workflow::decide::{Origin as Start, Snapshot, StepStatus};
use serde_json::{Value, json};

use crate::args::{Common, TraceBack};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::session;

use super::look::{cycle, scope};
use super::show::stored;

/// Cycles of one family that are read at the most.
const MAX_FAMILY: usize = 1_000;
/// Names offered when one is not found.
const OFFERED: usize = 12;

/// `draaiboek trace-back`.
pub async fn trace_back(asked: &TraceBack, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let reader = session::reader(common).await?;
    let row = cycle(&reader, common, &asked.instance).await?;
    let family = family(&reader, common, row).await?;
    let lineage = Lineage::of(&family);
    let way = if asked.forward { Way::Forward } else { Way::Back };
    let Some(tree) = lineage.tree(&asked.instance, &asked.artifact, asked.id.as_deref(), way) else {
        return Err(not_there(asked, &lineage));
    };
    if output.json {
        output.value(&json!({"forward": asked.forward, "cycles": family.len(), "tree": tree}))?;
    } else {
        output.text(text(&tree, way))?;
    }
    Ok(Exit::Fine)
}

fn not_there(asked: &TraceBack, lineage: &Lineage) -> Failure {
    let names = lineage.names(&asked.instance);
    let known = names.iter().take(OFFERED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let hint = match names.len() {
        0 => "this cycle has no results yet".to_owned(),
        few if few <= OFFERED => format!("it has {known}"),
        _ => format!("it has {known}, …; `draaiboek artifacts {}` shows the results", asked.instance),
    };
    let what = match &asked.id {
        Some(id) => format!("nothing with the id `{id}` in `{}` of `{}`", asked.artifact, asked.instance),
        None => format!("no result, step or id `{}` in `{}`", asked.artifact, asked.instance),
    };
    Failure::usage(format!("there is {what}")).hint(hint)
}

/// The cycle with all above it, and all below those.
async fn family(reader: &Reader, common: &Common, row: InstanceRow) -> Result<Vec<Member>, Failure> {
    let mut top = row;
    let mut climbed = BTreeSet::from([top.id.clone()]);
    while let Some(above) = &top.parent_id {
        match reader.instance(scope(common), above).await? {
            Some(row) if climbed.insert(row.id.clone()) => top = row,
            _ => break,
        }
    }
    let mut waiting = vec![top];
    let mut known = BTreeSet::new();
    let mut family = Vec::new();
    while let Some(row) = waiting.pop() {
        if family.len() >= MAX_FAMILY || !known.insert(row.id.clone()) {
            continue;
        }
        let filter = InstanceFilter { parent: Some(row.id.clone()), ..InstanceFilter::default() };
        for child in reader.instances(scope(common), &filter, MAX_FAMILY as u64).await? {
            waiting.extend(reader.instance_by_pk(child.pk).await?);
        }
        family.push(member(reader, row).await?);
    }
    Ok(family)
}

/// What a cycle was given and made: results of steps in the order of their opening, then the newest artifacts.
async fn member(reader: &Reader, row: InstanceRow) -> Result<Member, Failure> {
    let start: Start = stored("origin", &row.origin)?;
    let snapshot: Snapshot = stored("state", &row.snapshot)?;
    let mut parts = vec![Part { origin: Origin::Config, content: Value::Object(start.config) }];
    let mut steps: Vec<_> = snapshot.steps.iter().collect();
    steps.sort_by_key(|(_, state)| state.run);
    for (step, state) in steps {
        if let Some(result) = &state.result {
            parts.push(Part { origin: Origin::Step(step.clone()), content: result.clone() });
        } else if state.status == StepStatus::Open
            && let Some(pool) = snapshot.pools.get(step)
        {
            let content = handed_in(reader, row.pk, pool.run).await?;
            parts.push(Part { origin: Origin::Step(step.clone()), content });
        }
    }
    let mut newest = BTreeMap::new();
    for artifact in reader.artifacts(row.pk).await? {
        newest.insert(artifact.name.clone(), artifact);
    }
    for (name, artifact) in newest {
        let content = stored("artifact", &artifact.content)?;
        parts.push(Part { origin: Origin::Artifact(name, artifact.version), content });
    }
    Ok(Member { instance: row.id, parent: row.parent_id, parts })
}

/// What counts of an open step, which has no result yet.
async fn handed_in(reader: &Reader, instance: i64, pool: u64) -> Result<Value, Failure> {
    let mut found = Vec::new();
    for run in reader.step_runs(instance).await? {
        let number = run.step.rsplit_once('#').and_then(|(_, number)| number.parse::<u64>().ok());
        if number != Some(pool) {
            continue;
        }
        for row in reader.contributions(&run).await? {
            if matches!(row.status.as_str(), "effective" | "admitted")
                && let Some(payload) = &row.payload
            {
                found.push(stored("contribution", payload)?);
            }
        }
    }
    Ok(Value::Array(found))
}

fn text(tree: &Branch, way: Way) -> String {
    let mut lines = vec![line(tree, &tree.instance)];
    below(tree, "", &tree.instance, &mut lines);
    if tree.below.is_empty() {
        lines.push(
            match way {
                Way::Back => "It rests on nothing that was written down.",
                Way::Forward => "Nothing came of it yet.",
            }
            .to_owned(),
        );
    }
    lines.join("\n")
}

fn below(branch: &Branch, indent: &str, instance: &str, lines: &mut Vec<String>) {
    for (at, next) in branch.below.iter().enumerate() {
        let last = at + 1 == branch.below.len() && !branch.cut;
        let (own, deeper) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
        lines.push(format!("{indent}{own}{}", line(next, instance)));
        below(next, &format!("{indent}{deeper}"), instance, lines);
    }
    if branch.cut {
        lines.push(format!("{indent}└── … (a tree ends after {MAX_BRANCHES} things or {MAX_DEPTH} steps)"));
    }
}

/// One thing: what it is, its words, where it stands, and whether it was shown before.
fn line(branch: &Branch, instance: &str) -> String {
    let words = branch.text.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
    let mut place = match &branch.origin {
        Origin::Config => "given at the start".to_owned(),
        Origin::Step(step) if *step == branch.id => String::new(),
        Origin::Step(step) => format!("step {step}"),
        Origin::Artifact(name, version) if *name == branch.id => format!("version {version}"),
        Origin::Artifact(name, version) => format!("{name} {version}"),
    };
    if branch.instance != instance {
        place = if place.is_empty() { branch.instance.clone() } else { format!("{place} of {}", branch.instance) };
    }
    let place = if place.is_empty() { place } else { format!("  [{place}]") };
    let again = if branch.again { " (see above)" } else { "" };
    format!("{} {}{words}{place}{again}", branch.what, branch.id)
}

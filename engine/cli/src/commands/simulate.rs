//! `simulate`: finds workflows, their rehearsal files and the school, spreads the runs over threads, shows what came of
//! them. What a run is lives in `draaiboek_workflow::simulate`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use draaiboek_runtime as runtime;
use draaiboek_workflow::language::{Kinds, render};
use draaiboek_workflow::simulate::{self as sim, Plan, Rehearsal, Source, Summary, Tally};
use serde_json::json;

use crate::args::{Common, Simulate};
use crate::embedded;
use crate::failure::{Exit, Failure};
use crate::output::{Output, table};
use crate::shelf::Shelf;

use super::author::style;
use super::{input, sources};

/// Runs when two plans are compared and nothing else is said.
const COMPARED: u32 = 100;
/// The school when none is named.
const SCHOOL: &str = "de-wilg";
/// Rows of a table; `--json` has them all.
const ROWS: usize = 12;

/// `draaiboek simulate`.
pub fn simulate(asked: &Simulate, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let kinds = sources::kinds(common)?;
    let maker = Maker { kinds: &kinds, school: common.school.as_deref(), output };
    match asked.compare.as_deref() {
        Some([a, b]) => compare(asked, &maker, (a, b), output),
        _ => rehearse(asked, &maker, output),
    }
}

fn rehearse(asked: &Simulate, maker: &Maker<'_>, output: &Output) -> Result<Exit, Failure> {
    let plan = maker.plan(&asked.paths, None)?;
    let runs = asked.runs.unwrap_or(1);
    let wants_story = asked.story || runs == 1;
    let summary = many(&plan, asked.seed, runs, output).summary(&plan);
    let first = wants_story.then(|| sim::simulate(&plan, asked.seed, true));
    if output.json {
        let roots: Vec<_> = plan.roots().map(|(id, start)| json!({"workflow": id, "start": start})).collect();
        output.value(
            &json!({"seed": asked.seed, "roots": roots, "remarks": plan.remarks(), "summary": summary, "run": first}),
        )?;
        return Ok(Exit::Fine);
    }
    let locale = output.lang.locale();
    if let Some(run) = &first {
        output.text(sim::story(&plan, &run.told, locale))?;
        output.text("")?;
    }
    output.text(shown(&plan, &summary, locale))?;
    for remark in plan.remarks() {
        output.aside(&format!("note: {remark}"));
    }
    for note in summary.notes.iter().take(ROWS) {
        output.aside(&format!("note: {note}"));
    }
    Ok(Exit::Fine)
}

fn compare(
    asked: &Simulate,
    maker: &Maker<'_>,
    (a, b): (&PathBuf, &PathBuf),
    output: &Output,
) -> Result<Exit, Failure> {
    let runs = asked.runs.unwrap_or(COMPARED);
    let mut found = Vec::new();
    for file in [a, b] {
        let plan = if is_workflow(file)? {
            maker.plan(std::slice::from_ref(file), None)?
        } else if asked.paths.is_empty() {
            return Err(Failure::usage(format!("{}: is a rehearsal file; name its workflow as well", file.display())));
        } else {
            maker.plan(&asked.paths, Some(file))?
        };
        found.push(many(&plan, asked.seed, runs, output).summary(&plan));
    }
    let [first, second] = found.as_slice() else { return Ok(Exit::Fine) };
    let (a, b) = (name(a), name(b));
    let (a, b) = (sim::Named { name: &a, summary: first }, sim::Named { name: &b, summary: second });
    if output.json {
        let words = sim::compare(a, b, output.lang.locale());
        output.value(&json!({"runs": runs, "a": first, "b": second, "words": words}))?;
    } else {
        output.text(sim::compare(a, b, output.lang.locale()))?;
    }
    Ok(Exit::Fine)
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Whether a path leads to a workflow; a folder does, a file when it says so.
fn is_workflow(path: &Path) -> Result<bool, Failure> {
    if path.is_dir() {
        return Ok(true);
    }
    Ok(sources::is_workflow(&input::text(path)?))
}

/// Many runs, spread over the cores; each thread keeps sums only, and sums do not depend on who made them.
fn many(plan: &Plan, seed: u64, runs: u32, output: &Output) -> Tally {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = u32::try_from(cores).unwrap_or(1).min(runs).max(1);
    let bar = output.progress("runs");
    let tally = std::thread::scope(|scope| {
        let work = |first: u32| {
            let bar = &bar;
            move || {
                let mut tally = Tally::default();
                for number in (first..runs).step_by(threads as usize) {
                    tally.add(plan, &sim::simulate(plan, seed.wrapping_add(number.into()), false));
                    bar.inc(1);
                }
                tally
            }
        };
        let others: Vec<_> = (1..threads).map(|first| scope.spawn(work(first))).collect();
        let mut tally = work(0)();
        for other in others {
            match other.join() {
                Ok(sums) => tally.merge(sums),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        tally
    });
    bar.finish_and_clear();
    tally
}

// ---- what is rehearsed

struct Maker<'m> {
    kinds: &'m Kinds,
    school: Option<&'m str>,
    output: &'m Output,
}

impl Maker<'_> {
    /// The plan of the workflows in `paths`; `rehearsal` takes the place of the file beside them.
    fn plan(&self, paths: &[PathBuf], rehearsal: Option<&Path>) -> Result<Plan, Failure> {
        let (mut found, mut folders, mut order) = (BTreeMap::new(), Vec::new(), Vec::new());
        for workflow in sources::find(paths)?.iter().filter(|workflow| !workflow.is_instrument()) {
            let checked = self.checked(workflow)?;
            let beside = workflow.path().parent().unwrap_or(Path::new("."));
            folders.extend(beside.parent().map(Path::to_owned));
            let file = rehearsal.map_or_else(|| beside.join("rehearsal.yaml"), Path::to_owned);
            let rehearsal = if file.is_file() { read(&file)? } else { Rehearsal::default() };
            let id = checked.ir.id.clone();
            order.push(id.clone());
            found.insert(id, Source { definition: Arc::new(checked), rehearsal });
        }
        match order.len() {
            0 => return Err(Failure::usage("there are instruments only; name a workflow")),
            2.. if rehearsal.is_some() => {
                return Err(Failure::usage("rehearsal files belong to one workflow, and several were named; name one"));
            }
            _ => {}
        }
        let named = order.clone();
        self.children(&mut found, Shelf::of(folders))?;
        let school = self.school(paths)?;
        let run_by_others: BTreeSet<String> = named
            .iter()
            .filter_map(|id| found.get(id))
            .flat_map(|source| children(source).collect::<Vec<_>>())
            .collect();
        let mut roots: Vec<String> = named.iter().filter(|id| !run_by_others.contains(*id)).cloned().collect();
        if roots.is_empty() {
            roots = named;
        }
        let sources: Vec<Source> = found.into_values().collect();
        Plan::new(school, &sources, &roots, self.kinds).map_err(|mut problems| {
            let hint = "mend the rehearsal.yaml; docs/simulate.md explains its keys";
            let first = problems.remove(0);
            let more = problems.iter().map(|problem| format!("\n  {problem}")).collect::<String>();
            Failure { what: format!("{first}{more}"), ..Failure::usage("") }.hint(hint)
        })
    }

    fn checked(&self, workflow: &sources::Found) -> Result<draaiboek_workflow::definition::Definition, Failure> {
        let outcome = sources::check(workflow, None)?;
        outcome.checked.and_then(|checked| checked.definition).ok_or_else(|| {
            self.output.aside(&render::human(&outcome.diagnostics, &outcome.sources, style(self.output)));
            Failure::new(Exit::Findings, format!("{}: the workflow has mistakes", workflow.path().display()))
                .hint("mend them first; `draaiboek check` shows them")
        })
    }

    /// The workflows that those run, and that these run.
    fn children(&self, found: &mut BTreeMap<String, Source>, shelf: Shelf) -> Result<(), Failure> {
        let mut wanted: Vec<String> = found.values().flat_map(|source| children(source).collect::<Vec<_>>()).collect();
        while let Some(name) = wanted.pop() {
            if found.contains_key(&name) {
                continue;
            }
            let Some(bundle) = shelf.bundle(&name) else { continue };
            let beside = Path::new(&*bundle.main.name).with_file_name("rehearsal.yaml");
            let checked = shelf.check(&bundle, None);
            let Some(definition) = checked.definition else {
                self.output.aside(&render::human(&checked.diagnostics, &checked.sources, style(self.output)));
                return Err(Failure::new(Exit::Findings, format!("the workflow `{name}` has mistakes")));
            };
            let built_in = || embedded::text(&format!("{name}/rehearsal.yaml"));
            let rehearsal = match (beside.is_file(), built_in()) {
                (true, _) => read(&beside)?,
                (false, Some(text)) => parsed(&beside, &text)?,
                (false, None) => Rehearsal::default(),
            };
            let source = Source { definition: Arc::new(definition), rehearsal };
            wanted.extend(children(&source));
            found.insert(name, source);
        }
        Ok(())
    }

    /// The school: a file, or the name of one beside the workflows or in the program.
    fn school(&self, paths: &[PathBuf]) -> Result<sim::School, Failure> {
        let wanted = self.school.unwrap_or(SCHOOL);
        let file = Path::new(wanted);
        let name = format!("schools/{wanted}.yaml");
        let beside = || {
            paths.iter().flat_map(|path| path.ancestors()).map(|folder| folder.join(&name)).find(|file| file.is_file())
        };
        let text = if file.is_file() {
            input::text(file)?
        } else if let Some(file) = beside() {
            input::text(&file)?
        } else if let Some(text) = embedded::text(&name) {
            text
        } else {
            return Err(Failure::usage(format!(
                "there is no school `{wanted}`; name a school file with --school FILE"
            )));
        };
        Ok(runtime::School::parse(&text)?.rehearsed()?)
    }
}

fn children(source: &Source) -> impl Iterator<Item = String> + '_ {
    source.definition.ir.all_states().into_iter().filter_map(|state| Some(state.run.as_ref()?.workflow.clone()))
}

fn read(file: &Path) -> Result<Rehearsal, Failure> {
    parsed(file, &input::text(file)?)
}

fn parsed(file: &Path, text: &str) -> Result<Rehearsal, Failure> {
    Rehearsal::parse(text).map_err(|error| {
        Failure::usage(format!("{}: {error}", file.display()))
            .hint("docs/simulate.md explains the keys of a rehearsal file")
    })
}

// ---- what is shown

fn shown(plan: &Plan, summary: &Summary, locale: &str) -> String {
    let dutch = locale != "en";
    let say = |nl: &str, en: &str| if dutch { nl.to_owned() } else { en.to_owned() };
    let (from, until) = plan.span();
    let mut parts = vec![format!(
        "{} {}, {} \u{2013} {}",
        summary.runs,
        match (summary.runs, dutch) {
            (1, true) => "oefening",
            (_, true) => "oefeningen",
            (1, false) => "run",
            (_, false) => "runs",
        },
        sim::short(from),
        sim::short(until)
    )];
    parts.push(finish(plan, summary, locale));
    parts.extend(summary.bottleneck.as_ref().map(|(step, days)| bottleneck(plan, step, *days, locale)));
    parts.push(steps(summary, dutch));
    parts.push(people(summary, dutch));
    parts.extend(warning(summary, dutch));
    if !summary.waits.is_empty() {
        let lines = summary.waits.iter().take(ROWS).map(|stuck| {
            let title =
                plan.definition(&stuck.workflow).map_or(stuck.workflow.as_str(), |d| d.ir.text(locale, "title"));
            let words = sim::waiting(plan, &stuck.workflow, &stuck.waiting, locale);
            format!("  {}\u{d7} {title} {words}", stuck.cycles)
        });
        let lines: Vec<String> = lines.collect();
        parts.push(format!("{}\n{}", say("Niet af op het einde:", "Not over at the end:"), lines.join("\n")));
    }
    parts.join("\n\n")
}

fn finish(plan: &Plan, summary: &Summary, locale: &str) -> String {
    let line = |workflow: &str, range: &sim::Range| {
        let title = plan.definition(workflow).map_or(workflow, |definition| definition.ir.text(locale, "title"));
        let title = if title == "title" { workflow } else { title };
        format!("{title}: {}", sim::range(range, summary.runs, locale))
    };
    let mut lines: Vec<String> = summary.finish.iter().map(|(workflow, range)| line(workflow, range)).collect();
    if summary.finish.len() > 1 {
        let all = if locale == "en" { "Everything" } else { "Alles" };
        lines.push(format!("{all}: {}", sim::range(&summary.whole, summary.runs, locale)));
    }
    lines.join("\n")
}

fn bottleneck(plan: &Plan, key: &str, days: f64, locale: &str) -> String {
    let (workflow, step) = key.split_once('/').unwrap_or(("", key));
    let text = format!("step.{step}");
    let title = plan.definition(workflow).map_or(step, |definition| definition.ir.text(locale, &text)).to_owned();
    if locale == "en" {
        format!("Bottleneck: \u{201c}{title}\u{201d} ({key}) holds cycles up for {days:.0} school days together.")
    } else {
        format!("Knelpunt: \u{201c}{title}\u{201d} ({key}) houdt cycli samen {days:.0} schooldagen op.")
    }
}

fn steps(summary: &Summary, dutch: bool) -> String {
    let header = if dutch {
        ["stap", "keren", "antwoorden", "te laat", "niet", "herinnerd", "houdt op (dagen)"]
    } else {
        ["step", "times", "answers", "late", "silent", "reminded", "holds up (days)"]
    };
    let mut rows: Vec<(&String, &sim::StepMeans)> = summary.steps.iter().collect();
    rows.sort_by(|(a, x), (b, y)| y.held_up.total_cmp(&x.held_up).then(y.late.total_cmp(&x.late)).then(a.cmp(b)));
    let number = |value: f64| format!("{value:.1}");
    let row = |(step, figures): (&String, &sim::StepMeans)| {
        let mut row = vec![step.clone()];
        let figures =
            [figures.opened, figures.answers, figures.late, figures.silent, figures.reminders, figures.held_up];
        row.extend(figures.map(number));
        row
    };
    table(&header, rows.into_iter().take(ROWS).map(row).collect())
}

fn people(summary: &Summary, dutch: bool) -> String {
    let header = if dutch {
        ["persoon", "min/week", "drukste week", "min", "ooit hoogstens"]
    } else {
        ["person", "min/week", "busiest week", "min", "most ever"]
    };
    let row = |load: &sim::Load| {
        vec![
            load.name.clone(),
            format!("{:.0}", load.mean),
            load.peak_week.clone().unwrap_or_default(),
            format!("{:.0}", load.peak),
            load.most.to_string(),
        ]
    };
    table(&header, summary.people.iter().filter(|load| load.mean > 0.0).take(ROWS).map(row).collect())
}

fn warning(summary: &Summary, dutch: bool) -> Option<String> {
    let budget = summary.budget?;
    let over: Vec<String> = summary
        .people
        .iter()
        .filter(|load| load.weeks_over > 0.0)
        .map(|load| format!("{} ({:.1})", load.name, load.weeks_over))
        .collect();
    Some(match (over.is_empty(), dutch) {
        (true, true) => format!("Niemand gaat boven de afgesproken {budget} minuten per week."),
        (true, false) => format!("Nobody goes above the agreed {budget} minutes a week."),
        (false, true) => {
            format!("Let op: boven de afgesproken {budget} minuten per week (aantal weken): {}.", over.join(", "))
        }
        (false, false) => {
            format!("Mind: above the agreed {budget} minutes a week (number of weeks): {}.", over.join(", "))
        }
    })
}

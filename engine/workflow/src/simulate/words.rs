//! Summaries in words, in Dutch or English: what a cycle waits for, and what differs between two plans.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::figures::{Waiting, WaitsFor};
use super::plan::Plan;
use super::tally::{Range, Summary};
use super::told::short;

/// What a cycle waits for.
pub fn waiting(plan: &Plan, workflow: &str, waiting: &Waiting, locale: &str) -> String {
    let dutch = locale != "en";
    let text = |key: String| plan.definition(workflow).map_or(key.clone(), |d| d.ir.text(locale, &key).to_owned());
    let state = format!("\u{201c}{}\u{201d} ({})", text(format!("state.{}", waiting.state)), waiting.state);
    let say = |nl: String, en: String| if dutch { nl } else { en };
    let reason = match &waiting.reason {
        WaitsFor::Answers { step, persons } => {
            let of = names(plan, persons);
            say(format!("wacht op antwoorden voor `{step}`{of}"), format!("waits for answers to `{step}`{of}"))
        }
        WaitsFor::Somebody { act, roles } => {
            let roles = roles.join(", ");
            say(
                format!("wacht op iemand die `{act}` mag doen; niemand heeft nu de rol {roles}"),
                format!("waits for somebody who may do `{act}`; nobody holds the role {roles} now"),
            )
        }
        WaitsFor::Requirement { event, reasons } => {
            let reasons = reasons.join(", ");
            say(format!("`{event}` kan nog niet: {reasons}"), format!("`{event}` is not possible yet: {reasons}"))
        }
        WaitsFor::Timer { timer, due } => {
            let due = short(due.date());
            say(format!("wacht op de timer `{timer}` van {due}"), format!("waits for the timer `{timer}` of {due}"))
        }
        WaitsFor::Children { count: 0 } => {
            say("wacht op cycli die het zelf startte".into(), "waits for cycles that it started".into())
        }
        WaitsFor::Children { count } => say(
            format!("wacht op {count} cycli die het zelf startte"),
            format!("waits for {count} cycles that it started"),
        ),
        WaitsFor::Event { events } => {
            let events = events.join("`, `");
            say(
                format!("wacht op `{events}`, dat elders moet gebeuren"),
                format!("waits for `{events}`, which must happen elsewhere"),
            )
        }
        WaitsFor::Turn { act } => say(
            format!("was bijna toe aan `{act}`; het jaar was om"),
            format!("was about to come to `{act}`; the year was over"),
        ),
        WaitsFor::Repair { cause } => say(format!("is kapot: {cause}"), format!("is broken: {cause}")),
        WaitsFor::Nothing => say(
            "loopt door: niets wat mensen of timers gewoonlijk doen, leidt naar een einde".into(),
            "goes on: nothing that people or timers normally do leads to an end".into(),
        ),
    };
    say(format!("in {state}: {reason}"), format!("in {state}: {reason}"))
}

fn names(plan: &Plan, persons: &[String]) -> String {
    let name = |id: &String| plan.school().people.get(id).map_or(id.clone(), |person| person.name.clone());
    let names: Vec<String> = persons.iter().take(5).map(name).collect();
    match persons.len() {
        0 => String::new(),
        1..=5 => format!(" ({})", names.join(", ")),
        more => format!(" ({}, +{})", names.join(", "), more - names.len()),
    }
}

/// A range of days in a sentence.
pub fn range(range: &Range, runs: u32, locale: &str) -> String {
    let dutch = locale != "en";
    let (Some(earliest), Some(latest)) = (range.earliest, range.latest) else {
        return if dutch { "in geen enkele oefening klaar".into() } else { "finished in no run".into() };
    };
    let mut text = if earliest == latest {
        if dutch { format!("klaar op {}", short(earliest)) } else { format!("finished on {}", short(earliest)) }
    } else {
        let middle = range.median.map(short);
        match (dutch, middle) {
            (true, Some(middle)) => {
                format!("klaar tussen {} en {}, meestal rond {middle}", short(earliest), short(latest))
            }
            (true, None) => format!("klaar tussen {} en {}", short(earliest), short(latest)),
            (false, Some(middle)) => {
                format!("finished between {} and {}, mostly around {middle}", short(earliest), short(latest))
            }
            (false, None) => format!("finished between {} and {}", short(earliest), short(latest)),
        }
    };
    if range.unfinished > 0 {
        let share = format!("{}/{runs}", range.unfinished);
        text.push_str(&if dutch {
            format!("; niet klaar in {share} oefeningen")
        } else {
            format!("; not finished in {share} runs")
        });
    }
    text
}

/// A plan with its name and its summary.
#[derive(Debug, Clone, Copy)]
pub struct Named<'s> {
    /// Name for people.
    pub name: &'s str,
    /// What its runs came to.
    pub summary: &'s Summary,
}

/// What differs between two plans.
pub fn compare(a: Named<'_>, b: Named<'_>, locale: &str) -> String {
    let dutch = locale != "en";
    let mut lines = Vec::new();
    lines.push(finish_line(a, b, dutch));
    lines.extend(unfinished_line(a, b, dutch));
    lines.push(minutes_line(a, b, dutch));
    lines.push(late_line(a, b, dutch));
    lines.push(bottleneck_line(a, b, dutch));
    lines.extend(budget_line(a, b, dutch));
    lines.extend(steps_lines(a, b, dutch));
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
    text
}

fn finish_line(a: Named<'_>, b: Named<'_>, dutch: bool) -> String {
    let median = |plan: Named<'_>| plan.summary.whole.median;
    match (median(a), median(b)) {
        (Some(x), Some(y)) if x == y => {
            if dutch {
                format!("Beide zijn meestal klaar op {}.", short(x))
            } else {
                format!("Both are mostly finished on {}.", short(x))
            }
        }
        (Some(x), Some(y)) => {
            let (first, last, early, late) = if x < y { (a, b, x, y) } else { (b, a, y, x) };
            let days = days_between(early, late);
            if dutch {
                format!(
                    "{} is meestal {days} dagen eerder klaar ({}) dan {} ({}).",
                    first.name,
                    short(early),
                    last.name,
                    short(late)
                )
            } else {
                format!(
                    "{} is mostly finished {days} days earlier ({}) than {} ({}).",
                    first.name,
                    short(early),
                    last.name,
                    short(late)
                )
            }
        }
        (None, None) => {
            if dutch {
                "Beide zijn in minstens de helft van de oefeningen niet klaar.".into()
            } else {
                "Neither is finished in more than half of the runs.".into()
            }
        }
        (x, _) => {
            let (done, not) = if x.is_some() { (a, b) } else { (b, a) };
            let day = done.summary.whole.median.map(short).unwrap_or_default();
            if dutch {
                format!("{} is meestal klaar op {day}; {} haalt het meestal niet.", done.name, not.name)
            } else {
                format!("{} is mostly finished on {day}; {} mostly does not make it.", done.name, not.name)
            }
        }
    }
}

fn days_between(early: Date, late: Date) -> i64 {
    late.since(early).map_or(0, |span| i64::from(span.get_days()))
}

fn unfinished_line(a: Named<'_>, b: Named<'_>, dutch: bool) -> Option<String> {
    let (x, y) = (a.summary.whole.unfinished, b.summary.whole.unfinished);
    (x + y > 0).then(|| {
        let (p, q) = (a.summary.runs, b.summary.runs);
        if dutch {
            format!("Niet klaar: {} in {x}/{p} oefeningen, {} in {y}/{q}.", a.name, b.name)
        } else {
            format!("Not finished: {} in {x}/{p} runs, {} in {y}/{q}.", a.name, b.name)
        }
    })
}

/// Minutes of a person in a school week, on average over those who do something.
fn minutes(summary: &Summary) -> f64 {
    let busy: Vec<f64> = summary.people.iter().map(|load| load.mean).filter(|mean| *mean > 0.0).collect();
    busy.iter().sum::<f64>() / (busy.len().max(1) as f64)
}

fn minutes_line(a: Named<'_>, b: Named<'_>, dutch: bool) -> String {
    let (x, y) = (minutes(a.summary), minutes(b.summary));
    if (x.round() - y.round()).abs() < 0.5 {
        return if dutch {
            format!("Beide vragen evenveel tijd: gemiddeld {x:.0} minuten per persoon per week.")
        } else {
            format!("Both ask the same time: {x:.0} minutes per person per week on average.")
        };
    }
    let (more, less, high, low) = if x > y { (a, b, x, y) } else { (b, a, y, x) };
    if dutch {
        format!(
            "{} vraagt meer tijd: gemiddeld {high:.0} minuten per persoon per week, {} {low:.0}.",
            more.name, less.name
        )
    } else {
        format!(
            "{} asks more time: {high:.0} minutes per person per week on average, {} {low:.0}.",
            more.name, less.name
        )
    }
}

fn late_line(a: Named<'_>, b: Named<'_>, dutch: bool) -> String {
    let (x, y) = (a.summary.late, b.summary.late);
    if dutch {
        format!("Te late antwoorden per oefening: {} {x:.1}, {} {y:.1}.", a.name, b.name)
    } else {
        format!("Late answers per run: {} {x:.1}, {} {y:.1}.", a.name, b.name)
    }
}

fn bottleneck_line(a: Named<'_>, b: Named<'_>, dutch: bool) -> String {
    let shown = |plan: Named<'_>| match &plan.summary.bottleneck {
        Some((step, days)) if dutch => format!("`{step}` ({days:.0} schooldagen)"),
        Some((step, days)) => format!("`{step}` ({days:.0} school days)"),
        None if dutch => "geen".into(),
        None => "none".into(),
    };
    let same = match (&a.summary.bottleneck, &b.summary.bottleneck) {
        (Some((x, _)), Some((y, _))) => x == y,
        (None, None) => true,
        _ => false,
    };
    match (same, dutch) {
        (true, true) => format!("Het knelpunt blijft: {} bij {}, {} bij {}.", shown(a), a.name, shown(b), b.name),
        (true, false) => format!("The bottleneck stays: {} in {}, {} in {}.", shown(a), a.name, shown(b), b.name),
        (false, true) => format!("Het knelpunt verschuift: {} bij {}, {} bij {}.", shown(a), a.name, shown(b), b.name),
        (false, false) => format!("The bottleneck moves: {} in {}, {} in {}.", shown(a), a.name, shown(b), b.name),
    }
}

fn budget_line(a: Named<'_>, b: Named<'_>, dutch: bool) -> Option<String> {
    let over = |plan: Named<'_>| plan.summary.people.iter().filter(|load| load.weeks_over > 0.0).count();
    let budget = a.summary.budget.or(b.summary.budget)?;
    let (x, y) = (over(a), over(b));
    Some(if dutch {
        format!("Mensen die wel eens boven {budget} minuten per week gaan: {} {x}, {} {y}.", a.name, b.name)
    } else {
        format!("People who sometimes go above {budget} minutes a week: {} {x}, {} {y}.", a.name, b.name)
    })
}

/// The step itself, without its workflow: two versions may bear two names.
fn step_name(step: &str) -> &str {
    step.split_once('/').map_or(step, |(_, step)| step)
}

fn steps_lines(a: Named<'_>, b: Named<'_>, dutch: bool) -> Vec<String> {
    let only = |one: Named<'_>, other: Named<'_>| -> Vec<String> {
        let known: Vec<&str> = other.summary.steps.keys().map(|step| step_name(step)).collect();
        one.summary
            .steps
            .keys()
            .filter(|step| !known.contains(&step_name(step)))
            .map(|step| format!("`{step}`"))
            .collect()
    };
    [(a, b), (b, a)]
        .into_iter()
        .filter_map(|(one, other)| {
            let steps = only(one, other);
            (!steps.is_empty()).then(|| {
                let steps = steps.join(", ");
                if dutch {
                    format!("Alleen in {}: {steps}.", one.name)
                } else {
                    format!("Only in {}: {steps}.", one.name)
                }
            })
        })
        .collect()
}

//! Reports per group and moment, and whether they came in time.

use std::collections::BTreeSet;

use draaiboek_sdk::{
    Calendar, Context, Contribution, Date, Json, Table, count_by, groups_of, groups_without, words, writes,
};

use crate::{Answer, Config, Entry, Report};

type All = [Contribution<Entry>];
/// A group, or nobody's in particular.
pub(crate) type Group<'a> = Option<&'a str>;

/// The result.
#[derive(Debug)]
pub struct Picture {
    pub(crate) moments: Vec<Date>,
    next_moment: Option<Date>,
    pub(crate) reports: Vec<OneReport>,
    on_time: usize,
    late: usize,
    missing: usize,
    pub(crate) submitted: usize,
    open_help: Vec<OpenHelp>,
    acked: Table<u64>,
    by_group: Table<u64>,
    groups: Vec<String>,
    groups_without: Vec<String>,
    /// What the run itself fills in, by section.
    pub(crate) bound: Table<Json>,
}
writes!(Picture {
    moments,
    next_moment,
    reports,
    on_time,
    late,
    missing,
    submitted,
    open_help,
    acked,
    by_group,
    groups,
    groups_without,
    bound,
});

/// What one group reports at one moment.
#[derive(Debug)]
pub(crate) struct OneReport {
    group: Option<String>,
    moment: Date,
    status: Status,
    pub(crate) submitted_on: Option<Date>,
    sections: Table<String>,
    answers: Table<String>,
}
writes!(OneReport { group, moment, status, submitted_on, sections, answers });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// The moment is still to come.
    Open,
    OnTime,
    /// After the moment, before the next one.
    Late,
    /// Not there, or only when the next one was due.
    Missing,
}
words!(Status { Open = "open", OnTime = "on_time", Late = "late", Missing = "missing" });

#[derive(Debug)]
struct OpenHelp {
    group: Option<String>,
    moment: Date,
    section: String,
}
writes!(OpenHelp { group, moment, section });

pub(crate) fn fold(ctx: &Context<Report>, all: &All) -> Picture {
    let moments = moments(&ctx.config, &ctx.calendar, all);
    let mut reports = Vec::new();
    for (place, moment) in moments.iter().enumerate() {
        let next = moments.get(place + 1).copied();
        reports.extend(reporters(&ctx.config, all).into_iter().map(|group| report(ctx, all, group, *moment, next)));
    }
    let with = |status: Status| reports.iter().filter(|report| report.status == status).count();
    let handed_in = || reports.iter().filter(|report| report.submitted_on.is_some());
    let by_group = count_by(handed_in().map(|report| report.group.as_deref()));
    Picture {
        next_moment: moments.iter().copied().find(|moment| *moment >= ctx.today),
        on_time: with(Status::OnTime),
        late: with(Status::Late),
        missing: with(Status::Missing),
        submitted: handed_in().count(),
        open_help: open_help(&ctx.config, &reports),
        acked: acked(all, &moments),
        groups: groups_of(&by_group),
        groups_without: groups_without(&ctx.config.groups, &by_group),
        by_group,
        bound: bound(ctx),
        moments,
        reports,
    }
}

/// The sections that nobody writes: each shows the input that its binding names.
fn bound(ctx: &Context<Report>) -> Table<Json> {
    let asked = ctx.config.sections.iter().filter(|part| ctx.config.asks(&part.id));
    let value = |name: &String| ctx.inputs.get(name).cloned().unwrap_or_default();
    asked.filter_map(|part| Some((part.id.clone(), value(part.binding.as_ref()?)))).collect()
}

/// The moments of the configuration and those agreed on, in order. One on a closed day is the next school day.
pub(crate) fn moments(config: &Config, calendar: &Calendar, all: &All) -> Vec<Date> {
    let open = |day: &Date| {
        let inside = calendar.from <= *day && *day <= calendar.to;
        if inside { calendar.next_school_day(*day).unwrap_or(*day) } else { *day }
    };
    let mut moments: BTreeSet<Date> = config.moments.iter().map(open).collect();
    moments.extend(all.iter().filter_map(|one| match &one.entry {
        Entry::Moment(moment) => Some(moment.date),
        _ => None,
    }));
    moments.into_iter().collect()
}

/// The group that an entry with a `group` field is about.
pub(crate) fn group_of<'a>(named: Group<'a>, sender: Group<'a>) -> Group<'a> {
    named.or(sender)
}

/// Who reports: the expected groups in their order, then others that wrote something, or nobody in particular.
fn reporters<'a>(config: &'a Config, all: &'a All) -> Vec<Group<'a>> {
    let mut reporters: Vec<Group<'a>> = config.groups.iter().map(|group| Some(group.as_str())).collect();
    let wrote: BTreeSet<Group<'a>> = all
        .iter()
        .filter_map(|one| match &one.entry {
            Entry::Section(section) => Some(group_of(section.group.as_deref(), one.group())),
            Entry::Submit(submit) => Some(group_of(submit.group.as_deref(), one.group())),
            _ => None,
        })
        .collect();
    for group in wrote {
        if !reporters.contains(&group) {
            reporters.push(group);
        }
    }
    if reporters.is_empty() { vec![None] } else { reporters }
}

fn report(ctx: &Context<Report>, all: &All, group: Group<'_>, moment: Date, next: Option<Date>) -> OneReport {
    let submits = all.iter().filter(|one| {
        matches!(&one.entry, Entry::Submit(submit)
            if submit.moment == moment && group_of(submit.group.as_deref(), one.group()) == group)
    });
    // Submitting again is a revision: the first time says whether it was in time.
    let submitted_on = submits.map(|one| one.day).min();
    let last = ctx.config.year_end.unwrap_or(ctx.calendar.to);
    let in_time = |day: Date| next.map_or(day <= last, |next| day < next);
    let status = match submitted_on {
        Some(day) if day <= moment => Status::OnTime,
        Some(day) if in_time(day) => Status::Late,
        None if ctx.today <= moment => Status::Open,
        _ => Status::Missing,
    };
    let mut answers = Table::default();
    for one in all {
        if let Entry::Answer(answer) = &one.entry
            && answer.moment == moment
            && addressed(all, answer, one.group()) == Some(group)
        {
            answers.set(&answer.item, answer.text.clone());
        }
    }
    OneReport {
        group: group.map(str::to_owned),
        moment,
        status,
        submitted_on,
        sections: sections(&ctx.config, all, group, moment),
        answers,
    }
}

/// The texts of a report. In the growth phase only sections about the process are shown.
pub(crate) fn sections(config: &Config, all: &All, group: Group<'_>, moment: Date) -> Table<String> {
    let mut texts = Table::default();
    for one in all {
        if let Entry::Section(section) = &one.entry
            && section.moment == moment
            && group_of(section.group.as_deref(), one.group()) == group
            && config.asks(&section.id)
        {
            texts.set(&section.id, section.text.clone());
        }
    }
    texts
}

/// The group whose report an answer is about: the one it names, else the sender's own, else the only one that has that
/// section, for who answers is mostly in no team. `None` when there is no such section.
pub(crate) fn addressed<'a>(all: &'a All, answer: &'a Answer, sender: Group<'a>) -> Option<Group<'a>> {
    let having: BTreeSet<Group<'a>> = all
        .iter()
        .filter_map(|one| match &one.entry {
            Entry::Section(section) if section.moment == answer.moment && section.id == answer.item => {
                Some(group_of(section.group.as_deref(), one.group()))
            }
            _ => None,
        })
        .collect();
    if let Some(named) = answer.group.as_deref() {
        return having.get(&Some(named)).copied();
    }
    let only = if having.len() == 1 { having.first() } else { None };
    having.get(&sender).or(only).copied()
}

fn open_help(config: &Config, reports: &[OneReport]) -> Vec<OpenHelp> {
    let mut open = Vec::new();
    for report in reports {
        for section in config.sections.iter().filter(|section| section.help) {
            let asked = report.sections.has(&section.id);
            if asked && !report.answers.has(&section.id) {
                open.push(OpenHelp { group: report.group.clone(), moment: report.moment, section: section.id.clone() });
            }
        }
    }
    open
}

fn acked(all: &All, moments: &[Date]) -> Table<u64> {
    let mut acked = Table::default();
    for one in all {
        if let Entry::Ack(ack) = &one.entry
            && moments.contains(&ack.moment)
        {
            *acked.at(&ack.moment.to_string()) += 1;
        }
    }
    acked
}

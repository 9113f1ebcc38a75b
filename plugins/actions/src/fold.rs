//! From contributions to the list of actions with their history.

use draaiboek_sdk::{Contribution, Date, Table, count_by, groups_of, groups_without, writes};

use crate::{Action, Config, Entry, Status};

/// The picture.
#[derive(Debug)]
pub struct Picture {
    pub(crate) actions: Vec<Line>,
    counts: Table<u64>,
    by_level: Table<u64>,
    overdue: Option<Vec<String>>,
    unassigned: Vec<String>,
    by_group: Table<u64>,
    groups: Vec<String>,
    groups_without: Vec<String>,
    pub(crate) groups_with_owner: Vec<String>,
}
writes!(Picture {
    actions,
    counts,
    by_level,
    overdue,
    unassigned,
    by_group,
    groups,
    groups_without,
    groups_with_owner
});

/// An action as it stands.
#[derive(Debug)]
pub struct Line {
    action_id: String,
    text: String,
    owner: Option<String>,
    former_owner: Option<String>,
    due: Option<Date>,
    due_asked: Option<Date>,
    level: Option<String>,
    status: Status,
    reason: Option<String>,
    link: Option<String>,
    group: Option<String>,
    history: Vec<Past>,
}
writes!(Line { action_id, text, owner, former_owner, due, due_asked, level, status, reason, link, group, history });

#[derive(Debug)]
struct Past {
    status: Status,
    date: Date,
    by: String,
    at: String,
    reason: Option<String>,
}
writes!(Past { status, date, by });

/// Ids of the actions that ask for work.
pub(crate) fn active(all: &[Contribution<Entry>]) -> Vec<String> {
    lines(&[], all).into_iter().filter(|line| line.status.is_active()).map(|line| line.action_id).collect()
}

pub(crate) fn picture(config: &Config, today: Date, left: &[String], all: &[Contribution<Entry>]) -> Picture {
    let actions = lines(left, all);
    let standing = || actions.iter().filter(|line| line.status != Status::Dropped);
    let by_group = count_by(standing().map(|line| line.group.as_deref()));
    let with_owner = count_by(standing().filter(|line| line.owner.is_some()).map(|line| line.group.as_deref()));
    let late = |line: &&Line| line.status.is_active() && line.due.is_some_and(|due| due < today);
    let ids = |lines: Vec<&Line>| lines.into_iter().map(|line| line.action_id.clone()).collect::<Vec<_>>();
    Picture {
        counts: count_by(actions.iter().map(|line| Some(line.status.word()))),
        by_level: count_by(standing().map(|line| line.level.as_deref())),
        overdue: (!config.growth_phase).then(|| ids(actions.iter().filter(late).collect())),
        unassigned: ids(actions.iter().filter(|l| l.status.is_active() && l.owner.is_none()).collect()),
        groups: groups_of(&by_group),
        groups_without: groups_without(&config.groups, &by_group),
        groups_with_owner: groups_of(&with_owner),
        by_group,
        actions,
    }
}

/// One line per action, in id order. The status is the last one given by the time of sending; of two at the same moment
/// the one that is further on (L7: not by sequence).
fn lines(left: &[String], all: &[Contribution<Entry>]) -> Vec<Line> {
    let mut lines: Table<Line> = Table::default();
    for one in all {
        if let Entry::Action(action) = &one.entry {
            lines.set(&action.action_id, line(action, one, left));
        }
    }
    for one in all {
        if let Entry::Status(change) = &one.entry
            && let Some(line) = lines.get_mut(&change.action_id)
        {
            line.history.push(Past::new(change.status, change.reason.as_deref(), one));
        }
    }
    lines.into_iter().map(|(_, line)| line.settled()).collect()
}

impl Past {
    fn new(status: Status, reason: Option<&str>, one: &Contribution<Entry>) -> Self {
        let reason = reason.map(str::to_owned);
        Self { status, date: one.day, by: one.by().to_owned(), at: one.from.at.clone(), reason }
    }
}

impl Line {
    /// Orders the history and takes the status from its end.
    fn settled(mut self) -> Self {
        // What was handed in without a status is open from the start, also when the text was revised later.
        self.history.sort_by(|a, b| {
            (!a.at.is_empty(), &a.at, a.status as u8, &a.by).cmp(&(!b.at.is_empty(), &b.at, b.status as u8, &b.by))
        });
        if let Some(last) = self.history.last() {
            self.status = last.status;
            self.reason.clone_from(&last.reason);
        }
        self
    }
}

fn line(action: &Action, one: &Contribution<Entry>, left: &[String]) -> Line {
    let gone = action.owner.as_ref().is_some_and(|owner| left.contains(owner));
    let (owner, former_owner) = if gone { (None, action.owner.clone()) } else { (action.owner.clone(), None) };
    let mut begin = Past::new(action.status.unwrap_or(Status::Open), action.reason.as_deref(), one);
    if action.status.is_none() {
        begin.at.clear();
    }
    Line {
        action_id: action.action_id.clone(),
        text: action.text.clone(),
        owner,
        former_owner,
        due: action.due,
        due_asked: action.due_asked,
        level: action.level.clone(),
        status: begin.status,
        reason: None,
        link: action.link.clone(),
        group: action.group.clone().or_else(|| one.group().map(str::to_owned)),
        history: vec![begin],
    }
}

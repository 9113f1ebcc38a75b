//! The shapes of answers, as programs read them. Moments are RFC 3339 in UTC; due moments are the school's own time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A stored moment as RFC 3339.
pub(super) fn at(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map(|at| at.to_string()).unwrap_or_default()
}

/// Done; there is nothing more to say.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    /// Always true.
    pub done: bool,
}

/// A session of a program: send the token as `Authorization: Bearer <token>`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// The token; it is shown once.
    pub token: String,
    /// Until when it works.
    #[schema(format = DateTime)]
    pub until: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// Id at the school.
    pub person: String,
    /// Name.
    pub name: String,
    /// The school.
    pub school: String,
    /// Roles at school.
    pub roles: Vec<String>,
}

/// An open task of whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Task {
    pub cycle: String,
    pub step: String,
    /// Step kind.
    pub kind: String,
    /// Title per language.
    pub title: BTreeMap<String, String>,
    /// Title of the cycle.
    pub of: String,
    pub minutes: i64,
    /// Privacy class.
    pub privacy: String,
    #[schema(format = DateTime)]
    pub due: Option<String>,
    /// The asker handed something in already.
    pub handed_in: bool,
}

/// Staff and teams by id.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeopleAndTeams {
    pub people: BTreeMap<String, PersonShape>,
    pub teams: BTreeMap<String, TeamShape>,
    /// What is amiss, in sentences.
    pub warnings: Vec<String>,
}

/// A member of staff.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonShape {
    pub name: String,
    pub roles: Vec<String>,
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamShape {
    pub title: String,
    /// row, theme, subject, class_council, cross_school or adhoc.
    pub kind: String,
    /// Person ids.
    pub members: Vec<String>,
    /// Person id.
    pub coach: Option<String>,
}

/// What an import does or would do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportShape {
    /// Whether it was done.
    pub done: bool,
    pub changes: Vec<ImportChange>,
    /// With problems nothing is done.
    pub problems: Vec<ImportProblem>,
}

/// One person who is added or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportChange {
    /// `add` or `change`.
    pub what: &'static str,
    pub id: String,
    pub name: String,
    pub roles: Vec<String>,
}

/// A line that cannot be used.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportProblem {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub help: String,
}

/// The school's year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarShape {
    /// IANA time zone.
    pub zone: String,
    pub periods: Vec<DayShape>,
}

/// Days that are not like others.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DayShape {
    pub id: String,
    /// holiday, study_day, half_study_day, free_day and others.
    pub kind: Value,
    #[schema(format = Date)]
    pub from: String,
    #[schema(format = Date)]
    pub to: String,
    /// Name per language.
    pub name: BTreeMap<String, String>,
    /// The school set it itself.
    pub own: bool,
}

/// An account of the school.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountShape {
    pub account: String,
    pub person: String,
    pub login: String,
    pub name: String,
    pub open: bool,
    /// Whether it has a password.
    pub password: bool,
}

/// A one-time link to hand over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkShape {
    pub account: String,
    /// Path, or address when the server knows its own.
    pub link: String,
}

/// An invitation to one step; the link is there only when it was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvitationShape {
    pub invitation: String,
    pub person: String,
    pub by: String,
    #[schema(format = DateTime)]
    pub until: String,
    /// It was withdrawn or ran out.
    pub over: bool,
    pub link: Option<String>,
}

/// What is kept about whoever asks, besides the cycles.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Own {
    pub sessions: Vec<OwnSession>,
    pub drafts: Vec<DraftShape>,
    pub looks: Vec<Look>,
    /// Whether the mail of the day is wanted; null where no mail can come.
    pub mail: Option<bool>,
}

/// How long things are kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Kept {
    pub rules: Vec<KeptRule>,
    /// What went after its term.
    pub gone: Vec<ErasureShape>,
    /// What will go.
    pub coming: Vec<ErasureShape>,
}

/// How long what is handed in for a step is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptRule {
    pub workflow: String,
    pub step: String,
    /// Privacy class.
    pub privacy: String,
    /// Such as `10 schooldays`; without it, as long as the cycle exists or until it is erased.
    pub retain: Option<String>,
}

/// What people handed in for a step goes, or went.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErasureShape {
    pub cycle: String,
    pub step: String,
    #[schema(format = DateTime)]
    pub at: String,
}

/// What a cycle has to say.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Message {
    #[schema(format = DateTime)]
    pub at: String,
    pub cycle: String,
    /// Title of the cycle.
    pub of: String,
    /// Text per language.
    pub text: BTreeMap<String, String>,
}

/// A browser or program that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnSession {
    #[schema(format = DateTime)]
    pub since: String,
    /// Last use, to the hour.
    #[schema(format = DateTime)]
    pub seen: String,
    /// The one that asks.
    pub this: bool,
}

/// Something typed and not handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftShape {
    pub cycle: String,
    pub step: String,
    /// Entry kind.
    pub entry: String,
    pub content: Value,
}

/// A look at sensitive data, or an act.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Look {
    #[schema(format = DateTime)]
    pub at: String,
    pub person: String,
    pub action: String,
    /// Privacy class.
    pub class: String,
    pub cycle: Option<String>,
    pub step: Option<String>,
}

/// What waits in the machine. No contents.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Work {
    /// Cycles by lifecycle.
    pub cycles: BTreeMap<String, u64>,
    pub open_tasks: usize,
    pub incidents: Vec<IncidentShape>,
    pub timers: Vec<WaitingTimer>,
    /// Messages that wait.
    pub waiting: usize,
}

/// Something that broke and waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IncidentShape {
    pub cycle: String,
    pub incident: String,
    pub step: String,
    pub cause: String,
    pub attempts: i64,
}

/// A moment that is agreed on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingTimer {
    pub cycle: String,
    pub timer: String,
    #[schema(format = DateTime)]
    pub due: String,
}

/// A published workflow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkflowShape {
    pub workflow: String,
    pub version: String,
    pub title: String,
    /// JSON Schema of its configuration.
    pub config: Value,
}

/// A workflow with what it is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkflowWhole {
    pub workflow: String,
    pub version: String,
    pub title: String,
    /// JSON Schema of its configuration.
    pub config: Value,
    pub states: Vec<StateShape>,
    /// All published versions.
    pub versions: Vec<String>,
    /// As it was written.
    pub source: Option<String>,
}

/// A state of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StateShape {
    pub state: String,
    pub title: String,
    pub steps: Vec<WorkflowStep>,
    /// States it leads to.
    pub leads: Vec<String>,
}

/// A step of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkflowStep {
    pub step: String,
    pub kind: String,
    pub roles: Vec<String>,
    pub minutes: Option<u32>,
    /// Privacy class.
    pub privacy: String,
    pub anonymous: bool,
    /// It cannot be skipped.
    pub mandatory: bool,
}

/// Why a request was not carried out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// A word for programs, such as `NOT_READY`.
    pub error: String,
    /// Reasons in order, `WORD` or `WORD:about`.
    pub reasons: Vec<String>,
    /// What is wrong and how to mend it.
    pub help: String,
}

//! The compiled form of a workflow: what every front-end (YAML, linear lists, overlays) is lowered to.
//!
//! Plain data, serialised canonically: this is what is stored, hashed and pinned by instances. No spans, no
//! parsed expressions, no behaviour beyond look-ups live here; `definition` turns it into something that runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Version of this representation; stored with every definition so that newer code never re-reads old meaning.
pub const IR_VERSION: u32 = 1;

/// Prefixes of events that only the engine sends.
pub const RESERVED_EVENTS: [&str; 5] = ["done.", "timer.", "child.", "error.", "due."];

/// A CEL expression as written (`cel` compiles it).
pub type Expr = String;
/// A time rule as written, such as `10 schooldays` or `2 schoolweeks before config.study_day` (`calendar::rule`).
pub type TimeRuleText = String;

/// One immutable version of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// [`IR_VERSION`] of the code that made it.
    pub ir_version: u32,
    /// Kebab-case name, such as `study-day`.
    pub id: String,
    /// Semantic version of the definition.
    pub version: String,
    /// Words that say what kind of workflow it is; pedagogical lint rules look at them.
    pub tags: Vec<String>,
    /// Default privacy class of what people contribute (domain.md 0.3).
    pub privacy: Privacy,
    /// JSON Schema of the configuration given at start.
    pub config: Value,
    /// JSON Schema of `data`, for checking expressions.
    pub data_schema: Value,
    /// Initial values of `data`.
    pub data: BTreeMap<String, Value>,
    /// Roles that act in this workflow.
    pub roles: BTreeMap<String, Role>,
    /// What roles see of an instance as a whole; the first that the reader holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// State ids entered at start (default: the first state).
    pub initial: Vec<String>,
    /// Top-level states in document order.
    pub states: Vec<State>,
    /// Texts: locale -> key -> text. Keys by convention: `title`, `purpose`, `state.<id>`, `state.<id>.hint`,
    /// `step.<id>`, `step.<id>.hint`, `event.<name>`, `error.<WORD>`, `notice.<key>`, `role.<id>`.
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
}

/// Privacy class of data about people (domain.md 0.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Privacy {
    /// No personal data.
    P0,
    /// Names of staff with roles, tasks, attendance, actions.
    #[default]
    P1,
    /// Opinions, performance, reflections of a named staff member.
    P2,
    /// Data on identifiable pupils.
    P3,
    /// Sensitive pupil data and video with pupils.
    P4,
}

/// A role that acts in a workflow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Expression giving the person ids that hold the role in an instance, such as `config.core`.
    /// Without it the role is the school's (`dir`, `coach`, `tch`, …).
    pub from: Option<Expr>,
    /// Roles that must not be in the same hands: who holds one of them stands in for nobody in this role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<String>,
}

/// What a role sees of an instance as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The role.
    pub role: String,
    /// Fields with their expressions; those that give null are left out.
    pub fields: BTreeMap<String, Expr>,
}

/// What a state is (W3C SCXML).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// Without children.
    Atomic,
    /// One child active.
    Compound,
    /// All children active.
    Parallel,
    /// An end.
    Final,
    /// Remembers the active children of its parent.
    History,
    /// Remembers the active atomic descendants of its parent.
    DeepHistory,
}

/// A state with what happens in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Unique id in the workflow.
    pub id: String,
    /// What it is.
    pub kind: StateKind,
    /// Initial children of a compound (default: the first), or the default targets of a history state.
    pub initial: Vec<String>,
    /// Children in document order.
    pub states: Vec<State>,
    /// Steps opened on entry and closed on exit.
    pub steps: Vec<Step>,
    /// Children workflows run while the state is active.
    pub run: Option<Run>,
    /// Timers set on entry and cancelled on exit.
    pub timers: Vec<Timer>,
    /// Actions on entry (one block).
    pub on_entry: Vec<Action>,
    /// Actions on exit (one block).
    pub on_exit: Vec<Action>,
    /// Transitions in document order.
    pub on: Vec<Transition>,
    /// May not be skipped (domain.md R25).
    pub mandatory: bool,
}

/// A timer of a state; when due it delivers the external event `timer.<id>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Unique id in the workflow.
    pub id: String,
    /// When, from the moment of entry or a date expression.
    pub rule: TimeRuleText,
    /// Repeats (`every …`).
    pub repeat: bool,
}

impl Identity {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Pseudonymous => "pseudonymous",
            Self::Anonymous => "anonymous",
        }
    }
}

/// Who stands behind a contribution (domain.md L6, 0.3 +A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// The plugin sees person ids.
    #[default]
    Named,
    /// The host keeps the link, the plugin sees pseudonyms.
    Pseudonymous,
    /// No link is stored at all.
    Anonymous,
}

/// When a step concludes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concluding {
    /// Only by `conclude`, or by a transition that `concludes` it.
    #[default]
    Manual,
    /// As soon as the plugin says it is ready.
    WhenReady,
}

/// A step: what people do in a state, by a step kind of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Unique id in the workflow; a state's single `step:` bears the state's id.
    pub id: String,
    /// Step kind, such as `cluster-count`.
    pub kind: String,
    /// Instrument whose content is part of `with`, with its version: `rok-self-reflection@1.0.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// Configuration of the kind; a string `${…}` is an expression, evaluated when the plugin is asked.
    pub with: Value,
    /// Further inputs for the plugin, by name.
    pub inputs: BTreeMap<String, Expr>,
    /// Host-evaluated checks given to the plugin as `inputs.checks`.
    pub checks: Vec<Requirement>,
    /// Step whose contributions this one continues (one pool, other entry kinds).
    pub shares: Option<String>,
    /// Entry kinds accepted here (empty: all of the kind).
    pub accepts: Vec<String>,
    /// Roles that may contribute.
    pub roles: Vec<String>,
    /// Expression giving the person ids that must contribute.
    pub assign: Option<Expr>,
    /// Minutes one person needs.
    pub minutes: Option<u32>,
    /// When it is due.
    pub due: Option<TimeRuleText>,
    /// Reminders to those who have not contributed.
    pub remind: Vec<TimeRuleText>,
    /// Messages to others when it is late.
    pub escalate: Vec<Escalation>,
    /// Who stands behind a contribution.
    pub identity: Identity,
    /// Anonymity threshold (default 5, floor 3).
    pub k: u32,
    /// Privacy class, when it differs from the workflow's.
    pub privacy: Option<Privacy>,
    /// Fewer effective contributions than this give the result `insufficient` (L10).
    pub min_contributions: u32,
    /// Audience of a role's projection: role -> audience name.
    pub audience: BTreeMap<String, String>,
    /// Plugin artifact name -> artifact name in the instance.
    pub artifacts: BTreeMap<String, String>,
    /// When it concludes.
    pub conclude: Concluding,
    /// Entering its state again starts a new round even when it was not concluded.
    pub fresh: bool,
    /// How long contributions keep their content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retain: Option<TimeRuleText>,
    /// May not be skipped.
    pub mandatory: bool,
}

/// A message to roles when a step is late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// When, counted from opening or a date.
    pub after: TimeRuleText,
    /// To whom.
    pub roles: Vec<String>,
}

/// Iteration over a list: `var` is bound to each element in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// Name bound in the expressions that follow.
    pub var: String,
    /// Expression giving the list.
    pub list: Expr,
}

/// A requirement with the reason given when it does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Checked for each element, one reason per failing one, in list order.
    pub each: Option<Each>,
    /// Applies only where this is true.
    pub when: Option<Expr>,
    /// Must be true.
    pub that: Expr,
    /// Reason template: `WORD` or `WORD:{expression}`.
    pub reason: String,
}

/// A transition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Event descriptors: exact names or `prefix.*`; empty for an eventless transition.
    pub events: Vec<String>,
    /// Guard: not enabled unless true.
    pub when: Option<Expr>,
    /// Roles that may send the event; empty only for events that people do not send.
    pub roles: Vec<String>,
    /// Must all hold, else the event is refused with the reasons, in order.
    pub require: Vec<Requirement>,
    /// Error word of the refusal (default `NOT_READY`).
    pub error: Option<String>,
    /// Steps that must conclude with this transition.
    pub concludes: Vec<String>,
    /// JSON Schema of the event's data, when people send it.
    pub event_data: Option<Value>,
    /// The sender must give a reason.
    pub needs_reason: bool,
    /// Target state ids; empty for a targetless transition.
    pub targets: Vec<String>,
    /// W3C internal (true) or external.
    pub internal: bool,
    /// Actions (one block).
    pub actions: Vec<Action>,
    /// May not be skipped (domain.md R25).
    pub mandatory: bool,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// This instance (external queue).
    Itself,
    /// The parent instance.
    Parent,
    /// All children of the given state.
    Children(String),
}

/// Executable content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sets `data.<path>`; segments are dotted, `[expr]` is a computed key.
    Assign {
        /// Path below `data`, such as `reports` or `reports[event.data.team]`.
        path: String,
        /// New value.
        value: Expr,
    },
    /// Raises an internal event.
    Raise {
        /// Event name.
        event: String,
        /// Its data.
        data: BTreeMap<String, Expr>,
    },
    /// Sends an event, now or later.
    Send {
        /// Event name.
        event: String,
        /// To whom.
        to: Recipient,
        /// Its data.
        data: BTreeMap<String, Expr>,
        /// Delay (only to itself).
        after: Option<TimeRuleText>,
        /// Name by which `Cancel` finds it.
        id: Option<String>,
    },
    /// Cancels a delayed send.
    Cancel {
        /// Its id.
        id: String,
    },
    /// A message to people, leaving through the outbox within quiet hours.
    Notify {
        /// Roles that get it.
        roles: Vec<String>,
        /// Text key below `notice.`.
        text: String,
        /// Values for the text.
        data: BTreeMap<String, Expr>,
    },
    /// Publishes a version of an artifact.
    Artifact {
        /// Artifact name.
        name: String,
        /// Its content.
        content: Expr,
    },
    /// Erases what people handed in for steps, and what came of it.
    Erase {
        /// Step ids; none means all.
        steps: Vec<String>,
    },
    /// A line in the journal.
    Log {
        /// What to write.
        value: Expr,
    },
    /// A choice.
    If {
        /// Condition.
        cond: Expr,
        /// When true.
        then: Vec<Action>,
        /// When false.
        otherwise: Vec<Action>,
    },
    /// A loop over a list.
    ForEach {
        /// Variable and list.
        each: Each,
        /// Body.
        body: Vec<Action>,
    },
}

/// How the children of a state are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// All have ended.
    #[default]
    All,
    /// One has ended.
    Any,
    /// So many have ended.
    AtLeast(u32),
}

/// Children that run while a state is active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Workflow id.
    pub workflow: String,
    /// Version requirement (default: the newest published).
    pub version: Option<String>,
    /// One child per element.
    pub each: Option<Each>,
    /// Key of a child among its siblings (default: the element's `id`, or its position).
    pub key: Option<Expr>,
    /// Configuration of the child.
    pub with: BTreeMap<String, Expr>,
    /// When `done.child.<state>` is raised.
    pub join: Join,
    /// Children outlive the state and the parent (default: they are cancelled with it).
    pub keep: bool,
}

impl Workflow {
    /// Canonical bytes: what is stored and hashed.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// SHA-256 of the canonical bytes, in hex: the definition's identity.
    pub fn hash(&self) -> String {
        Sha256::digest(self.canonical().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The text of `key` in `locale`, falling back to Dutch, then English, then the key's last segment.
    pub fn text<'a>(&'a self, locale: &str, key: &'a str) -> &'a str {
        [locale, "nl", "en"]
            .iter()
            .find_map(|l| self.texts.get(*l).and_then(|t| t.get(key)))
            .map_or_else(|| key.rsplit('.').next().unwrap_or(key), String::as_str)
    }

    /// All states in document order (pre-order).
    pub fn all_states(&self) -> Vec<&State> {
        fn visit<'a>(states: &'a [State], into: &mut Vec<&'a State>) {
            for state in states {
                into.push(state);
                visit(&state.states, into);
            }
        }
        let mut found = Vec::new();
        visit(&self.states, &mut found);
        found
    }
}

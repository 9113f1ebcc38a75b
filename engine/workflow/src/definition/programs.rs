//! Expressions with their place in actions, requirements and configuration. Data only; `decide` evaluates them.

use serde_json::Value;

use crate::cel::Program;
use crate::ir::{Recipient, TimeRuleText};

/// Iteration.
#[derive(Debug)]
pub struct Each {
    /// Bound name.
    pub var: String,
    /// The list.
    pub list: Program,
}

/// A requirement.
#[derive(Debug)]
pub struct Requirement {
    /// Checked per element.
    pub each: Option<Each>,
    /// Applies only where true.
    pub when: Option<Program>,
    /// Must be true.
    pub that: Program,
    /// The reason.
    pub reason: Template,
}

/// Text with expressions in braces.
#[derive(Debug)]
pub struct Template(pub Vec<TemplatePart>);

/// Part of a template.
#[derive(Debug)]
pub enum TemplatePart {
    /// As it is.
    Text(String),
    /// Value of an expression.
    Value(Program),
}

/// JSON whose `${…}` strings are expressions.
#[derive(Debug)]
pub enum Tree {
    /// No expression inside.
    Plain(Value),
    /// An expression.
    Value(Program),
    /// A list with expressions inside.
    List(Vec<Tree>),
    /// An object with expressions inside.
    Object(Vec<(String, Tree)>),
}

/// A segment of an assignment's path.
#[derive(Debug)]
pub enum Segment {
    /// A field.
    Field(String),
    /// A computed key.
    Key(Program),
}

/// A compiled action.
#[derive(Debug)]
pub enum Op {
    /// Sets a value below `data`.
    Assign(Vec<Segment>, Program),
    /// Raises an internal event.
    Raise(String, Vec<(String, Program)>),
    /// Sends an event.
    Send {
        /// Event name.
        event: String,
        /// To whom.
        to: Recipient,
        /// Its data.
        data: Vec<(String, Program)>,
        /// Delay.
        after: Option<TimeRuleText>,
        /// Name for cancelling.
        id: Option<String>,
    },
    /// Cancels a delayed send.
    Cancel(String),
    /// A message to people.
    Notify {
        /// Roles.
        roles: Vec<String>,
        /// Text key below `notice.`.
        text: String,
        /// Values for the text.
        data: Vec<(String, Program)>,
    },
    /// Publishes an artifact version.
    Artifact(String, Program),
    /// A journal line.
    Log(Program),
    /// Erases contributions of steps; none means all.
    Erase(Vec<String>),
    /// A choice.
    If(Program, Vec<Op>, Vec<Op>),
    /// A loop.
    ForEach(Each, Vec<Op>),
}

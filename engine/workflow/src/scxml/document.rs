//! A document that was read: the compiled chart and the tables its numbers point into. Runs nothing.

use draaiboek_chart::Chart;
use serde_json::Value as Json;

use super::expression::{Condition, Expression, Location};

/// An SCXML document that can be traced.
#[derive(Debug)]
pub struct Document {
    pub(super) chart: Chart,
    pub(super) name: String,
    /// By [`draaiboek_chart::ActionId`].
    pub(super) actions: Vec<Action>,
    /// By [`draaiboek_chart::CondId`].
    pub(super) conditions: Vec<Condition>,
    /// By [`draaiboek_chart::DoneDataId`].
    pub(super) done_data: Vec<Payload>,
    /// All data in document order.
    pub(super) data: Vec<Datum>,
    pub(super) late_binding: bool,
}

/// One `<data>`.
#[derive(Debug)]
pub(super) struct Datum {
    pub(super) id: String,
    /// Number of the state it stands in; 0 for the document.
    pub(super) state: usize,
    pub(super) value: Option<Source>,
}

/// Where a value comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// Evaluated when asked.
    Expression(Expression),
    /// Written out as content.
    Literal(Json),
}

/// One element of executable content (W3C SCXML 4).
#[derive(Debug)]
pub(super) enum Action {
    Raise { event: String },
    Send(Box<Send>),
    Cancel { id: Expression },
    Assign { location: Location, value: Source },
    If { branches: Vec<(Condition, Vec<Action>)>, otherwise: Vec<Action> },
    ForEach { array: Expression, item: String, index: Option<String>, body: Vec<Action> },
    Log { value: Option<Expression> },
}

/// `<send>` (W3C SCXML 6.2); constant attributes are literals.
#[derive(Debug)]
pub(super) struct Send {
    pub(super) event: Option<Expression>,
    pub(super) target: Option<Expression>,
    pub(super) kind: Option<Expression>,
    pub(super) delay: Option<Expression>,
    pub(super) id: Option<String>,
    pub(super) id_location: Option<Location>,
    pub(super) payload: Payload,
}

/// The data of an event: content, or parameters.
#[derive(Debug)]
pub(super) enum Payload {
    Content(Source),
    /// Name and value, in order; a later one of the same name wins.
    Parameters(Vec<(String, Expression)>),
}

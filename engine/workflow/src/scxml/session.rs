//! One running document on a virtual clock: its data, its queues, its timers. What actions do is in `execute` and `send`.

use std::collections::BTreeMap;

use draaiboek_chart::{
    ActionId, Chart, CondId, Configuration, DoneDataId, ErrorKind, Failure, Interpreter, Scope, Scratch, StateId, View,
    macrostep, start,
};
use serde_json::Value as Json;

use super::data::{Data, Moment};
use super::document::{Datum, Document, Payload, Source};
use super::error::TraceError;
use super::event::{Event, Origin};
use super::expression::Context;
use super::limits::{MAX_ACTIONS, MAX_EVENTS};

/// A failing action or condition, with what its error event needs.
#[derive(Debug, Default)]
pub(super) struct Cause {
    pub(super) message: String,
    /// Of the send that failed.
    pub(super) send_id: Option<String>,
}

impl From<String> for Cause {
    fn from(message: String) -> Self {
        Self { message, send_id: None }
    }
}

/// A run-time error that becomes `error.execution`.
pub(super) fn execution(cause: impl Into<Cause>) -> Failure<Cause> {
    Failure::execution(cause.into())
}

/// An event that waits for its time.
#[derive(Debug)]
pub(super) struct Timer {
    pub(super) send_id: Option<String>,
    pub(super) event: Event,
}

/// One instance of a document.
pub(super) struct Session<'d> {
    chart: &'d Chart,
    configuration: Configuration,
    scratch: Scratch<Event>,
    pub(super) machine: Machine<'d>,
}

/// What the chart core calls: everything of a session but its configuration.
pub(super) struct Machine<'d> {
    pub(super) document: &'d Document,
    pub(super) data: Data,
    pub(super) log: Vec<String>,
    pub(super) log_bytes: usize,
    /// The external queue: by due moment, then creation. A send without delay is due at once.
    pub(super) timers: BTreeMap<(u64, u64), Timer>,
    /// Milliseconds since the start.
    pub(super) now: u64,
    pub(super) created: u64,
    /// Elements of executable content run for this line of input.
    pub(super) actions: u32,
    /// The bound that was reached, if one was.
    pub(super) bound: Option<&'static str>,
    /// States whose late data has its value.
    initialised: Vec<bool>,
}

impl<'d> Session<'d> {
    /// A session at time 0 that has not started.
    pub(super) fn new(document: &'d Document) -> Self {
        let chart = &document.chart;
        Self {
            chart,
            configuration: Configuration::new(chart),
            scratch: Scratch::new(),
            machine: Machine {
                document,
                data: Data::new(document),
                log: Vec::new(),
                log_bytes: 0,
                timers: BTreeMap::new(),
                now: 0,
                created: 0,
                actions: 0,
                bound: None,
                initialised: vec![false; chart.len()],
            },
        }
    }

    /// Initialises the data, enters the chart and runs until both queues are empty.
    pub(super) fn start(&mut self) -> Result<(), TraceError> {
        self.initial_data();
        start(self.chart, &mut self.configuration, &mut self.machine, &mut self.scratch)?;
        self.fire(0, &mut 0)
    }

    /// Advances the clock, firing what falls due, then delivers an event.
    pub(super) fn line(&mut self, after_ms: u64, event: Option<(String, Json)>) -> Result<(), TraceError> {
        let until = self.machine.now.saturating_add(after_ms);
        let mut events = 0;
        self.machine.actions = 0;
        self.machine.log_bytes = 0;
        self.fire(until, &mut events)?;
        if let Some((name, data)) = event {
            self.deliver(Event::new(&name, Origin::Outside, data, None), &mut events)?;
            self.fire(until, &mut events)?;
        }
        Ok(())
    }

    /// Ids of the active atomic states, sorted.
    pub(super) fn configuration(&self) -> Vec<&'d str> {
        let mut ids: Vec<&str> = self.configuration.atomic(self.chart).map(|state| self.chart.id(state)).collect();
        ids.sort_unstable();
        ids
    }

    /// Delivers what falls due up to a moment, in order, each run to completion before the next; then it is that moment.
    fn fire(&mut self, until: u64, events: &mut u32) -> Result<(), TraceError> {
        self.within_bounds()?;
        while let Some(entry) = self.machine.timers.first_entry()
            && entry.key().0 <= until
        {
            self.machine.now = entry.key().0;
            let event = entry.remove().event;
            self.deliver(event, events)?;
        }
        self.machine.now = until;
        Ok(())
    }

    /// Runs one external event to completion. After a top-level final nothing happens any more.
    fn deliver(&mut self, event: Event, events: &mut u32) -> Result<(), TraceError> {
        if !self.configuration.is_running() {
            self.machine.timers.clear();
            return Ok(());
        }
        *events += 1;
        if *events > MAX_EVENTS {
            let what = "too many events in one line of input";
            return Err(TraceError::Bound { what });
        }
        let event = Some((self.chart.event(&event.name), event));
        macrostep(self.chart, &mut self.configuration, event, &mut self.machine, &mut self.scratch)?;
        self.within_bounds()
    }

    fn within_bounds(&self) -> Result<(), TraceError> {
        self.machine.bound.map_or(Ok(()), |what| Err(TraceError::Bound { what }))
    }

    /// W3C SCXML 5.3.3: with early binding all data gets its value now, with late binding that of the document only.
    fn initial_data(&mut self) {
        let document = self.machine.document;
        let empty = Configuration::new(self.chart);
        for datum in document.data.iter().filter(|datum| datum.state == 0 || !document.late_binding) {
            let view = View::outside(self.chart, &empty);
            if let Err(message) = self.machine.initialise(datum, &view) {
                let event = self.machine.error_event(ErrorKind::Execution, message.into());
                self.scratch.raise(self.chart.error_token(ErrorKind::Execution), event);
            }
        }
    }
}

impl Machine<'_> {
    /// Lends data and configuration to expressions.
    pub(super) fn with<T>(&self, view: &View<'_, Event>, f: impl FnOnce(Context<'_>) -> T) -> T {
        let moment = Moment { data: &self.data, view };
        f(Context { vars: &moment, functions: &moment, in_state: &|id| moment.in_state(id) })
    }

    /// The value of a source.
    pub(super) fn value(&self, source: &Source, view: &View<'_, Event>) -> Result<Json, String> {
        match source {
            Source::Literal(value) => Ok(value.clone()),
            Source::Expression(expression) => self.with(view, |context| expression.value(context)),
        }
    }

    /// Gives a `<data>` its value; when that fails it stays declared without one.
    fn initialise(&mut self, datum: &Datum, view: &View<'_, Event>) -> Result<(), String> {
        if let Some(source) = &datum.value {
            let value = self.value(source, view)?;
            self.data.set(&datum.id, value);
        }
        Ok(())
    }

    /// Counts an element of executable content; false when there were too many.
    pub(super) fn count_action(&mut self) -> bool {
        self.actions += 1;
        if self.actions > MAX_ACTIONS {
            self.bound.get_or_insert("too many actions in one line of input");
        }
        self.bound.is_none()
    }

    fn raise_error(&mut self, cause: Cause, scope: &mut Scope<'_, Event>) {
        let event = self.error_event(ErrorKind::Execution, cause);
        scope.raise_error(ErrorKind::Execution, event);
    }

    /// A condition inside a block: a failure is false and raises its error, and the block goes on (W3C SCXML 5.9.1).
    pub(super) fn holds(&mut self, condition: &super::expression::Condition, scope: &mut Scope<'_, Event>) -> bool {
        let result = self.with(scope.view(), |context| condition.holds(context));
        result.unwrap_or_else(|message| {
            self.raise_error(message.into(), scope);
            false
        })
    }

    /// The data of a done event; what fails raises an error and is left out (W3C SCXML 5.5, 5.7).
    fn done_payload(&mut self, payload: &Payload, scope: &mut Scope<'_, Event>) -> Json {
        match payload {
            Payload::Content(source) => self.value(source, scope.view()).unwrap_or_else(|message| {
                self.raise_error(message.into(), scope);
                Json::Null
            }),
            Payload::Parameters(parameters) if parameters.is_empty() => Json::Null,
            Payload::Parameters(parameters) => {
                let mut fields = serde_json::Map::new();
                for (name, expression) in parameters {
                    match self.with(scope.view(), |context| expression.value(context)) {
                        Ok(value) => {
                            fields.insert(name.clone(), value);
                        }
                        Err(message) => self.raise_error(message.into(), scope),
                    }
                }
                Json::Object(fields)
            }
        }
    }
}

impl Interpreter for Machine<'_> {
    type Event = Event;
    type Failure = Cause;

    fn condition(&mut self, condition: CondId, view: &View<'_, Event>) -> Result<bool, Failure<Cause>> {
        match self.document.conditions.get(condition.0 as usize) {
            Some(condition) => self.with(view, |context| condition.holds(context)).map_err(execution),
            None => Ok(false),
        }
    }

    fn act(&mut self, action: ActionId, scope: &mut Scope<'_, Event>) -> Result<(), Failure<Cause>> {
        let document = self.document;
        match document.actions.get(action.0 as usize) {
            Some(action) => self.execute(action, scope),
            None => Ok(()),
        }
    }

    fn done_event(&mut self, done: StateId, data: Option<DoneDataId>, scope: &mut Scope<'_, Event>) -> Event {
        let document = self.document;
        let payload = data.and_then(|data| document.done_data.get(data.0 as usize));
        let data = payload.map_or(Json::Null, |payload| self.done_payload(payload, scope));
        let name = format!("done.state.{}", document.chart.id(done));
        Event::new(&name, Origin::Platform, data, None)
    }

    fn error_event(&mut self, kind: ErrorKind, cause: Cause) -> Event {
        Event::new(kind.name(), Origin::Platform, cause.message.into(), cause.send_id.as_deref())
    }

    fn entering(&mut self, state: StateId, scope: &mut Scope<'_, Event>) {
        let document = self.document;
        if !document.late_binding || std::mem::replace(&mut self.initialised[state.index()], true) {
            return;
        }
        for datum in document.data.iter().filter(|datum| datum.state == state.index()) {
            if let Err(message) = self.initialise(datum, scope.view()) {
                self.raise_error(message.into(), scope);
            }
        }
    }
}

//! Executable content but for messages (W3C SCXML 4).

use draaiboek_chart::{Failure, Scope};
use serde_json::Value as Json;

use super::data::Data;
use super::document::{Action, Source};
use super::event::{Event, Origin};
use super::expression::{Expression, Location};
use super::limits::MAX_LOG_BYTES;
use super::session::{Cause, Machine, execution};

/// An action is done, or its block ends here.
pub(super) type Outcome = Result<(), Failure<Cause>>;

impl Machine<'_> {
    /// Runs one element.
    pub(super) fn execute(&mut self, action: &Action, scope: &mut Scope<'_, Event>) -> Outcome {
        if !self.count_action() {
            return Err(execution("too many actions".to_owned()));
        }
        match action {
            Action::Raise { event } => {
                let token = scope.chart().event(event);
                scope.raise(token, Event::new(event, Origin::Internal, Json::Null, None));
                Ok(())
            }
            Action::Send(send) => self.send(send, scope),
            Action::Cancel { id } => self.cancel(id, scope),
            Action::Assign { location, value } => self.assign(location, value, scope),
            Action::If { branches, otherwise } => {
                for (condition, body) in branches {
                    if self.holds(condition, scope) {
                        return self.execute_all(body, scope);
                    }
                }
                self.execute_all(otherwise, scope)
            }
            Action::ForEach { array, item, index, body } => self.for_each(array, (item, index.as_deref()), body, scope),
            Action::Log { value } => self.log(value.as_ref(), scope),
        }
    }

    fn execute_all(&mut self, actions: &[Action], scope: &mut Scope<'_, Event>) -> Outcome {
        actions.iter().try_for_each(|action| self.execute(action, scope))
    }

    fn assign(&mut self, location: &Location, value: &Source, scope: &mut Scope<'_, Event>) -> Outcome {
        let value = self.value(value, scope.view()).map_err(execution)?;
        self.put(location, value, scope)
    }

    /// Puts a value in a place of the data.
    pub(super) fn put(&mut self, location: &Location, value: Json, scope: &mut Scope<'_, Event>) -> Outcome {
        let place = self.with(scope.view(), |context| Data::resolve(location, context));
        let (root, keys) = place.map_err(execution)?;
        self.data.assign(root, &keys, value).map_err(execution)
    }

    /// W3C SCXML 4.6: over a copy of the list; item and index keep their last values.
    fn for_each(
        &mut self,
        array: &Expression,
        (item, index): (&str, Option<&str>),
        body: &[Action],
        scope: &mut Scope<'_, Event>,
    ) -> Outcome {
        let list = self.with(scope.view(), |context| array.value(context)).map_err(execution)?;
        let Json::Array(items) = list else {
            return Err(execution(format!("foreach needs a list, not {list}")));
        };
        self.data.declare(item).map_err(execution)?;
        index.map_or(Ok(()), |index| self.data.declare(index)).map_err(execution)?;
        for (at, value) in items.into_iter().enumerate() {
            if !self.count_action() {
                return Err(execution("too many actions".to_owned()));
            }
            self.data.set(item, value);
            if let Some(index) = index {
                self.data.set(index, at.into());
            }
            self.execute_all(body, scope)?;
        }
        Ok(())
    }

    fn log(&mut self, value: Option<&Expression>, scope: &mut Scope<'_, Event>) -> Outcome {
        let value = match value {
            Some(expression) => self.with(scope.view(), |context| expression.value(context)).map_err(execution)?,
            None => return Ok(()),
        };
        let text = text(value);
        self.log_bytes += text.len();
        if self.log_bytes > MAX_LOG_BYTES {
            self.bound.get_or_insert("too much log in one line of input");
            return Ok(());
        }
        self.log.push(text);
        Ok(())
    }
}

/// A value as it is printed: texts bare, numbers as CEL's `string()`, the rest as JSON.
fn text(value: Json) -> String {
    match value {
        Json::String(text) => text,
        Json::Number(number) if number.is_f64() => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        other => other.to_string(),
    }
}

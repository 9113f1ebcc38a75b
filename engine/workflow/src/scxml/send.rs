//! Messages: `<send>` to the session itself, now or later, and `<cancel>` (W3C SCXML 6.2, 6.3, C.1).

use draaiboek_chart::{Failure, Scope};
use serde_json::Value as Json;

use super::document::{Payload, Send};
use super::event::{Event, OWN_ADDRESS, Origin, PROCESSOR};
use super::execute::Outcome;
use super::expression::Expression;
use super::limits::MAX_WAITING;
use super::session::{Cause, Machine, Timer, execution};

/// Where a message goes.
enum Target {
    External,
    Internal,
    /// A session that is not there.
    Nobody,
}

/// A message with everything evaluated.
struct Message {
    name: String,
    target: Target,
    /// In milliseconds; 0 = now.
    delay: u64,
    data: Json,
}

impl Machine<'_> {
    /// `<send>`. Everything is evaluated now; when anything fails nothing is sent.
    pub(super) fn send(&mut self, send: &Send, scope: &mut Scope<'_, Event>) -> Outcome {
        let mut id = send.id.clone();
        let blame = |message: String, id: &Option<String>| Cause { message, send_id: id.clone() };
        let message = self.message(send, scope).map_err(|message| execution(blame(message, &id)))?;
        if let Some(location) = &send.id_location {
            self.created += 1;
            let made = format!("send.{}", self.created);
            self.put(location, made.clone().into(), scope)?;
            id = Some(made);
        }
        match message.target {
            Target::Nobody => Err(Failure::communication(blame("there is no such session".to_owned(), &id))),
            Target::Internal => {
                let token = scope.chart().event(&message.name);
                scope.raise(token, Event::new(&message.name, Origin::Internal, message.data, id.as_deref()));
                Ok(())
            }
            Target::External => {
                let event = Event::new(&message.name, Origin::Sent, message.data, id.as_deref());
                self.post(event, message.delay, id);
                Ok(())
            }
        }
    }

    fn post(&mut self, event: Event, delay: u64, send_id: Option<String>) {
        if self.timers.len() >= MAX_WAITING {
            self.bound.get_or_insert("too many events wait");
            return;
        }
        self.created += 1;
        let due = (self.now.saturating_add(delay), self.created);
        // What is due at once has been sent already, and can not be cancelled.
        let send_id = send_id.filter(|_| delay > 0);
        self.timers.insert(due, Timer { send_id, event });
    }

    /// `<cancel>`: every message with this id that still waits for its time.
    pub(super) fn cancel(&mut self, id: &Expression, scope: &mut Scope<'_, Event>) -> Outcome {
        let id = self.with(scope.view(), |context| id.text(context)).map_err(execution)?;
        self.timers.retain(|_, timer| timer.send_id.as_ref() != Some(&id));
        Ok(())
    }

    fn message(&self, send: &Send, scope: &Scope<'_, Event>) -> Result<Message, String> {
        self.with(scope.view(), |context| {
            let text = |part: &Option<Expression>| part.as_ref().map(|part| part.text(context)).transpose();
            let name = text(&send.event)?.filter(|name| !name.is_empty()).ok_or("a message needs an event name")?;
            if let Some(kind) = text(&send.kind)?
                && !matches!(kind.trim_end_matches('/'), "" | "scxml" | PROCESSOR)
            {
                return Err(format!("there is no event processor '{kind}'"));
            }
            let target = target(text(&send.target)?.as_deref())?;
            let delay = text(&send.delay)?.map(|delay| milliseconds(&delay)).transpose()?;
            if matches!(target, Target::Internal) && delay.is_some_and(|delay| delay > 0) {
                return Err("a message to #_internal can not be delayed".to_owned());
            }
            let data = match &send.payload {
                Payload::Content(source) => self.value(source, scope.view())?,
                Payload::Parameters(parameters) if parameters.is_empty() => Json::Null,
                Payload::Parameters(parameters) => {
                    let fields = parameters.iter().map(|(name, value)| Ok((name.clone(), value.value(context)?)));
                    Json::Object(fields.collect::<Result<_, String>>()?)
                }
            };
            Ok(Message { name, target, delay: delay.unwrap_or(0), data })
        })
    }
}

fn target(address: Option<&str>) -> Result<Target, String> {
    match address {
        None | Some("" | OWN_ADDRESS) => Ok(Target::External),
        Some("#_internal") => Ok(Target::Internal),
        Some(other) if other.starts_with("#_") => Ok(Target::Nobody),
        Some(other) => Err(format!("target '{other}' is not supported")),
    }
}

/// A duration as in CSS 2 (W3C SCXML 6.2.2): a number with `s` or `ms`.
fn milliseconds(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let wrong = || format!("'{text}' is no delay; write 500ms or 1.5s");
    let (number, factor) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1.0),
        (None, Some(number)) => (number, 1000.0),
        (None, None) if text == "0" => return Ok(0),
        (None, None) => return Err(wrong()),
    };
    let plain = number.strip_prefix('+').unwrap_or(number);
    if plain.is_empty() || !plain.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(wrong());
    }
    let number: f64 = plain.parse().map_err(|_| wrong())?;
    Ok((number * factor).round() as u64)
}

//! Events of a session, in the form in which expressions see them (W3C SCXML 5.10.1).

use serde_json::{Value as Json, json};

/// Name of the only event processor (W3C SCXML C.1).
pub(super) const PROCESSOR: &str = "http://www.w3.org/TR/scxml/#SCXMLEventProcessor";

/// The address of the session itself.
pub(super) const OWN_ADDRESS: &str = "#_scxml_session";

/// The id of the session.
pub(super) const SESSION_ID: &str = "session";

/// Where an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Raised by the platform: errors, done events.
    Platform,
    /// Raised by the document.
    Internal,
    /// Sent by the document to itself.
    Sent,
    /// From the input.
    Outside,
}

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) name: String,
    /// The value of `_event`.
    pub(super) value: Json,
}

impl Event {
    /// An event with everything `_event` shows.
    pub(super) fn new(name: &str, origin: Origin, data: Json, send_id: Option<&str>) -> Self {
        let kind = match origin {
            Origin::Platform => "platform",
            Origin::Internal => "internal",
            Origin::Sent | Origin::Outside => "external",
        };
        let mut value = json!({ "name": name, "type": kind, "sendid": send_id, "invokeid": null, "data": data });
        if let (Origin::Sent, Some(fields)) = (origin, value.as_object_mut()) {
            fields.insert("origin".to_owned(), OWN_ADDRESS.into());
            fields.insert("origintype".to_owned(), PROCESSOR.into());
        }
        Self { name: name.to_owned(), value }
    }
}

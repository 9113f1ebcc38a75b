//! Grammar of actions: maps of which the first key says what is done.

use super::state::{EACH, ROLES};
use super::{Construct, Key, Shape};
use crate::language::pattern::Pattern;

/// One action or a list of them.
pub static ACTION: Shape = Shape::Many(&ONE);

static ONE: Shape = Shape::Tagged(&ACTIONS);

/// All actions; the first key of each is its tag.
pub static ACTIONS: [&Construct; 10] = [&SET, &RAISE, &SEND, &CANCEL, &NOTIFY, &ARTIFACT, &ERASE, &LOG, &IF, &FOR_EACH];

macro_rules! action {
    ($id:ident, $name:literal, $doc:literal, $($key:expr),+ $(,)?) => {
        static $id: Construct = Construct {
            name: $name,
            doc: $doc,
            nullable: false,
            keys: &[$($key),+],
        };
    };
}

action!(
    SET,
    "set",
    "Sets values of `data`.",
    Key::required(
        "set",
        Shape::Values,
        "Paths below `data` with their new values; texts are expressions: `{reports[event.data.team]: now}`."
    ),
);
action!(
    RAISE,
    "raise",
    "Raises an event inside the workflow, handled before anything from outside.",
    Key::required(
        "raise",
        Shape::Either(&[Shape::Name(Pattern::EventName), Shape::Object(&RAISED),]),
        "Event, or `{event, data}`."
    ),
);
action!(
    SEND,
    "send",
    "Sends an event to this instance, its parent or its children, now or later.",
    Key::required(
        "send",
        Shape::Either(&[Shape::Name(Pattern::EventName), Shape::Object(&SENT),]),
        "Event, or `{event, to, data, after, id}`."
    ),
);
action!(
    ERASE,
    "erase",
    "Erases what people handed in for steps, in every round, and the results that came of it; that they did stays.",
    Key::required("erase", Shape::Many(&Shape::Name(Pattern::Id)), "Steps, or `all`."),
);
action!(CANCEL, "cancel", "Cancels a delayed send.", Key::required("cancel", Shape::Name(Pattern::Filled), "Its id."),);
action!(
    NOTIFY,
    "notify",
    "A message to people.",
    Key::required("notify", Shape::Object(&NOTICE), "To whom, and what."),
);
action!(
    ARTIFACT,
    "artifact",
    "Publishes a version of a product.",
    Key::required("artifact", Shape::Object(&PRODUCT), "Its name and content."),
);
action!(LOG, "log", "A line in the journal.", Key::required("log", Shape::Expr, "What to write."),);
action!(
    IF,
    "if",
    "A choice.",
    Key::required("if", Shape::Expr, "Condition."),
    Key::required("then", Shape::Ref(&ACTION), "Actions when it is true."),
    Key::new("else", Shape::Ref(&ACTION), "Actions when it is false."),
);
action!(
    FOR_EACH,
    "for_each",
    "Actions for each element of a list.",
    Key::required("for_each", EACH, "Variable and list: `{team: data.teams}`."),
    Key::required("do", Shape::Ref(&ACTION), "Actions for each element."),
);

/// A raised event in its long form.
pub static RAISED: Construct = Construct {
    name: "raised event",
    doc: "An event with data.",
    nullable: false,
    keys: &[
        Key::required("event", Shape::Name(Pattern::EventName), "Event."),
        Key::new("data", Shape::Values, "Its data; texts are expressions."),
    ],
};

/// A sent event in its long form.
pub static SENT: Construct = Construct {
    name: "sent event",
    doc: "An event on its way.",
    nullable: false,
    keys: &[
        Key::required("event", Shape::Name(Pattern::EventName), "Event."),
        Key::new(
            "to",
            Shape::Either(&[Shape::Choice(&["self", "parent"]), Shape::Object(&TO_CHILDREN)]),
            "`self` (default), `parent`, or `{children: <state>}`.",
        ),
        Key::new("data", Shape::Values, "Its data; texts are expressions."),
        Key::new("after", Shape::Rule, "Delay, only to itself."),
        Key::new("id", Shape::Name(Pattern::Filled), "Name by which `cancel` finds it."),
    ],
};

/// All children of a state.
pub static TO_CHILDREN: Construct = Construct {
    name: "recipient",
    doc: "All children of a state.",
    nullable: false,
    keys: &[Key::required("children", Shape::Name(Pattern::Id), "State whose `run` they are.")],
};

/// A message to people.
pub static NOTICE: Construct = Construct {
    name: "notice",
    doc: "A message to people.",
    nullable: false,
    keys: &[
        Key::required("roles", ROLES, "Roles that get it."),
        Key::required("text", Shape::Name(Pattern::TextKey), "Text key below `notice`."),
        Key::new("data", Shape::Values, "Values for the text; texts are expressions."),
    ],
};

/// A version of a product.
pub static PRODUCT: Construct = Construct {
    name: "product",
    doc: "A version of a product.",
    nullable: false,
    keys: &[
        Key::required("name", Shape::Name(Pattern::Filled), "Its name."),
        Key::required("content", Shape::Expr, "Its content."),
    ],
};

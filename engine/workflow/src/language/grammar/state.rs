//! Grammar of states: transitions, requirements, timers and children.

use super::action::ACTION;
use super::{Construct, Key, STEP, Shape};
use crate::language::pattern::Pattern;

/// A state.
pub static STATE: Construct = Construct {
    name: "state",
    doc: "A state. With `states` it is compound, with `parallel` all its regions are active, with `final` it is an end, with `history` it remembers.",
    nullable: true,
    keys: &[
        Key::new("title", Shape::Localised, "Name of the state."),
        Key::new("hint", Shape::Localised, "A line of help."),
        Key::new("step", Shape::Object(&STEP), "The one step of this state; it bears the state's id."),
        Key::new(
            "steps",
            Shape::Map(Pattern::Id, &Shape::Object(&STEP)),
            "Steps that open with the state and close when it is left.",
        ),
        Key::new("run", Shape::Object(&RUN), "Workflows that run as children while the state is active."),
        Key::new("after", TIMED, "Time rules, counted from entry, each with what then happens."),
        Key::new("at", TIMED, "Time rules around a date, each with what then happens."),
        Key::new("every", TIMED, "Repeating time rules, each with what then happens."),
        Key::new("entry", Shape::Ref(&ACTION), "Actions on entry."),
        Key::new("exit", Shape::Ref(&ACTION), "Actions on exit."),
        Key::new("on", Shape::Map(Pattern::Event, &OUTCOME), "Events with what they bring about."),
        Key::new(
            "always",
            Shape::Ref(&OUTCOME),
            "Transitions taken at once, without an event, as soon as their `when` holds.",
        ),
        Key::new(
            "initial",
            Shape::Many(&Shape::Name(Pattern::Id)),
            "Child in which a compound state starts (default: the first).",
        ),
        Key::new("states", Shape::Map(Pattern::Id, &Shape::Object(&STATE)), "Children of a compound state."),
        Key::new("parallel", Shape::Map(Pattern::Id, &Shape::Object(&STATE)), "Regions of a parallel state."),
        Key::new("final", Shape::Bool, "An end."),
        Key::new(
            "history",
            Shape::Choice(&["shallow", "deep"]),
            "Remembers which children (shallow) or innermost states (deep) were active.",
        ),
        Key::new(
            "default",
            Shape::Many(&Shape::Name(Pattern::Id)),
            "Where a history state leads when nothing is remembered.",
        ),
        Key::new("mandatory", Shape::Bool, "May not be skipped."),
    ],
};

const TIMED: Shape = Shape::Map(Pattern::Filled, &OUTCOME);

static TARGET: Shape = Shape::Name(Pattern::Id);

/// A target, a transition, or a list of transitions of which the first that can be taken is taken.
pub static OUTCOME: Shape = Shape::Many(&Shape::Either(&[Shape::Name(Pattern::Id), Shape::Object(&TRANSITION)]));

/// A transition.
pub static TRANSITION: Construct = Construct {
    name: "transition",
    doc: "What an event brings about. The short form is the target alone.",
    nullable: false,
    keys: &[
        Key::new(
            "to",
            Shape::Many(&TARGET),
            "Target state, or states in several regions. Without it nothing is left or entered.",
        ),
        Key::new("title", Shape::Localised, "Name of the event, for the button."),
        Key::new("hint", Shape::Localised, "A line of help."),
        Key::new("roles", ROLES, "Roles that may send the event."),
        Key::new("when", Shape::Expr, "Condition; when it is false the transition is passed over."),
        Key::new("require", REQUIREMENTS, "What must hold; otherwise the event is refused with the reasons, in order."),
        Key::new("error", Shape::Name(Pattern::Word), "Word of the refusal (default NOT_READY)."),
        Key::new(
            "concludes",
            Shape::Many(&Shape::Name(Pattern::Id)),
            "Steps that are concluded with it; it is refused while they cannot be.",
        ),
        Key::new("data", Shape::Fields, "What the sender must give with the event."),
        Key::new("needs_reason", Shape::Bool, "The sender must give a reason."),
        Key::new("do", Shape::Ref(&ACTION), "Actions."),
        Key::new(
            "timer",
            Shape::Name(Pattern::TextKey),
            "Name of the timer, below `after`, `at` and `every`; its event is `timer.<name>` (default `<state>.after.<n>`).",
        ),
        Key::new("reenter", Shape::Bool, "Leave and enter the source again, even when the target lies inside it."),
        Key::new("mandatory", Shape::Bool, "May not be skipped."),
    ],
};

/// A list of role names, or one.
pub const ROLES: Shape = Shape::Many(&Shape::Name(Pattern::Id));

/// Requirements: expressions or maps.
pub const REQUIREMENTS: Shape = Shape::Many(&Shape::Either(&[Shape::Expr, Shape::Object(&REQUIREMENT)]));

/// A variable with a list.
pub const EACH: Shape = Shape::Map(Pattern::Id, &Shape::Expr);

/// A requirement.
pub static REQUIREMENT: Construct = Construct {
    name: "requirement",
    doc: "What must hold, with the reason given when it does not. The short form is the expression alone.",
    nullable: false,
    keys: &[
        Key::required("that", Shape::Expr, "Must be true."),
        Key::new(
            "else",
            Shape::Name(Pattern::Filled),
            "Reason: a word, or a word with a detail: `NO_COACH:{team.id}` (default NOT_READY).",
        ),
        Key::new("for_each", EACH, "Checked for each element of a list: `{team: steps.teams.result.groups}`."),
        Key::new("when", Shape::Expr, "Checked only where this is true."),
    ],
};

/// Children of a state.
pub static RUN: Construct = Construct {
    name: "run",
    doc: "Workflows that run as children of a state; `done.child.<state>` follows when enough of them have ended.",
    nullable: false,
    keys: &[
        Key::required("workflow", Shape::Name(Pattern::Kebab), "Name of the workflow."),
        Key::new("version", Shape::Name(Pattern::Filled), "Version requirement, such as `^1` (default: the newest)."),
        Key::new("for_each", EACH, "One child for each element of a list: `{team: steps.teams.result.groups}`."),
        Key::new(
            "key",
            Shape::Expr,
            "Name of a child among its siblings (default: the element's `id`, or its position).",
        ),
        Key::new("with", Shape::Values, "Configuration of the child; texts are expressions."),
        Key::new(
            "join",
            Shape::Either(&[Shape::Choice(&["all", "any"]), Shape::Object(&AT_LEAST)]),
            "How many must end: `all` (default), `any`, or `{at_least: 2}`.",
        ),
        Key::new(
            "keep",
            Shape::Bool,
            "Children outlive the state and the parent (default: they are cancelled with it).",
        ),
    ],
};

/// A number of children.
pub static AT_LEAST: Construct = Construct {
    name: "join",
    doc: "So many children must end.",
    nullable: false,
    keys: &[Key::required("at_least", Shape::Number(1, 10_000), "How many.")],
};

//! Grammar of steps.

use super::state::{REQUIREMENTS, ROLES};
use super::workflow::PRIVACY;
use super::{Construct, Key, Shape};
use crate::language::pattern::Pattern;

macro_rules! step_keys {
    ($($first:expr),* $(,)?) => {
        &[
            $($first,)*
            Key::required("uses", Shape::Name(Pattern::Kebab), "Step kind, such as `cluster-count`."),
            Key::new("title", Shape::Localised, "Name of the step."),
            Key::new("hint", Shape::Localised, "A line of help."),
            Key::new("purpose", Shape::Localised, "What the contributions are for, shown before the first one."),
            Key::new("instrument", Shape::Name(Pattern::Reference), "Instrument whose content fills the configuration, such as `rok-self-reflection@1`; `with` is laid over it."),
            Key::new("with", Shape::Any, "Configuration of the kind; a text `${…}` is an expression."),
            Key::new("inputs", Shape::Values, "Further inputs for the kind; texts are expressions."),
            Key::new("checks", REQUIREMENTS, "Checks made by the engine and given to the kind, in the form of `require`."),
            Key::new("shares", Shape::Name(Pattern::Id), "Step of the same kind whose contributions this one continues."),
            Key::new("accepts", Shape::Many(&Shape::Name(Pattern::Id)), "Kinds of contribution that are taken here (default: all of the kind)."),
            Key::new("roles", ROLES, "Roles that may contribute."),
            Key::new("assign", Shape::Expr, "Expression giving the ids of the people who must contribute."),
            Key::new("minutes", Shape::Number(0, 10_000), "Minutes that one person needs."),
            Key::new("due", Shape::Rule, "When it is due."),
            Key::new("remind", Shape::Many(&Shape::Rule), "When those who have not contributed are reminded."),
            Key::new("escalate", Shape::Many(&Shape::Object(&ESCALATION)), "Messages to others when it is late."),
            Key::new("identity", Shape::Choice(&["named", "pseudonymous", "anonymous"]), "Who stands behind a contribution (default named)."),
            Key::new("k", Shape::Number(3, 1000), "Results are shown only with at least so many contributions, when they are not named (default 5, at least 3)."),
            Key::new("privacy", PRIVACY, "Privacy class of the contributions, when it differs from the workflow's."),
            Key::new("min_contributions", Shape::Number(0, 10_000), "With fewer contributions the result is insufficient (default 1)."),
            Key::new("audience", Shape::Map(Pattern::Id, &Shape::Name(Pattern::Filled)), "Which picture a role sees: role and audience of the kind."),
            Key::new("artifacts", Shape::Map(Pattern::Filled, &Shape::Name(Pattern::Filled)), "Products of the kind and their names in the instance."),
            Key::new("conclude", Shape::Choice(&["manual", "when_ready"]), "Who concludes: a person (default), or the engine as soon as the kind is ready."),
            Key::new("fresh", Shape::Bool, "Entering the state again starts a new round, even when the step was not concluded."),
            Key::new("retain", Shape::Rule, "How long contributions keep their content, in days, weeks, schooldays or schoolweeks; then it is erased."),
            Key::new("mandatory", Shape::Bool, "May not be skipped."),
        ]
    };
}

/// A step of a state.
pub static STEP: Construct = Construct {
    name: "step",
    doc: "What people do: a step kind of a plugin with its configuration.",
    nullable: false,
    keys: step_keys![],
};

/// A step of the linear form.
pub static LINEAR_STEP: Construct = Construct {
    name: "linear step",
    doc: "A step of the linear form: a step with its id.",
    nullable: false,
    keys: step_keys![Key::required("id", Shape::Name(Pattern::Id), "Id of the step and of its state.")],
};

/// A message when a step is late.
pub static ESCALATION: Construct = Construct {
    name: "escalation",
    doc: "A message to roles when a step is late.",
    nullable: false,
    keys: &[Key::required("after", Shape::Rule, "When."), Key::required("roles", ROLES, "To whom.")],
};

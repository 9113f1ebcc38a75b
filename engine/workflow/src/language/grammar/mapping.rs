//! Grammar of the map of a migration: what has another name in a new version.

use super::{Construct, Key, Shape};
use crate::language::pattern::Pattern;

/// The document of a map.
pub static MAPPING: Construct = Construct {
    name: "map",
    doc: "The map of a migration: what has another name in the new version. What is not in it keeps its name.",
    nullable: true,
    keys: &[
        Key::new(
            "states",
            Shape::Map(Pattern::Id, &Shape::Many(&Shape::Name(Pattern::Id))),
            "State of the old version with the state, or the states, that take its place.",
        ),
        Key::new(
            "steps",
            Shape::Map(Pattern::Id, &Shape::Any),
            "Step of the old version with its name in the new one; `~` lets it end when it is open.",
        ),
        Key::new("data", Shape::Object(&RENAMES), "Data of the workflow."),
        Key::new("config", Shape::Object(&RENAMES), "Settings given at the start."),
    ],
};

/// Other names, and values for what is new.
pub static RENAMES: Construct = Construct {
    name: "map of values",
    doc: "Other names of values, and values for what is new.",
    nullable: true,
    keys: &[
        Key::new(
            "rename",
            Shape::Map(Pattern::Id, &Shape::Name(Pattern::Id)),
            "Name in the old version with the name in the new one.",
        ),
        Key::new(
            "default",
            Shape::Map(Pattern::Id, &Shape::Any),
            "Name in the new version with the value it gets where it is not there yet.",
        ),
    ],
};
